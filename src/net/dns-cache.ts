import type { Clock } from '../clock/clock.js';

interface Entry<T> {
  readonly value: T;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** Answers with a time to live; the one unused for longest goes when there is no room. */
export class DnsCache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #clock: Clock;
  readonly #limit: number;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expires <= this.#clock.now()) return undefined;
    // A Map keeps the order of insertion: inserted again, it is the newest.
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, seconds: number): void {
    if (seconds <= 0 || this.#limit <= 0) return;
    this.#entries.delete(key);
    if (this.#entries.size >= this.#limit) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, { value, expires: this.#clock.now() + seconds * 1000 });
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
