import { Allocator } from './allocator.js';
import { Decoder } from './codec.js';
import { acquire, release } from './lock.js';
import type { SharedMemory } from './memory.js';
import { Shapes } from './shapes.js';
import { Staged } from './staged.js';
import { Key } from './text.js';
import type { ZoneClock } from './zone.js';

/** What one thread works on the shared memory with. A key and a value are loaded before a lock is taken. */
export class SharedHeap {
  readonly allocator: Allocator;
  readonly decoder: Decoder;
  readonly key: Key;
  readonly staged: Staged;
  #holding = false;
  #inside = false;

  constructor(
    readonly memory: SharedMemory,
    readonly clock: ZoneClock,
  ) {
    this.allocator = new Allocator(memory);
    const shapes = new Shapes(memory, this.allocator);
    this.decoder = new Decoder(memory.bytes, shapes);
    this.key = new Key(memory);
    this.staged = new Staged(memory, shapes);
  }

  loadKey(key: string): void {
    this.#refuseInside();
    this.key.load(key);
  }

  /** Takes the lock of an object. A thread holds one at most, so that threads cannot wait for each other in a circle. */
  lock(object: number): void {
    this.#refuseInside();
    acquire(this.memory, object);
    this.#holding = true;
  }

  unlock(object: number): void {
    this.#holding = false;
    release(this.memory, object);
  }

  /** Runs a function with the lock of a name held, inside of which objects may be locked. */
  exclusive<T>(object: number, fn: () => T): T {
    this.#refuseInside();
    if (this.#inside) throw new Error('a function given to exclusive() asked for another turn');
    acquire(this.memory, object);
    this.#inside = true;
    try {
      return fn();
    } finally {
      this.#inside = false;
      release(this.memory, object);
    }
  }

  #refuseInside(): void {
    if (this.#holding) throw new Error('a function given to update() used the zone');
  }
}
