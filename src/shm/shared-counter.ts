import type { SharedMemory } from './memory.js';
import { Obj } from './object.js';
import type { ZoneCounter } from './zone.js';

/** A zone counter in shared memory: one atomic integer of 64 bits. */
export class SharedCounter implements ZoneCounter {
  readonly #cell: BigInt64Array;

  /** Opens the counter whose object is at a word of the memory. */
  constructor(
    readonly name: string,
    memory: SharedMemory,
    at: number,
  ) {
    this.#cell = new BigInt64Array(memory.buffer, (at + Obj.VALUE) * 4, 1);
  }

  get(): number {
    return Number(Atomics.load(this.#cell, 0));
  }

  add(by: number): number {
    const step = BigInt(Math.trunc(by));
    return Number(BigInt.asIntN(64, Atomics.add(this.#cell, 0, step) + step));
  }

  set(value: number): void {
    Atomics.store(this.#cell, 0, BigInt(Math.trunc(value)));
  }
}
