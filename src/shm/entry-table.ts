import type { SharedHeap } from './shared-heap.js';
import { Kind, type Staged } from './staged.js';
import { readText } from './text.js';
import type { Stored } from './zone.js';

/** Words of an entry. What a queue keeps in place of expiry is named second. */
export const Entry = {
  /** The next entry of the same bucket. */
  CHAIN: 0,
  PREVIOUS: 1,
  NEXT: 2,
  HASH: 3,
  KEY_SIZE: 4,
  KIND: 5,
  /** A double, or the block with the value (0: behind the key) and its length in bytes. */
  VALUE: 6,
  VALUE_SIZE: 7,
  EXPIRES_AT: 8,
  ADDED_AT: 8,
  WAITS_BEFORE: 10,
  WAITS_BEHIND: 11,
  ID: 10,
  SERIAL: 12,
  DUE_SECOND: 14,
  /** Grows with every write of the value. */
  VERSION: 15,
  KEY: 16,
} as const;

/** Words of a table at the start of its object. */
const FIRST = 0;
const LAST = 1;
const COUNT = 2;
const BUCKETS = 3;
const SERIAL = 4;
const SEGMENTS = 6;

const SEGMENT_BITS = 11;
const SEGMENT = 1 << SEGMENT_BITS;
const MOST_SEGMENTS = 2000;
/** The first segment is small: most tables of a server hold a handful of entries. */
const FIRST_BUCKETS = 32;

export const TABLE_WORDS = SEGMENTS + MOST_SEGMENTS;

/**
 * Entries in order of arrival, found by key where the table is indexed. The index is a linear hash: it grows by one
 * bucket with each entry, so that no write ever waits for a large table to be built anew.
 *
 * The chain of `NEXT` is what counts, and changes by single words; all else follows from it and is built anew when a
 * thread died in the middle of a change. All methods are called with the lock of the object held.
 */
export class EntryTable {
  readonly #heap: SharedHeap;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #indexed: boolean;

  constructor(heap: SharedHeap, at: number, indexed: boolean) {
    this.#heap = heap;
    this.#words = heap.memory.words;
    this.#at = at;
    this.#indexed = indexed;
  }

  get first(): number {
    return this.#words[this.#at + FIRST]!;
  }

  /** May be asked for without the lock. */
  get count(): number {
    return Atomics.load(this.#words, this.#at + COUNT);
  }

  /** Room for the first buckets; false when the memory is full. */
  open(): boolean {
    if (!this.#indexed) return true;
    const segment = this.#heap.allocator.take(FIRST_BUCKETS, true);
    if (segment === 0) return false;
    this.#words.fill(0, segment, segment + FIRST_BUCKETS);
    this.#words[this.#at + SEGMENTS] = segment;
    this.#words[this.#at + BUCKETS] = FIRST_BUCKETS;
    return true;
  }

  /** The entry of the loaded key; 0 when there is none. */
  find(): number {
    const words = this.#words;
    const { key } = this.#heap;
    for (let p = words[this.#bucket(key.hash)]!; p !== 0; p = words[p + Entry.CHAIN]!) {
      if (words[p + Entry.HASH] === key.hash && words[p + Entry.KEY_SIZE] === key.size && key.isAt(p + Entry.KEY))
        return p;
    }
    return 0;
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
    this.#link(p, inFront);
    if (this.#indexed) this.#enter(p);
    words[this.#at + COUNT]!++;
    if (this.#indexed) this.#grow();
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
    if (this.#indexed) this.#leave(p);
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

  /** Empties the table and returns its first entry; the chain behind it is the caller's to {@link free}. */
  detach(): number {
    const words = this.#words;
    const first = this.first;
    words[this.#at + FIRST] = words[this.#at + LAST] = words[this.#at + COUNT] = 0;
    this.#emptyBuckets();
    return first;
  }

  /** Builds everything anew from the chain of entries. `each` sees them in order. */
  repair(each: (p: number) => void): void {
    const words = this.#words;
    this.#emptyBuckets();
    let previous = 0;
    let count = 0;
    for (let p = this.first; p !== 0; p = words[p + Entry.NEXT]!) {
      words[p + Entry.PREVIOUS] = previous;
      if (this.#indexed) this.#enter(p);
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

  #enter(p: number): void {
    const bucket = this.#bucket(this.#words[p + Entry.HASH]!);
    this.#words[p + Entry.CHAIN] = this.#words[bucket]!;
    this.#words[bucket] = p;
  }

  #leave(p: number): void {
    const words = this.#words;
    let link = this.#bucket(words[p + Entry.HASH]!);
    while (words[link] !== p) link = words[link]! + Entry.CHAIN;
    words[link] = words[p + Entry.CHAIN]!;
  }

  /** The word of the bucket that a hash belongs to. */
  #bucket(hash: number): number {
    const buckets = this.#words[this.#at + BUCKETS]!;
    const half = 1 << (31 - Math.clz32(buckets));
    let bucket = hash & (half * 2 - 1);
    if (bucket >= buckets) bucket &= half - 1;
    return this.#words[this.#at + SEGMENTS + (bucket >> SEGMENT_BITS)]! + (bucket & (SEGMENT - 1));
  }

  /** Adds a bucket, which takes its share of the entries of another one. */
  #grow(): void {
    const words = this.#words;
    const buckets = words[this.#at + BUCKETS]!;
    if (this.count <= buckets || !this.#hasSegmentFor(buckets)) return;
    const split = buckets ^ (1 << (31 - Math.clz32(buckets)));
    let p = words[this.#word(split)]!;
    words[this.#word(split)] = words[this.#word(buckets)] = 0;
    words[this.#at + BUCKETS] = buckets + 1;
    while (p !== 0) {
      const next = words[p + Entry.CHAIN]!;
      this.#enter(p);
      p = next;
    }
  }

  #word(bucket: number): number {
    return this.#words[this.#at + SEGMENTS + (bucket >> SEGMENT_BITS)]! + (bucket & (SEGMENT - 1));
  }

  /** A full memory leaves the table as it is: its chains get longer. */
  #hasSegmentFor(bucket: number): boolean {
    const words = this.#words;
    const place = this.#at + SEGMENTS + (bucket >> SEGMENT_BITS);
    if (bucket === FIRST_BUCKETS) {
      const small = words[place]!;
      const full = this.#heap.allocator.take(SEGMENT);
      if (full === 0) return false;
      words.copyWithin(full, small, small + FIRST_BUCKETS);
      words[place] = full;
      this.#heap.allocator.give(small);
      return true;
    }
    if ((bucket & (SEGMENT - 1)) !== 0) return true;
    if (bucket >> SEGMENT_BITS >= MOST_SEGMENTS) return false;
    if (words[place] === 0) words[place] = this.#heap.allocator.take(SEGMENT);
    return words[place] !== 0;
  }

  #emptyBuckets(): void {
    const words = this.#words;
    const buckets = words[this.#at + BUCKETS]!;
    for (let from = 0; from < buckets; from += SEGMENT) {
      const segment = words[this.#at + SEGMENTS + (from >> SEGMENT_BITS)]!;
      words.fill(0, segment, segment + Math.min(SEGMENT, buckets - from));
    }
  }
}
