/**
 * Ids of stored contacts, unique over restarts and over servers of one database: a kind, the server's number unless 0,
 * the start time, the process and a counter, in hex.
 */
export class RuidSource {
  readonly #prefix: string;
  #count = 0;

  /**
   * @param kind - `uloc` for contacts of registrations, `ulcx` for those of RPC
   * @param startedAt - Unix seconds
   */
  constructor(kind: 'uloc' | 'ulcx', serverId: number, startedAt: number, pid: number) {
    const parts = serverId === 0 ? [startedAt, pid] : [serverId, startedAt, pid];
    this.#prefix = `${kind}-${parts.map((n) => (n >>> 0).toString(16)).join('-')}-`;
  }

  next(): string {
    return this.#prefix + (++this.#count).toString(16);
  }
}
