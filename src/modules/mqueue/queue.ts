import type { Clock, Timer } from '../../clock/clock.js';
import type { Log } from '../../observe/log.js';
import type { QueueItem, Zone, ZoneCounter, ZoneQueue } from '../../shm/zone.js';
import type { Journal } from './journal.js';
import { DbMode, type QueueSpec } from './spec.js';

/** What a queue has counted since the start. */
export interface QueueCounts {
  /** Items accepted, those among them that replaced another of their key, and those not taken because of one. */
  readonly added: number;
  readonly replaced: number;
  readonly duplicates: number;
  /** Items given out. */
  readonly fetched: number;
  /** Items that left a full queue for a newer one. */
  readonly dropped: number;
}

/** An item that was shown and waits to be acknowledged. */
export interface Held {
  readonly item: QueueItem;
  readonly timer: Timer;
}

/** How often a full queue is reported, in milliseconds. */
const REPORT_EVERY = 60_000;

interface QueueParts {
  readonly zone: Zone;
  readonly clock: Clock;
  readonly log: Log;
  readonly peekTimeoutMs: number;
}

/**
 * One queue. Operations on queues of dbmode 4 give promises: an item is pushed once its row is on disk, and given out
 * once its row is gone, so that a process that ends at any moment neither loses nor doubles one. Rows and items are in
 * the same order, because the database runs changes in the order in which they are asked for.
 */
export class Queue {
  readonly #items: ZoneQueue;
  readonly #lastId: ZoneCounter;
  readonly #counters: Readonly<Record<keyof QueueCounts, ZoneCounter>>;
  readonly #held = new Set<Held>();
  /** Keys whose first item is on its way to the disk, with what becomes of it (`keep-first` only). */
  readonly #arriving = new Map<string, Promise<boolean>>();
  #reportAfter = 0;
  /** Set from the start on of a queue of dbmode 4. */
  journal: Journal | null = null;

  constructor(
    readonly spec: QueueSpec,
    private readonly parts: QueueParts,
  ) {
    const { name, size, mode } = spec;
    const zoneName = `mqueue:${name}`;
    this.#items = parts.zone.queue(zoneName, { maxItems: size, mode });
    this.#lastId = parts.zone.counter(`${zoneName}:id`);
    const counter = (of: string): ZoneCounter => parts.zone.counter(`${zoneName}:${of}`);
    this.#counters = {
      added: counter('added'),
      replaced: counter('replaced'),
      duplicates: counter('duplicates'),
      fetched: counter('fetched'),
      dropped: counter('dropped'),
    };
  }

  get size(): number {
    return this.#items.size;
  }

  /** Items that were shown and wait to be acknowledged; they do not count as items of the queue. */
  get held(): number {
    return this.#held.size;
  }

  counts(): QueueCounts {
    const c = this.#counters;
    return {
      added: c.added.get(),
      replaced: c.replaced.get(),
      duplicates: c.duplicates.get(),
      fetched: c.fetched.get(),
      dropped: c.dropped.get(),
    };
  }

  /** How long the oldest item has waited, in whole seconds; 0 when there is none. */
  oldestAge(): number {
    const first = this.#items.peek();
    return first === undefined ? 0 : Math.max(0, Math.floor((this.parts.clock.now() - first.addedAt) / 1000));
  }

  /** Oldest first, at most `limit`. */
  list(limit: number): QueueItem[] {
    return this.#items.list(limit);
  }

  /** The oldest item, which stays. */
  first(): QueueItem | undefined {
    return this.#items.peek();
  }

  /** Adds an item; false when it could not be stored (logged). */
  add(key: string, value: string): boolean | Promise<boolean> {
    if (this.journal !== null) return this.#addDurably(key, value, this.journal);
    return this.push(key, value, 0);
  }

  /** Takes out the oldest item: undefined when there is none, null when it could not be given out (logged). */
  fetch(): QueueItem | undefined | Promise<QueueItem | undefined | null> {
    const item = this.#items.shift();
    if (item === undefined || this.journal === null) {
      if (item !== undefined) this.#counters.fetched.add(1);
      return item;
    }
    return this.journal.remove([item.id]).then((removed) => {
      if (!removed) {
        this.#putBack(item);
        return null;
      }
      this.#counters.fetched.add(1);
      return item;
    });
  }

  /** Sets the oldest item aside until `acknowledge` or `release`, or until `peek_timeout` has passed. */
  hold(): Held | undefined {
    const item = this.#items.shift();
    if (item === undefined) return undefined;
    const held: Held = {
      item,
      timer: this.parts.clock.after(this.parts.peekTimeoutMs, () => {
        this.parts.log.warn('mqueue', `an item of ${this.spec.name} was shown and not acknowledged: it goes back`);
        this.release(held);
      }),
    };
    this.#held.add(held);
    return held;
  }

  /** Puts a held item back to the front; false when it is not held any more. */
  release(held: Held): boolean {
    if (!this.#held.delete(held)) return false;
    held.timer.cancel();
    this.#putBack(held.item);
    return true;
  }

  /** Lets a held item go for good; false when it is not held any more, or goes back since the disk did not take it (logged). */
  acknowledge(held: Held): boolean | Promise<boolean> {
    // From here on neither its timer nor another run brings it back.
    if (!this.#held.delete(held)) return false;
    held.timer.cancel();
    if (this.journal === null) return this.#acknowledged(held, true);
    return this.journal.remove([held.item.id]).then((removed) => this.#acknowledged(held, removed));
  }

  /** Empties the queue; how many items were in it, or null when the disk did not follow (logged). */
  async flush(): Promise<number | null> {
    // One by one, so that nothing goes unseen that another thread adds or takes meanwhile.
    const items: QueueItem[] = [];
    for (let rest = this.#items.size; rest > 0; rest--) {
      const item = this.#items.shift();
      if (item === undefined) break;
      items.push(item);
    }
    if (this.journal === null || (await this.journal.remove(items.map((item) => item.id)))) return items.length;
    for (const item of items.reverse()) this.#putBack(item);
    return null;
  }

  /** Puts everything that is held back: at the end of the server, before queues are saved. */
  releaseAll(): void {
    for (const held of [...this.#held].reverse()) this.release(held);
  }

  /** An item of the database, at start. */
  load(key: string, value: string, id: number): void {
    if (id > this.#lastId.get()) this.#lastId.set(id);
    this.push(key, value, id);
  }

  /** Adds to memory by the queue's mode, and counts what that did to other items; false when memory is full (logged). */
  push(key: string, value: string, id: number): boolean {
    const { outcome, displaced } = this.#items.offer(key, value, id);
    if (outcome === 'refused') {
      this.#reportNoMemory(key);
      return false;
    }
    this.#counters[outcome === 'duplicate' ? 'duplicates' : 'added'].add(1);
    if (outcome === 'duplicate' && id !== 0) void this.journal?.remove([id]);
    if (displaced === undefined) return true;
    const replaced = this.spec.mode === 'keep-last' && displaced.key === key;
    this.#counters[replaced ? 'replaced' : 'dropped'].add(1);
    if (!replaced) this.#reportFull();
    this.#forget(displaced);
    return true;
  }

  #acknowledged(held: Held, removed: boolean): boolean {
    if (removed) this.#counters.fetched.add(1);
    else this.#putBack(held.item);
    return removed;
  }

  /** To the front again. When an item of the same key came meanwhile, the queue's mode says which of the two stays. */
  #putBack(item: QueueItem): void {
    const { outcome, displaced } = this.#items.putBack(item);
    if (outcome === 'added') return;
    if (outcome === 'refused') {
      // Its row, if it has one, brings it back at the next start.
      this.#reportNoMemory(item.key);
      this.#counters.dropped.add(1);
      return;
    }
    this.#counters[outcome === 'duplicate' ? 'replaced' : 'duplicates'].add(1);
    this.#forget(displaced ?? item);
  }

  async #addDurably(key: string, value: string, journal: Journal): Promise<boolean> {
    const keepsFirst = this.spec.mode === 'keep-first';
    if (keepsFirst) {
      const first = this.#arriving.get(key);
      if (first !== undefined && (await first)) {
        this.#counters.duplicates.add(1);
        return true;
      }
    }
    const id = this.#lastId.add(1);
    const stored = journal.insert(id, key, value);
    if (keepsFirst) {
      this.#arriving.set(key, stored);
      void stored.then(() => {
        if (this.#arriving.get(key) === stored) this.#arriving.delete(key);
      });
    }
    if (!(await stored)) return false;
    if (this.push(key, value, id)) return true;
    await journal.remove([id]);
    return false;
  }

  /** The row of an item that left without being given out. A crash before it is gone costs nothing: loading decides the same. */
  #forget(item: QueueItem): void {
    if (this.journal !== null && item.id !== 0) void this.journal.remove([item.id]);
  }

  #reportNoMemory(key: string): void {
    const { name } = this.spec;
    this.parts.log.error('mqueue', `could not allocate shared memory from shm pool: no room in ${name} for [${key}]`);
  }

  #reportFull(): void {
    const now = this.parts.clock.now();
    if (now < this.#reportAfter) return;
    this.#reportAfter = now + REPORT_EVERY;
    const { name, size } = this.spec;
    const dropped = this.#counters.dropped.get();
    this.parts.log.warn('mqueue', `${name} is full (size=${size}): its oldest item was dropped (${dropped} so far)`);
  }
}

/** Whether every item of a queue is on disk while it is in the queue. */
export function isDurable(spec: QueueSpec): boolean {
  return spec.dbMode === DbMode.DURABLE;
}

/** Whether a queue reads its table at start. */
export function loads(spec: QueueSpec): boolean {
  return spec.dbMode === DbMode.LOAD_AND_SAVE || spec.dbMode === DbMode.LOAD || spec.dbMode === DbMode.DURABLE;
}

/** Whether a queue writes its table at an orderly stop. */
export function saves(spec: QueueSpec): boolean {
  return spec.dbMode === DbMode.LOAD_AND_SAVE || spec.dbMode === DbMode.SAVE;
}
