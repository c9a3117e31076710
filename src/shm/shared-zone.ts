import { randomBytes } from 'node:crypto';
import { Directory } from './directory.js';
import { recover } from './lock.js';
import { At, type SharedHandle, SharedMemory } from './memory.js';
import { MapFlag, Obj, ObjectKind } from './object.js';
import { SharedCounter } from './shared-counter.js';
import { SharedHeap } from './shared-heap.js';
import { SharedMap } from './shared-map.js';
import { QUEUE_MODES, SharedQueue } from './shared-queue.js';
import type {
  Stored,
  Zone,
  ZoneClock,
  ZoneCounter,
  ZoneMap,
  ZoneMapOptions,
  ZoneQueue,
  ZoneQueueOptions,
  ZoneStats,
} from './zone.js';

export type { SharedHandle } from './memory.js';

/**
 * The zone of a server with several script threads: one piece of memory that all of them read and write. One thread
 * makes it, the others open it by its `handle`. Names and options are in the memory, so the first caller's options hold
 * whichever thread it is in.
 */
export class SharedZone implements Zone {
  readonly #memory: SharedMemory;
  readonly #heap: SharedHeap;
  readonly #directory: Directory;
  readonly #maps = new Map<string, SharedMap>();
  readonly #counters = new Map<string, SharedCounter>();
  readonly #queues = new Map<string, SharedQueue>();
  readonly #locks = new Map<string, number>();

  private constructor(memory: SharedMemory, clock: ZoneClock) {
    this.#memory = memory;
    this.#heap = new SharedHeap(memory, clock);
    this.#directory = new Directory(this.#heap);
    memory.repair = (lock) => this.#repair(lock);
  }

  /**
   * @param bytes - address space for everything stored, 4 MB to 4 GB, or less where the system refuses (`stats` tells);
   *   memory is used as entries need it.
   */
  static create({ bytes, clock }: { readonly bytes: number; readonly clock: ZoneClock }): SharedZone {
    return new SharedZone(SharedMemory.create(bytes, randomBytes(4).readInt32LE()), clock);
  }

  /** Opens the zone that another thread made. */
  static attach(handle: SharedHandle, clock: ZoneClock): SharedZone {
    return new SharedZone(SharedMemory.attach(handle), clock);
  }

  /** For {@link attach} in other threads; passes through `workerData`. */
  get handle(): SharedHandle {
    return { buffer: this.#memory.buffer };
  }

  map<V extends Stored = Stored>(name: string, options: ZoneMapOptions = {}): ZoneMap<V> {
    let map = this.#maps.get(name);
    if (map === undefined) {
      const object = this.#directory.open(ObjectKind.MAP, name, true, (at) => this.#describeMap(at, options));
      map = new SharedMap(name, this.#heap, object);
      this.#maps.set(name, map);
    }
    return map as unknown as ZoneMap<V>;
  }

  counter(name: string): ZoneCounter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      const object = this.#directory.open(ObjectKind.COUNTER, name, false, () => {});
      counter = new SharedCounter(name, this.#memory, object);
      this.#counters.set(name, counter);
    }
    return counter;
  }

  queue(name: string, options: ZoneQueueOptions = {}): ZoneQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      const mode = options.mode ?? 'all';
      const object = this.#directory.open(ObjectKind.QUEUE, name, mode !== 'all', (at) => {
        this.#memory.doubles[(at + Obj.MAX) >> 1] = options.maxItems || Number.POSITIVE_INFINITY;
        this.#memory.words[at + Obj.FLAGS] = QUEUE_MODES.indexOf(mode);
      });
      queue = new SharedQueue(name, this.#heap, object);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  exclusive<T>(name: string, fn: () => T): T {
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = this.#directory.open(ObjectKind.LOCK, name, false, () => {});
      this.#locks.set(name, lock);
    }
    return this.#heap.exclusive(lock, fn);
  }

  sweep(): number {
    let gone = 0;
    for (const name of this.names().maps) {
      this.map(name);
      const map = this.#maps.get(name)!;
      if (!map.ownerTakesExpired) gone += map.takeExpired().length;
    }
    return gone;
  }

  names(): { readonly maps: string[]; readonly counters: string[]; readonly queues: string[] } {
    const all = [...this.#directory.all()];
    const of = (kind: number): string[] => all.filter((named) => named.kind === kind).map((named) => named.name);
    return { maps: of(ObjectKind.MAP), counters: of(ObjectKind.COUNTER), queues: of(ObjectKind.QUEUE) };
  }

  stats(): ZoneStats {
    return this.#heap.allocator.stats();
  }

  /**
   * Frees the locks of a thread that ended, and repairs what it left half done; how many. Called by whoever sees the
   * thread's end. Threads that wait for such a lock find out themselves as well, on Linux, within a moment.
   *
   * @param threadId - of `node:worker_threads`
   */
  releaseLocksOf(threadId: number): number {
    const owner = threadId + 1;
    let freed = 0;
    for (const lock of [At.ALLOCATOR_LOCK, At.DIRECTORY_LOCK]) if (recover(this.#memory, lock, owner)) freed++;
    for (const { object } of this.#directory.all()) if (recover(this.#memory, object, owner)) freed++;
    this.#memory.forget(owner);
    return freed;
  }

  #describeMap(at: number, options: ZoneMapOptions): void {
    this.#memory.doubles[(at + Obj.MAX) >> 1] = options.maxEntries ?? Number.POSITIVE_INFINITY;
    this.#memory.doubles[(at + Obj.TTL) >> 1] = options.ttlMs ?? 0;
    this.#memory.words[at + Obj.FLAGS] =
      (options.whenFull === 'evict-oldest' ? MapFlag.EVICT : 0) |
      (options.keepExpiryOnUpdate ? MapFlag.KEEP_EXPIRY : 0) |
      (options.ownerTakesExpired ? MapFlag.OWNER_TAKES : 0) |
      (options.immutable ? MapFlag.IMMUTABLE : 0);
  }

  /** The directory is never half changed: a new name shows by one word. */
  #repair(lock: number): void {
    if (lock === At.ALLOCATOR_LOCK) this.#heap.allocator.repair();
    // This thread may be on its way to the lock with a key and a value of its own.
    const heap = new SharedHeap(this.#memory, this.#heap.clock);
    for (const { kind, name, object } of this.#directory.all()) {
      if (object !== lock) continue;
      if (kind === ObjectKind.MAP) new SharedMap(name, heap, object).repair();
      else if (kind === ObjectKind.QUEUE) new SharedQueue(name, heap, object).repair();
    }
  }
}
