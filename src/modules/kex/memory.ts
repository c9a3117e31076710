import { getHeapStatistics } from 'node:v8';

/** Memory of the process in bytes, under upstream's names for a memory pool. */
export interface Memory {
  /** What it may grow to. */
  readonly total: number;
  readonly used: number;
  readonly realUsed: number;
  readonly maxUsed: number;
  readonly free: number;
}

/** The heap as a pool: there is one, which all script threads' numbers come from. */
export function memoryNow(): Memory {
  const heap = getHeapStatistics();
  const maxUsed = process.resourceUsage().maxRSS * 1024;
  return {
    total: heap.heap_size_limit,
    used: heap.used_heap_size,
    realUsed: heap.total_heap_size,
    maxUsed,
    free: Math.max(0, heap.heap_size_limit - heap.total_heap_size),
  };
}
