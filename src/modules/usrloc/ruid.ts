/**
 * Ids of stored contacts, unique over restarts and over servers of one database: `uloc-`, the server's number unless 0,
 * the start time, the process and a counter, in hex.
 */
export class RuidSource {
  readonly #prefix: string;
  #count = 0;

  /** @param startedAt - Unix seconds */
  constructor(serverId: number, startedAt: number, pid: number) {
    const parts = serverId === 0 ? [startedAt, pid] : [serverId, startedAt, pid];
    this.#prefix = `uloc-${parts.map((n) => (n >>> 0).toString(16)).join('-')}-`;
  }

  next(): string {
    return this.#prefix + (++this.#count).toString(16);
  }
}
