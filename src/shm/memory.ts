import { existsSync, readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/**
 * Words (of four bytes, by index) at the start of the shared memory. Everything in it is addressed by word index, and 0,
 * which is this header, stands for nothing.
 */
export const At = {
  MAGIC: 0,
  PAGES: 1,
  /** Of the hash of keys, so that nobody outside can choose keys that collide. */
  SEED: 2,
  ALLOCATOR_LOCK: 3,
  /** Word index of the first page. */
  FIRST_PAGE: 4,
  /** Pages below this number were used before. */
  FRESH_PAGE: 5,
  /** Number + 1 of the first free page among those. */
  FREE_PAGES: 6,
  FREE_PAGE_COUNT: 7,
  DIRECTORY_LOCK: 8,
  FIRST_OBJECT: 9,
  LAST_OBJECT: 10,
  FIRST_SHAPE: 11,
  LAST_SHAPE: 12,
  /** Bytes in blocks that are given out, and refused requests: doubles. */
  USED: 14,
  REFUSED: 16,
  /** For each size of block: number + 1 of a page that has room. */
  ROOMY_PAGES: 32,
  /** Pairs of owner and thread id of the operating system. */
  THREADS: 128,
  /** What each page is used for. */
  PAGE_TABLE: 1024,
} as const;

const THREADS = 256;

export const PAGE_WORDS = 16_384;
/** Words of one entry of the page table. */
export const PAGE_ENTRY = 8;

const MAGIC = 0x6b74_7a31;
const SMALLEST = 4 << 20;
/** As far as one Buffer reaches. */
const LARGEST = 0xffff_0000;

/** What another thread needs to open the same memory: passes through `workerData`. */
export interface SharedHandle {
  readonly buffer: SharedArrayBuffer;
}

/** One thread's views of the shared memory. */
export class SharedMemory {
  readonly words: Int32Array;
  readonly bytes: Buffer;
  readonly doubles: Float64Array;
  /** This thread in locks: never 0. */
  readonly owner: number;
  /** Repairs what a lock guards whose owner died with it. */
  repair: (lock: number) => void = () => {};

  private constructor(
    readonly buffer: SharedArrayBuffer,
    owner: number,
  ) {
    this.words = new Int32Array(buffer);
    this.bytes = Buffer.from(buffer as unknown as ArrayBuffer);
    this.doubles = new Float64Array(buffer);
    this.owner = owner;
  }

  /** Reserves address space; the kernel gives memory as pages are first written. */
  static create(bytes: number, seed: number): SharedMemory {
    const memory = new SharedMemory(reserve(Math.min(LARGEST, Math.max(SMALLEST, bytes))), threadId + 1);
    const { words } = memory;
    const all = Math.floor(words.length / PAGE_WORDS);
    const table = Math.ceil((At.PAGE_TABLE + all * PAGE_ENTRY) / PAGE_WORDS);
    words[At.PAGES] = all - table;
    words[At.SEED] = seed | 0;
    words[At.FIRST_PAGE] = table * PAGE_WORDS;
    words[At.MAGIC] = MAGIC;
    memory.#enter();
    return memory;
  }

  /** @param owner - who takes locks; the thread's own id by default. */
  static attach(handle: SharedHandle, owner = threadId + 1): SharedMemory {
    const memory = new SharedMemory(handle.buffer, owner);
    if (memory.words[At.MAGIC] !== MAGIC) throw new TypeError('not the memory of a zone');
    memory.#enter();
    return memory;
  }

  /** Whether an owner of locks has ended, as far as the operating system tells. */
  isGone(owner: number): boolean {
    const place = this.#placeOf(owner);
    const task = place === 0 ? 0 : this.words[place + 1]!;
    return task !== 0 && !existsSync(`/proc/self/task/${task}`) && existsSync('/proc/self/task');
  }

  /** Forgets an owner that will not come back. */
  forget(owner: number): void {
    const place = this.#placeOf(owner);
    if (place === 0) return;
    this.words[place + 1] = 0;
    Atomics.store(this.words, place, 0);
  }

  #enter(): void {
    const task = systemThread();
    for (let i = 0; i < THREADS; i++) {
      const place = At.THREADS + 2 * i;
      const before = Atomics.compareExchange(this.words, place, 0, this.owner);
      if (before !== 0 && before !== this.owner) continue;
      this.words[place + 1] = task;
      return;
    }
  }

  #placeOf(owner: number): number {
    for (let i = 0; i < THREADS; i++) {
      const place = At.THREADS + 2 * i;
      if (Atomics.load(this.words, place) === owner) return place;
    }
    return 0;
  }
}

/** So many bytes, or half as many where a machine promises no more than it has. Throws `RangeError` when there is nothing. */
function reserve(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes - (bytes % (PAGE_WORDS * 4)));
  } catch (error) {
    if (bytes / 2 < SMALLEST) throw error;
    return reserve(bytes / 2);
  }
}

/** This thread for the operating system, where Linux tells; else 0. */
function systemThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}
