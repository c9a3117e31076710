import { Entry } from './entry.js';
import { EntryTable } from './entry-table.js';
import { Obj } from './object.js';
import type { SharedHeap } from './shared-heap.js';
import type { Offered, PushOutcome, QueueItem, QueueMode, ZoneQueue } from './zone.js';

/** Modes as the memory has them. */
export const QUEUE_MODES: readonly QueueMode[] = ['all', 'keep-first', 'keep-last'];

/** A zone queue in shared memory: a table of entries, indexed by key where keys are unique. */
export class SharedQueue implements ZoneQueue {
  readonly #heap: SharedHeap;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #at: number;
  readonly #table: EntryTable;
  readonly #mode: QueueMode;
  readonly #max: number;

  /** Opens the queue whose object is at a word of the memory. */
  constructor(
    readonly name: string,
    heap: SharedHeap,
    at: number,
  ) {
    this.#heap = heap;
    this.#words = heap.memory.words;
    this.#doubles = heap.memory.doubles;
    this.#at = at;
    this.#mode = QUEUE_MODES[this.#words[at + Obj.FLAGS]!]!;
    this.#max = this.#doubles[(at + Obj.MAX) >> 1]!;
    this.#table = new EntryTable(heap, at + Obj.TABLE, this.#mode !== 'all');
  }

  get size(): number {
    return this.#table.count;
  }

  push(key: string, value: string): PushOutcome {
    return this.offer(key, value, 0).outcome;
  }

  offer(key: string, value: string, id: number): Offered {
    const addedAt = this.#heap.clock.now();
    this.#heap.loadKey(key);
    this.#heap.staged.load(value);
    this.#heap.lock(this.#at);
    try {
      const same = this.#sameKey();
      if (same !== 0 && this.#mode === 'keep-first') return DUPLICATE;
      const p = this.#insert(id, addedAt, false);
      if (p === 0) return REFUSED;
      if (same !== 0) return displaced(this.#takeOut(same));
      return this.size > this.#max ? displaced(this.#takeOut(this.#table.first)) : ADDED;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  putBack(item: QueueItem): Offered {
    this.#heap.loadKey(item.key);
    this.#heap.staged.load(item.value);
    this.#heap.lock(this.#at);
    try {
      const same = this.#sameKey();
      if (same !== 0 && this.#mode === 'keep-last') return DUPLICATE;
      if (this.#insert(item.id, item.addedAt, true) === 0) return REFUSED;
      return same === 0 ? ADDED : displaced(this.#takeOut(same));
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  shift(): QueueItem | undefined {
    // Workers ask empty queues all the time.
    if (this.size === 0) return undefined;
    this.#heap.lock(this.#at);
    try {
      const { first } = this.#table;
      return first === 0 ? undefined : this.#takeOut(first);
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  peek(): QueueItem | undefined {
    this.#heap.lock(this.#at);
    try {
      const { first } = this.#table;
      return first === 0 ? undefined : this.#item(first);
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  list(limit = Number.POSITIVE_INFINITY): QueueItem[] {
    const items: QueueItem[] = [];
    this.#heap.lock(this.#at);
    try {
      for (let p = this.#table.first; p !== 0 && items.length < limit; p = this.#words[p + Entry.NEXT]!) {
        items.push(this.#item(p));
      }
    } finally {
      this.#heap.unlock(this.#at);
    }
    return items;
  }

  clear(): void {
    let rest = 0;
    this.#heap.lock(this.#at);
    try {
      rest = this.#table.detach();
    } finally {
      this.#heap.unlock(this.#at);
    }
    this.#table.freeFrom(rest);
  }

  /** Puts the queue in order after a thread died in the middle of a change, with the queue's lock held. */
  repair(): void {
    this.#table.repair(() => {});
    if (this.#mode !== 'all') this.#dropDoubles();
  }

  /** An item is put in before the one that it displaces is taken out. */
  #dropDoubles(): void {
    for (let p = this.#table.first; p !== 0; p = this.#words[p + Entry.NEXT]!) {
      this.#heap.key.load(this.#table.keyOf(p));
      // Of two items, the later one is found.
      const later = this.#table.find();
      if (later !== p) this.#table.remove(this.#mode === 'keep-last' ? p : later);
    }
  }

  #sameKey(): number {
    return this.#mode === 'all' ? 0 : this.#table.find();
  }

  #insert(id: number, addedAt: number, inFront: boolean): number {
    const p = this.#table.insert(this.#heap.staged, inFront);
    if (p === 0) return 0;
    this.#doubles[(p + Entry.ID) >> 1] = id;
    this.#doubles[(p + Entry.ADDED_AT) >> 1] = addedAt;
    return p;
  }

  #item(p: number): QueueItem {
    return {
      key: this.#table.keyOf(p),
      value: this.#table.valueOf(p, false) as string,
      id: this.#doubles[(p + Entry.ID) >> 1]!,
      addedAt: this.#doubles[(p + Entry.ADDED_AT) >> 1]!,
    };
  }

  #takeOut(p: number): QueueItem {
    const item = this.#item(p);
    this.#table.remove(p);
    this.#table.free(p);
    return item;
  }
}

const ADDED: Offered = { outcome: 'added', displaced: undefined };
const DUPLICATE: Offered = { outcome: 'duplicate', displaced: undefined };
const REFUSED: Offered = { outcome: 'refused', displaced: undefined };

function displaced(item: QueueItem): Offered {
  return { outcome: 'displaced', displaced: item };
}
