import { Entry } from './entry.js';
import { INDEX_WORDS, KeyIndex } from './key-index.js';
import type { SharedHeap } from './shared-heap.js';
import { Kind, type Staged } from './staged.js';
import { readText } from './text.js';
import type { Stored } from './zone.js';

/** Words of a table in its object. */
const FIRST = 0;
const LAST = 1;
const COUNT = 2;
const SERIAL = 4;
const INDEX = 6;

export const TABLE_WORDS = INDEX + INDEX_WORDS;

/**
 * Entries in order of arrival, found by key where the table is indexed. The chain of `NEXT` is what counts, and changes by
 * single words; all else follows from it and is built anew when a thread died in the middle of a change. All methods are
 * called with the lock of the object held.
 */
export class EntryTable {
  readonly #heap: SharedHeap;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #index: KeyIndex | null;

  constructor(heap: SharedHeap, at: number, indexed: boolean) {
    this.#heap = heap;
    this.#words = heap.memory.words;
    this.#at = at;
    this.#index = indexed ? new KeyIndex(heap, at + INDEX) : null;
  }

  get first(): number {
    return this.#words[this.#at + FIRST]!;
  }

  /** May be asked for without the lock. */
  get count(): number {
    return Atomics.load(this.#words, this.#at + COUNT);
  }

  /** Makes room for the index; false when the memory is full. */
  open(): boolean {
    return this.#index === null || this.#index.open();
  }

  /** The entry of the loaded key that was put in last; 0 when there is none. */
  find(): number {
    return this.#index!.find(this.#heap.key);
  }

  /** A new entry of the loaded key at the end, or in front; 0 when the memory is full. */
  insert(value: Staged, inFront = false): number {
    const words = this.#words;
    const { key, allocator } = this.#heap;
    const valueAt = Entry.KEY + key.length;
    const p = allocator.take(valueAt + ((value.size + 3) >> 2));
    if (p === 0) return 0;
    words[p + Entry.HASH] = key.hash;
    words[p + Entry.KEY_SIZE] = key.size;
    key.writeTo(p + Entry.KEY);
    value.writeTo(p + valueAt);
    this.#describe(p, value, 0);
    words[p + Entry.DUE_SECOND] = words[p + Entry.VERSION] = 0;
    this.#heap.memory.doubles[(p + Entry.EXPIRES_AT) >> 1] = 0;
    this.#heap.memory.doubles[(p + Entry.ID) >> 1] = 0;
    this.#link(p, inFront);
    this.#index?.enter(p);
    words[this.#at + COUNT]!++;
    this.#index?.grow(this.count);
    return p;
  }

  /** Gives an entry another value; false when the memory is full. */
  replace(p: number, value: Staged): boolean {
    const before = this.#ownBlock(p);
    let block = 0;
    if (value.size > 0) {
      block = this.#heap.allocator.take((value.size + 3) >> 2);
      if (block === 0) return false;
      value.writeTo(block);
    }
    this.#describe(p, value, block);
    this.#words[p + Entry.VERSION]!++;
    if (before !== 0) this.#heap.allocator.give(before);
    return true;
  }

  /** Takes an entry out; its memory stays until {@link free}. */
  remove(p: number): void {
    const words = this.#words;
    const previous = words[p + Entry.PREVIOUS]!;
    const next = words[p + Entry.NEXT]!;
    this.#index?.leave(p);
    if (previous === 0) words[this.#at + FIRST] = next;
    else words[previous + Entry.NEXT] = next;
    if (next === 0) words[this.#at + LAST] = previous;
    else words[next + Entry.PREVIOUS] = previous;
    words[this.#at + COUNT]!--;
  }

  free(p: number): void {
    const block = this.#ownBlock(p);
    if (block !== 0) this.#heap.allocator.give(block);
    this.#heap.allocator.give(p);
  }

  keyOf(p: number): string {
    const size = this.#words[p + Entry.KEY_SIZE]!;
    return readText(this.#heap.memory.bytes, (p + Entry.KEY) * 4, size >> 1, (size & 1) !== 0);
  }

  serialOf(p: number): number {
    return this.#heap.memory.doubles[(p + Entry.SERIAL) >> 1]!;
  }

  versionOf(p: number): number {
    return this.#words[p + Entry.VERSION]!;
  }

  valueOf(p: number, frozen: boolean): Stored {
    const words = this.#words;
    const kind = words[p + Entry.KIND]!;
    if (kind === Kind.NUMBER) return this.#heap.memory.doubles[(p + Entry.VALUE) >> 1]!;
    if (kind === Kind.NULL) return null;
    const size = words[p + Entry.VALUE_SIZE]!;
    const at = this.#valueAt(p);
    if (kind === Kind.ENCODED) return this.#heap.decoder.decode(at, size, frozen);
    return readText(this.#heap.memory.bytes, at, size, kind === Kind.UTF16);
  }

  /** The value when it is a number. */
  numberOf(p: number): number | undefined {
    return this.#words[p + Entry.KIND] === Kind.NUMBER ? this.#heap.memory.doubles[(p + Entry.VALUE) >> 1] : undefined;
  }

  /** Where a value's bytes are. */
  #valueAt(p: number): number {
    const block = this.#words[p + Entry.VALUE]!;
    return (block !== 0 ? block : p + Entry.KEY + (((this.#words[p + Entry.KEY_SIZE]! >> 1) + 3) >> 2)) * 4;
  }

  /** Frees an entry that was detached, and all behind it. Needs no lock. */
  freeFrom(p: number): void {
    while (p !== 0) {
      const next = this.#words[p + Entry.NEXT]!;
      this.free(p);
      p = next;
    }
  }

  /** Empties the table and returns its first entry, for {@link freeFrom}. */
  detach(): number {
    const words = this.#words;
    const first = this.first;
    words[this.#at + FIRST] = words[this.#at + LAST] = words[this.#at + COUNT] = 0;
    this.#index?.empty();
    return first;
  }

  /** Builds everything anew from the chain of entries. `each` sees them in order. */
  repair(each: (p: number) => void): void {
    const words = this.#words;
    this.#index?.empty();
    let previous = 0;
    let count = 0;
    for (let p = this.first; p !== 0; p = words[p + Entry.NEXT]!) {
      words[p + Entry.PREVIOUS] = previous;
      this.#index?.enter(p);
      each(p);
      previous = p;
      count++;
    }
    words[this.#at + LAST] = previous;
    words[this.#at + COUNT] = count;
  }

  #describe(p: number, value: Staged, block: number): void {
    this.#words[p + Entry.KIND] = value.kind;
    if (value.kind === Kind.NUMBER) this.#heap.memory.doubles[(p + Entry.VALUE) >> 1] = value.number;
    else {
      this.#words[p + Entry.VALUE] = block;
      this.#words[p + Entry.VALUE_SIZE] = value.size;
    }
  }

  /** The block of a value that is not part of its entry. */
  #ownBlock(p: number): number {
    return this.#words[p + Entry.KIND] === Kind.NUMBER ? 0 : this.#words[p + Entry.VALUE]!;
  }

  #link(p: number, inFront: boolean): void {
    const words = this.#words;
    const serial = (this.#at + SERIAL) >> 1;
    this.#heap.memory.doubles[(p + Entry.SERIAL) >> 1] = this.#heap.memory.doubles[serial]!++;
    const last = inFront ? 0 : words[this.#at + LAST]!;
    const next = inFront ? this.first : 0;
    words[p + Entry.PREVIOUS] = last;
    words[p + Entry.NEXT] = next;
    if (last === 0) words[this.#at + FIRST] = p;
    else words[last + Entry.NEXT] = p;
    if (next === 0) words[this.#at + LAST] = p;
    else words[next + Entry.PREVIOUS] = p;
  }
}
