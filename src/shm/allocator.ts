import { acquire, release } from './lock.js';
import { At, PAGE_ENTRY, PAGE_WORDS, type SharedMemory } from './memory.js';
import type { ZoneStats } from './zone.js';

/** Words of an entry of the page table. */
const KIND = 0;
const USED = 1;
const FREE = 2;
const PREVIOUS = 3;
const NEXT = 4;
/** Blocks of the page that were used before. */
const FRESH = 5;
/** Pages of a run, at its first page. */
const LENGTH = 6;

/** Kinds: 0 for a free page, else the size of its blocks + 1, or one of these. */
const RUN = 0x1000;
const RUN_REST = 0x1001;

/** Sizes of blocks in words. All are even: doubles are read in place. */
const SIZES = [
  4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 44, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256,
  320, 384, 448, 512, 640, 768, 896, 1024, 1260, 1488, 1820, 2048, 2340, 2730, 3276, 4096, 5460, 8192,
];
const PER_PAGE = SIZES.map((size) => Math.floor(PAGE_WORDS / size));
const LARGEST = SIZES.at(-1)!;

/** The size class of each number of words, halved. */
const CLASS_OF = new Uint8Array(LARGEST / 2 + 1);
for (let half = 0, size = 0; half < CLASS_OF.length; half++) {
  if (half * 2 > SIZES[size]!) size++;
  CLASS_OF[half] = size;
}

/** Part of the pages that only names and their tables may take, so that a full zone still opens what a config names. */
const RESERVED = 16;

/**
 * Blocks of the shared memory. A page holds blocks of one size, and is free for any other size again when the last of
 * them is; what is larger than half a page takes pages in a row.
 *
 * A thread can die between any two calls. Counts are raised before a block is taken and lowered after it was put back,
 * so that such a death loses a block at most and never gives one out twice.
 */
export class Allocator {
  readonly #memory: SharedMemory;
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#words = memory.words;
    this.#base = memory.words[At.FIRST_PAGE]!;
  }

  /** A block of at least so many words, with anything in it; 0 when there is no room. */
  take(words: number, reserved = false): number {
    acquire(this.#memory, At.ALLOCATOR_LOCK);
    try {
      const block = words > LARGEST ? this.#takeRun(words, reserved) : this.#takeBlock(words, reserved);
      if (block === 0) this.#memory.doubles[At.REFUSED >> 1]! += 1;
      return block;
    } finally {
      release(this.#memory, At.ALLOCATOR_LOCK);
    }
  }

  give(block: number): void {
    acquire(this.#memory, At.ALLOCATOR_LOCK);
    try {
      const page = Math.floor((block - this.#base) / PAGE_WORDS);
      const entry = entryOf(page);
      const kind = this.#words[entry + KIND]!;
      if (kind === RUN) this.#giveRun(page, this.#words[entry + LENGTH]!);
      else this.#giveBlock(block, page, kind - 1);
    } finally {
      release(this.#memory, At.ALLOCATOR_LOCK);
    }
  }

  stats(): ZoneStats {
    const page = PAGE_WORDS * 4;
    const bytes = this.#words[At.PAGES]! * page;
    const used = this.#memory.doubles[At.USED >> 1]!;
    const peak = this.#words[At.FRESH_PAGE]! * page;
    const taken = peak - this.#words[At.FREE_PAGE_COUNT]! * page;
    return { bytes, used, free: bytes - used, taken, peak, refused: this.#memory.doubles[At.REFUSED >> 1]! };
  }

  /** Builds the lists of pages anew from the page table. */
  repair(): void {
    const words = this.#words;
    words.fill(0, At.ROOMY_PAGES, At.ROOMY_PAGES + SIZES.length);
    words[At.FREE_PAGES] = words[At.FREE_PAGE_COUNT] = 0;
    for (let page = 0; page < words[At.FRESH_PAGE]!; page++) {
      const kind = words[entryOf(page) + KIND]!;
      if (kind === 0) this.#putFree(page);
      else if (kind < RUN && this.#hasRoom(page, kind - 1)) this.#link(page, At.ROOMY_PAGES + kind - 1);
    }
  }

  #takeBlock(words: number, reserved: boolean): number {
    const all = this.#words;
    let size = CLASS_OF[(words + 1) >> 1]!;
    if (all[At.ROOMY_PAGES + size] === 0 && !this.#carve(size, reserved)) {
      // Better a block that is too large than none.
      while (++size < SIZES.length && all[At.ROOMY_PAGES + size] === 0);
      if (size === SIZES.length) return 0;
    }
    const page = all[At.ROOMY_PAGES + size]! - 1;
    const entry = entryOf(page);
    all[entry + USED]!++;
    let block = all[entry + FREE]!;
    if (block !== 0) all[entry + FREE] = all[block]!;
    else block = this.#base + page * PAGE_WORDS + all[entry + FRESH]!++ * SIZES[size]!;
    if (!this.#hasRoom(page, size)) this.#unlink(page, At.ROOMY_PAGES + size);
    this.#memory.doubles[At.USED >> 1]! += SIZES[size]! * 4;
    return block;
  }

  /** Gets a page for blocks of a size. */
  #carve(size: number, reserved: boolean): boolean {
    const page = this.#takePage(reserved);
    if (page < 0) return false;
    const entry = entryOf(page);
    const all = this.#words;
    all[entry + USED] = all[entry + FREE] = all[entry + FRESH] = 0;
    all[entry + KIND] = size + 1;
    this.#link(page, At.ROOMY_PAGES + size);
    return true;
  }

  #giveBlock(block: number, page: number, size: number): void {
    const all = this.#words;
    const entry = entryOf(page);
    const list = At.ROOMY_PAGES + size;
    if (!this.#hasRoom(page, size)) {
      const kept = all[list]! - 1;
      if (kept >= 0 && all[entryOf(kept) + USED] === 0) this.#release(kept, list);
      this.#link(page, list);
    }
    all[block] = all[entry + FREE]!;
    all[entry + FREE] = block;
    const used = all[entry + USED]! - 1;
    all[entry + USED] = used;
    this.#memory.doubles[At.USED >> 1]! -= SIZES[size]! * 4;
    // One page of each size stays, first in its list, or a single block that comes and goes would carve a page each time.
    if (used === 0 && (all[list] !== page + 1 || all[entry + NEXT] !== 0)) this.#release(page, list);
  }

  #takeRun(words: number, reserved: boolean): number {
    const pages = Math.ceil(words / PAGE_WORDS);
    const first = this.#findRun(pages, reserved);
    if (first < 0) return 0;
    const all = this.#words;
    all[entryOf(first) + LENGTH] = pages;
    for (let page = first + 1; page < first + pages; page++) all[entryOf(page) + KIND] = RUN_REST;
    all[entryOf(first) + KIND] = RUN;
    this.#memory.doubles[At.USED >> 1]! += pages * PAGE_WORDS * 4;
    return this.#base + first * PAGE_WORDS;
  }

  #giveRun(first: number, pages: number): void {
    for (let page = first; page < first + pages; page++) this.#putFree(page);
    this.#memory.doubles[At.USED >> 1]! -= pages * PAGE_WORDS * 4;
  }

  /** Pages in a row: never used ones while there are any, else the first that fit. */
  #findRun(pages: number, reserved: boolean): number {
    const all = this.#words;
    const fresh = all[At.FRESH_PAGE]!;
    if (this.#freePages() - pages < (reserved ? 0 : RESERVED)) return -1;
    if (fresh + pages <= all[At.PAGES]!) {
      all[At.FRESH_PAGE] = fresh + pages;
      return fresh;
    }
    for (let page = 0, row = 0; page < fresh; page++) {
      row = all[entryOf(page) + KIND] === 0 ? row + 1 : 0;
      if (row < pages) continue;
      const first = page - pages + 1;
      for (let taken = first; taken <= page; taken++) this.#dropFree(taken);
      return first;
    }
    return -1;
  }

  #freePages(): number {
    return this.#words[At.PAGES]! - this.#words[At.FRESH_PAGE]! + this.#words[At.FREE_PAGE_COUNT]!;
  }

  #takePage(reserved: boolean): number {
    const all = this.#words;
    if (this.#freePages() <= (reserved ? 0 : RESERVED)) return this.#takeKeptPage();
    const page = all[At.FREE_PAGES]! - 1;
    if (page < 0) return all[At.FRESH_PAGE]!++;
    this.#dropFree(page);
    return page;
  }

  /** An empty page that was kept for another size. */
  #takeKeptPage(): number {
    for (let size = 0; size < SIZES.length; size++) {
      const page = this.#words[At.ROOMY_PAGES + size]! - 1;
      if (page < 0 || this.#words[entryOf(page) + USED] !== 0) continue;
      this.#unlink(page, At.ROOMY_PAGES + size);
      return page;
    }
    return -1;
  }

  #release(page: number, list: number): void {
    this.#unlink(page, list);
    this.#putFree(page);
  }

  #hasRoom(page: number, size: number): boolean {
    const entry = entryOf(page);
    return this.#words[entry + FREE] !== 0 || this.#words[entry + FRESH]! < PER_PAGE[size]!;
  }

  #putFree(page: number): void {
    this.#words[entryOf(page) + KIND] = 0;
    this.#link(page, At.FREE_PAGES);
    this.#words[At.FREE_PAGE_COUNT]!++;
  }

  #dropFree(page: number): void {
    this.#unlink(page, At.FREE_PAGES);
    this.#words[At.FREE_PAGE_COUNT]!--;
  }

  #link(page: number, list: number): void {
    const all = this.#words;
    const next = all[list]!;
    all[entryOf(page) + PREVIOUS] = 0;
    all[entryOf(page) + NEXT] = next;
    if (next !== 0) all[entryOf(next - 1) + PREVIOUS] = page + 1;
    all[list] = page + 1;
  }

  #unlink(page: number, list: number): void {
    const all = this.#words;
    const previous = all[entryOf(page) + PREVIOUS]!;
    const next = all[entryOf(page) + NEXT]!;
    if (previous === 0) all[list] = next;
    else all[entryOf(previous - 1) + NEXT] = next;
    if (next !== 0) all[entryOf(next - 1) + PREVIOUS] = previous;
  }
}

function entryOf(page: number): number {
  return At.PAGE_TABLE + page * PAGE_ENTRY;
}
