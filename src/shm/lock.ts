import type { SharedMemory } from './memory.js';

/** Set in a lock that somebody sleeps on. */
const AWAITED = 0x4000_0000;
const OWNER = AWAITED - 1;

/** Looks at a lock before sleeping: what it guards takes a microsecond or two. */
const LOOKS = 400;
/** How long a lock may be held until somebody looks whether its owner is still there, in milliseconds. */
const PATIENCE = 200;

/**
 * Takes the lock at a word of the memory. The word is 0 when it is free and names the owner when it is not, so that the
 * locks of a thread that ended can be found.
 */
export function acquire(memory: SharedMemory, lock: number): void {
  if (Atomics.compareExchange(memory.words, lock, 0, memory.owner) !== 0) waitFor(memory, lock);
}

export function release(memory: SharedMemory, lock: number): void {
  if (Atomics.exchange(memory.words, lock, 0) & AWAITED) Atomics.notify(memory.words, lock, 1);
}

/** Takes a lock from an owner that ended, repairs what it guards and frees it; false when the owner does not hold it. */
export function recover(memory: SharedMemory, lock: number, owner: number): boolean {
  const { words } = memory;
  const state = Atomics.load(words, lock);
  if ((state & OWNER) !== owner) return false;
  if (Atomics.compareExchange(words, lock, state, memory.owner | AWAITED) !== state) {
    return recover(memory, lock, owner);
  }
  try {
    memory.repair(lock);
  } finally {
    release(memory, lock);
  }
  return true;
}

function waitFor(memory: SharedMemory, lock: number): void {
  const { words, owner } = memory;
  for (let i = 0; i < LOOKS; i++) {
    if (Atomics.load(words, lock) === 0 && Atomics.compareExchange(words, lock, 0, owner) === 0) return;
  }
  for (;;) {
    const state = Atomics.load(words, lock);
    if (state === 0) {
      // Others may be asleep still: the next release has to wake one.
      if (Atomics.compareExchange(words, lock, 0, owner | AWAITED) === 0) return;
      continue;
    }
    if (Atomics.compareExchange(words, lock, state, state | AWAITED) !== state) continue;
    const slept = Atomics.wait(words, lock, state | AWAITED, PATIENCE);
    if (slept === 'timed-out' && memory.isGone(state & OWNER)) recover(memory, lock, state & OWNER);
  }
}
