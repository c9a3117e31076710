import { TimerLists } from './timer-lists.js';

/** A pending callback. Cancelling twice, or after it ran, is harmless. */
export interface Timer {
  /** False once the timer fired or was cancelled. */
  readonly active: boolean;
  /** When it fires (next), milliseconds of the clock. */
  readonly due: number;
  cancel(): void;
}

/**
 * Where everything that waits takes its time from.
 *
 * Timers are made for hundreds of thousands of transactions: those of one duration share one list, so starting and
 * cancelling cost O(1) whatever their number, and one timer of the platform drives them all.
 */
export interface Clock {
  /** Milliseconds since the epoch; never runs backwards while the process lives. For measuring how long things take. */
  now(): number;
  /** Whole seconds since the epoch as the system tells them, corrections included. For what others see: expiry, logs. */
  unix(): number;
  /** Calls `fn` once, not earlier than `ms` milliseconds from now. Waits below 1 ms count as 1 ms. */
  after(ms: number, fn: () => void): Timer;
  /** Calls `fn` every `ms` milliseconds (at least 1) until cancelled; intervals that were missed are not made up. */
  every(ms: number, fn: () => void): Timer;
}

/** Told of an exception that a timer's callback threw; the timers behind it still run. */
export type TimerErrorHandler = (error: unknown) => void;

/** An interval made of single timers, so that it needs nothing of the clock but `after`. */
export class Interval implements Timer {
  #active = true;
  #timer: Timer;

  constructor(clock: Clock, ms: number, fn: () => void) {
    const turn = (): void => {
      this.#timer = clock.after(ms, turn);
      fn();
    };
    this.#timer = clock.after(ms, turn);
  }

  get active(): boolean {
    return this.#active;
  }
  get due(): number {
    return this.#timer.due;
  }

  cancel(): void {
    this.#active = false;
    this.#timer.cancel();
  }
}

/** Node.js refuses longer waits than this; waking up early for nothing costs nothing. */
const LONGEST_WAIT = 0x7fffffff;

/** The clock of a running server. */
export class RealClock implements Clock {
  readonly #lists: TimerLists;
  readonly #origin = Date.now() - performance.now();
  #wake: NodeJS.Timeout | null = null;
  #wakeAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** @param onError - where exceptions of callbacks go; by default they are thrown again outside the timer loop. */
  constructor(onError: TimerErrorHandler = rethrowLater) {
    this.#lists = new TimerLists(onError);
  }

  now(): number {
    return Math.floor(this.#origin + performance.now());
  }

  unix(): number {
    return Math.floor(Date.now() / 1000);
  }

  after(ms: number, fn: () => void): Timer {
    const wait = Math.max(1, Math.ceil(ms));
    const now = this.now();
    const timer = this.#lists.add(now, wait, fn);
    if (now + wait < this.#wakeAt) this.#schedule(now, now + wait);
    return timer;
  }

  every(ms: number, fn: () => void): Timer {
    return new Interval(this, ms, fn);
  }

  /** Number of timers that wait. */
  get pending(): number {
    return this.#lists.size;
  }

  /** Drops every timer, so that nothing keeps the process alive. */
  close(): void {
    this.#closed = true;
    this.#lists.clear();
    if (this.#wake) clearTimeout(this.#wake);
    this.#wake = null;
  }

  #schedule(now: number, at: number): void {
    if (this.#closed) return;
    if (this.#wake) clearTimeout(this.#wake);
    this.#wakeAt = at;
    this.#wake = setTimeout(this.#onWake, Math.min(LONGEST_WAIT, Math.max(1, at - now)));
  }

  readonly #onWake = (): void => {
    this.#wake = null;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#lists.run(this.now());
    const next = this.#lists.next();
    if (next < this.#wakeAt) this.#schedule(this.now(), next);
  };
}

/** Time that moves only when a test says so. */
export class VirtualClock implements Clock {
  readonly #lists: TimerLists;
  #now: number;

  /**
   * @param start - milliseconds since the epoch at which this clock begins
   * @param onError - where exceptions of callbacks go; by default `advance` throws them
   */
  constructor(
    start = 1_700_000_000_000,
    onError: TimerErrorHandler = (error) => {
      throw error;
    },
  ) {
    this.#now = start;
    this.#lists = new TimerLists(onError);
  }

  now(): number {
    return this.#now;
  }

  unix(): number {
    return Math.floor(this.#now / 1000);
  }

  after(ms: number, fn: () => void): Timer {
    return this.#lists.add(this.#now, Math.max(1, Math.ceil(ms)), fn);
  }

  every(ms: number, fn: () => void): Timer {
    return new Interval(this, ms, fn);
  }

  get pending(): number {
    return this.#lists.size;
  }

  /** Moves time forward, running what falls due in the order in which it falls due, each at its own moment. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#lists.next(); due <= end; due = this.#lists.next()) {
      if (due > this.#now) this.#now = due;
      this.#lists.run(this.#now);
    }
    this.#now = end;
  }

  /** As {@link advance}, and lets promises that timers settled run after each moment. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let due = this.#lists.next(); due <= end; due = this.#lists.next()) {
      if (due > this.#now) this.#now = due;
      this.#lists.run(this.#now);
      await settle();
    }
    this.#now = end;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
