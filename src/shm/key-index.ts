import { Entry } from './entry.js';
import type { SharedHeap } from './shared-heap.js';
import type { Key } from './text.js';

/** Words of an index: how many buckets there are, and the blocks that hold them. */
const BUCKETS = 0;
const SEGMENTS = 1;

const SEGMENT_BITS = 11;
const SEGMENT = 1 << SEGMENT_BITS;
const MOST_SEGMENTS = 2000;
/** The first segment is small at first: most tables of a server hold a handful of entries. */
const FIRST_BUCKETS = 32;

export const INDEX_WORDS = SEGMENTS + MOST_SEGMENTS;

/**
 * Entries by the hash of their key. A linear hash: it grows by one bucket with each entry, so that no write ever waits for
 * a large table to be built anew.
 */
export class KeyIndex {
  readonly #heap: SharedHeap;
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(heap: SharedHeap, at: number) {
    this.#heap = heap;
    this.#words = heap.memory.words;
    this.#at = at;
  }

  /** Makes the first buckets; false when the memory is full. */
  open(): boolean {
    const segment = this.#heap.allocator.take(FIRST_BUCKETS, true);
    if (segment === 0) return false;
    this.#words.fill(0, segment, segment + FIRST_BUCKETS);
    this.#words[this.#at + SEGMENTS] = segment;
    this.#words[this.#at + BUCKETS] = FIRST_BUCKETS;
    return true;
  }

  /** The entry of a key that was entered last; 0 when there is none. */
  find(key: Key): number {
    const words = this.#words;
    for (let p = words[this.#bucketOf(key.hash)]!; p !== 0; p = words[p + Entry.CHAIN]!) {
      if (words[p + Entry.HASH] === key.hash && words[p + Entry.KEY_SIZE] === key.size && key.isAt(p + Entry.KEY))
        return p;
    }
    return 0;
  }

  enter(p: number): void {
    const bucket = this.#bucketOf(this.#words[p + Entry.HASH]!);
    this.#words[p + Entry.CHAIN] = this.#words[bucket]!;
    this.#words[bucket] = p;
  }

  leave(p: number): void {
    const words = this.#words;
    let link = this.#bucketOf(words[p + Entry.HASH]!);
    while (words[link] !== p) link = words[link]! + Entry.CHAIN;
    words[link] = words[p + Entry.CHAIN]!;
  }

  /** Adds a bucket when there are more entries than buckets; it takes its share of the entries of another one. */
  grow(entries: number): void {
    const words = this.#words;
    const buckets = words[this.#at + BUCKETS]!;
    if (entries <= buckets || !this.#hasSegmentFor(buckets)) return;
    const split = this.#bucket(buckets ^ (1 << (31 - Math.clz32(buckets))));
    let p = words[split]!;
    words[split] = words[this.#bucket(buckets)] = 0;
    words[this.#at + BUCKETS] = buckets + 1;
    while (p !== 0) {
      const next = words[p + Entry.CHAIN]!;
      this.enter(p);
      p = next;
    }
  }

  empty(): void {
    const words = this.#words;
    const buckets = words[this.#at + BUCKETS]!;
    for (let from = 0; from < buckets; from += SEGMENT) {
      const segment = this.#bucket(from);
      words.fill(0, segment, segment + Math.min(SEGMENT, buckets - from));
    }
  }

  #bucketOf(hash: number): number {
    const buckets = this.#words[this.#at + BUCKETS]!;
    const half = 1 << (31 - Math.clz32(buckets));
    const bucket = hash & (half * 2 - 1);
    return this.#bucket(bucket < buckets ? bucket : bucket & (half - 1));
  }

  /** The word of a bucket: its first entry. */
  #bucket(number: number): number {
    return this.#words[this.#at + SEGMENTS + (number >> SEGMENT_BITS)]! + (number & (SEGMENT - 1));
  }

  /** A full memory leaves the index as it is: its chains get longer. */
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
}
