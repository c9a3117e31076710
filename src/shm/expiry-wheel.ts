/**
 * Keys by the second in which they fall due. A key waits in one second at most; the owner says when a key that came up
 * early (because its life was extended meanwhile) is to wait again.
 */
export class ExpiryWheel {
  readonly #seconds = new Map<number, Set<string>>();

  /** Queues a key for the first whole second not before `at` (milliseconds) and returns that second. */
  add(key: string, at: number): number {
    const second = Math.ceil(at / 1000);
    const keys = this.#seconds.get(second);
    if (keys === undefined) this.#seconds.set(second, new Set([key]));
    else keys.add(key);
    return second;
  }

  remove(key: string, second: number): void {
    const keys = this.#seconds.get(second);
    if (keys === undefined) return;
    keys.delete(key);
    if (keys.size === 0) this.#seconds.delete(second);
  }

  /** Takes due keys out, one at a time, until `visit` returns false. */
  drain(now: number, visit: (key: string) => boolean): void {
    for (const [second, keys] of this.#seconds) {
      if (second * 1000 > now) continue;
      for (const key of keys) {
        keys.delete(key);
        if (keys.size === 0) this.#seconds.delete(second);
        if (!visit(key)) return;
      }
    }
  }

  clear(): void {
    this.#seconds.clear();
  }
}
