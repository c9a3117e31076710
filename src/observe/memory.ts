import { getHeapStatistics } from 'node:v8';

/** Memory in bytes, under upstream's names for a memory pool. */
export interface Memory {
  /** What it may grow to. */
  readonly total: number;
  readonly used: number;
  readonly realUsed: number;
  readonly maxUsed: number;
  readonly free: number;
}

/** What memory that threads share tells of itself. */
export interface SharedUse {
  readonly bytes: number;
  readonly used: number;
  readonly taken: number;
  readonly peak: number;
}

/** The heap of this script thread as a pool. */
export function heapMemory(): Memory {
  const heap = getHeapStatistics();
  return {
    total: heap.heap_size_limit,
    used: heap.used_heap_size,
    realUsed: heap.total_heap_size,
    maxUsed: process.resourceUsage().maxRSS * 1024,
    free: Math.max(0, heap.heap_size_limit - heap.total_heap_size),
  };
}

/** The pool that threads share; where there is one thread, all is in its heap. */
export function sharedMemory(use: SharedUse | null): Memory {
  if (use === null) return heapMemory();
  const { bytes, used, taken, peak } = use;
  return { total: bytes, used, realUsed: taken, maxUsed: peak, free: bytes - taken };
}
