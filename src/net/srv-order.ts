/** What the order of SRV targets depends on. */
export interface Weighted {
  readonly priority: number;
  readonly weight: number;
}

/**
 * Targets in the order in which they are to be tried: by priority, and within one priority the heavier first.
 * With `balance` the weights are chances instead (RFC 2782), and every call gives another order (`dns_srv_lb`).
 * @param random - numbers from 0 up to but not including 1
 */
export function orderSrv<T extends Weighted>(targets: readonly T[], balance: boolean, random: () => number): T[] {
  const sorted = [...targets].sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  if (!balance) return sorted;
  const ordered: T[] = [];
  for (let from = 0; from < sorted.length; ) {
    const { priority } = sorted[from]!;
    let to = from;
    while (to < sorted.length && sorted[to]!.priority === priority) to++;
    draw(sorted.slice(from, to), ordered, random);
    from = to;
  }
  return ordered;
}

/** Draws all targets of one priority, each time with chances by weight; those of weight 0 have a small one. */
function draw<T extends Weighted>(left: T[], ordered: T[], random: () => number): void {
  // RFC 2782 puts weight 0 first among the running sums, so that it is hit only by the smallest draw.
  left.sort((a, b) => a.weight - b.weight);
  while (left.length > 0) {
    const total = left.reduce((sum, target) => sum + target.weight, 0);
    const drawn = Math.floor(random() * (total + 1));
    let sum = 0;
    let chosen = 0;
    while (chosen < left.length - 1 && (sum += left[chosen]!.weight) < drawn) chosen++;
    ordered.push(...left.splice(chosen, 1));
  }
}
