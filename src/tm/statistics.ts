/** What the layer has done so far, as `tm.stats` and the tmx statistics show it. */
export class TmStatistics {
  /** Transactions in the wait state now. */
  waiting = 0;
  /** Local ones that exist now. */
  local = 0;
  created = 0;
  freed = 0;
  /** Local ones made so far. */
  uac = 0;
  repliesReceived = 0;
  repliesGenerated = 0;
  /** Replies sent upstream, relayed and generated. */
  repliesSent = 0;
  /** Transactions completed by the class of their final reply; index 2 … 6. */
  readonly completed = [0, 0, 0, 0, 0, 0, 0];

  /** Counts a reply that was sent upstream. */
  countReply(status: number): void {
    this.repliesSent++;
    const cls = Math.floor(status / 100);
    if (cls >= 2 && cls <= 6) this.completed[cls]!++;
  }
}
