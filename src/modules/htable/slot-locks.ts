import type { Zone, ZoneMap } from '../../shm/zone.js';

/** How long a lock of another thread is respected, in milliseconds: a script that forgets to unlock stops nobody for ever. */
const PATIENCE = 1000;
/** Milliseconds between looks at a lock that another thread holds. */
const PAUSE = 1;

const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * `sht_lock`: locks of slots, one script thread at a time. As upstream's, a lock counts how often its thread took it, so
 * runs of one thread never wait for each other. A thread that waits does nothing else, as scripts hold these locks for a
 * few operations.
 */
export class SlotLocks {
  /** Numbers of threads by slot. */
  readonly #held: ZoneMap<number>;
  readonly #depths = new Map<string, number>();

  constructor(
    zone: Zone,
    private readonly thread: number,
    private readonly tookOver: (slot: string) => void,
  ) {
    this.#held = zone.map<number>('htable.locks');
    // What a thread of this number left behind when it was lost.
    for (const { key, value } of this.#held.scan({})) if (value === thread) this.#held.delete(key);
  }

  lock(slot: string): void {
    const depth = this.#isOurs(slot) ? (this.#depths.get(slot) ?? 0) : 0;
    if (depth === 0) this.#take(slot);
    this.#depths.set(slot, depth + 1);
  }

  /** Nothing happens to a lock of another thread. */
  unlock(slot: string): void {
    const depth = this.#depths.get(slot) ?? 0;
    if (depth > 1) {
      this.#depths.set(slot, depth - 1);
      return;
    }
    this.#depths.delete(slot);
    this.#held.deleteIf(slot, (thread) => thread === this.thread);
  }

  #isOurs(slot: string): boolean {
    return this.#held.get(slot) === this.thread;
  }

  #take(slot: string): void {
    for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
      if (this.#held.add(slot, this.thread)) return;
      Atomics.wait(asleep, 0, 0, PAUSE);
    }
    this.#held.set(slot, this.thread);
    this.tookOver(slot);
  }
}
