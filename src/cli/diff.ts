/** Lines around a change that are shown with it. */
const CONTEXT = 3;

interface Change {
  /** Lines from where to where, on either side. */
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

/** What changes between two texts, as `diff -u` writes it; '' when nothing does. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const a = linesOf(before);
  const b = linesOf(after);
  const hunks: Change[][] = [];
  for (const change of changes(a, b)) {
    const last = hunks.at(-1);
    if (last && change.from - last.at(-1)!.to <= 2 * CONTEXT) last.push(change);
    else hunks.push([change]);
  }
  if (hunks.length === 0) return '';
  return [`--- ${name}\n`, `+++ ${name}\n`, ...hunks.flatMap((hunk) => hunkText(hunk, a, b))].join('');
}

/** Each with its newline, or with what `diff` says where there is none. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`);
  const last = lines.pop()!;
  return last === '\n' ? lines : [...lines, `${last}\\ No newline at end of file\n`];
}

function hunkText(hunk: readonly Change[], a: readonly string[], b: readonly string[]): string[] {
  const [first, last] = [hunk[0]!, hunk.at(-1)!];
  const from = Math.max(0, first.from - CONTEXT);
  const to = Math.min(a.length, last.to + CONTEXT);
  const newFrom = first.newFrom - (first.from - from);
  const newTo = last.newTo + (to - last.to);
  const lines: string[] = [];
  let at = from;
  for (const change of hunk) {
    lines.push(...a.slice(at, change.from).map((line) => ` ${line}`));
    lines.push(...a.slice(change.from, change.to).map((line) => `-${line}`));
    lines.push(...b.slice(change.newFrom, change.newTo).map((line) => `+${line}`));
    at = change.to;
  }
  lines.push(...a.slice(at, to).map((line) => ` ${line}`));
  return [`@@ -${range(from, to)} +${range(newFrom, newTo)} @@\n`, ...lines];
}

/** First line and number; of no lines, the one before. */
const range = (from: number, to: number): string => `${to > from ? from + 1 : from},${to - from}`;

/** Where the lines differ: as few of them as can be (E. Myers, An O(ND) Difference Algorithm, 1986). */
function changes(a: readonly string[], b: readonly string[]): Change[] {
  const found: Change[] = [];
  let [x, y] = [a.length, b.length];
  for (const { from, newFrom, length } of [...runs(a, b), { from: 0, newFrom: 0, length: 0 }]) {
    const [to, newTo] = [from + length, newFrom + length];
    if (to < x || newTo < y) found.unshift({ from: to, to: x, newFrom: newTo, newTo: y });
    [x, y] = [from, newFrom];
  }
  return found;
}

interface Run {
  readonly from: number;
  readonly newFrom: number;
  readonly length: number;
}

/** The runs of lines that stay, last first. */
function runs(a: readonly string[], b: readonly string[]): Run[] {
  const furthest: Map<number, number>[] = [];
  let ends = new Map([[1, 0]]);
  for (let d = 0; ; d++) {
    furthest.push(ends);
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      let x = start(ends, d, k);
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(furthest, d, k, x);
    }
    ends = next;
  }
}

/** Where the path of `d` changes on a diagonal begins. */
function start(ends: ReadonlyMap<number, number>, d: number, k: number): number {
  const fromAbove = ends.get(k + 1) ?? -1;
  const fromLeft = ends.get(k - 1) ?? -1;
  if (d === 0) return 0;
  return k === -d || (k !== d && fromLeft < fromAbove) ? fromAbove : fromLeft + 1;
}

function walkBack(
  furthest: readonly ReadonlyMap<number, number>[],
  last: number,
  diagonal: number,
  end: number,
): Run[] {
  const found: Run[] = [];
  let [k, x] = [diagonal, end];
  for (let d = last; d >= 0; d--) {
    const ends = furthest[d]!;
    const from = start(ends, d, k);
    if (x > from) found.push({ from, newFrom: from - k, length: x - from });
    const above = k === -d || (k !== d && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    k = above ? k + 1 : k - 1;
    x = ends.get(k) ?? 0;
  }
  return found;
}
