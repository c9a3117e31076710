/** Where each number stands among a thread's tallies. */
const AT = {
  waiting: 0,
  local: 1,
  created: 2,
  freed: 3,
  uac: 4,
  repliesReceived: 5,
  repliesGenerated: 6,
  repliesSent: 7,
  /** Final replies of class 2, up to class 6. */
  completed: 8,
} as const;

/** What the transaction layer has done so far, as `tm.stats` and the tmx statistics show it. */
export interface TmCounts {
  /** Transactions in the wait state now. */
  readonly waiting: number;
  /** Local ones that exist now. */
  readonly local: number;
  readonly created: number;
  readonly freed: number;
  /** Local ones made so far. */
  readonly uac: number;
  readonly repliesReceived: number;
  readonly repliesGenerated: number;
  /** Replies sent upstream, relayed and generated. */
  readonly repliesSent: number;
  /** Transactions that exist now. */
  readonly current: number;
  /** Transactions completed with a final reply of a class, 2 to 6. */
  completed(cls: number): number;
}

/** The counts of one thread's layer, kept where the other threads can read them. */
export class TmStatistics implements TmCounts {
  /** @param cells - the thread's tallies */
  constructor(private readonly cells: Float64Array) {}

  get waiting(): number {
    return this.cells[AT.waiting]!;
  }
  set waiting(n: number) {
    this.cells[AT.waiting] = n;
  }
  get local(): number {
    return this.cells[AT.local]!;
  }
  set local(n: number) {
    this.cells[AT.local] = n;
  }
  get created(): number {
    return this.cells[AT.created]!;
  }
  set created(n: number) {
    this.cells[AT.created] = n;
  }
  get freed(): number {
    return this.cells[AT.freed]!;
  }
  set freed(n: number) {
    this.cells[AT.freed] = n;
  }
  get uac(): number {
    return this.cells[AT.uac]!;
  }
  set uac(n: number) {
    this.cells[AT.uac] = n;
  }
  get repliesReceived(): number {
    return this.cells[AT.repliesReceived]!;
  }
  set repliesReceived(n: number) {
    this.cells[AT.repliesReceived] = n;
  }
  get repliesGenerated(): number {
    return this.cells[AT.repliesGenerated]!;
  }
  set repliesGenerated(n: number) {
    this.cells[AT.repliesGenerated] = n;
  }
  get repliesSent(): number {
    return this.cells[AT.repliesSent]!;
  }
  get current(): number {
    return this.created - this.freed;
  }

  completed(cls: number): number {
    return this.cells[AT.completed + cls - 2] ?? 0;
  }

  /** Counts a reply that was sent upstream. */
  countReply(status: number): void {
    this.cells[AT.repliesSent]!++;
    const cls = Math.floor(status / 100);
    if (cls >= 2 && cls <= 6) this.cells[AT.completed + cls - 2]!++;
  }
}

/** The counts of all threads together. */
export function countsOfAll(threads: { readonly count: number; tallies(thread: number): Float64Array }): TmCounts {
  const sum = new Float64Array(threads.tallies(0).length);
  for (let thread = 0; thread < threads.count; thread++) {
    threads.tallies(thread).forEach((n, i) => {
      sum[i]! += n;
    });
  }
  return new TmStatistics(sum);
}
