import type { Timer, TimerErrorHandler } from './clock.js';

/**
 * Timers grouped by how long they wait. Timers of one duration fall due in the order in which they were started, so
 * each group is a plain list: adding is at its end, expiry at its start, and no sorting is ever needed. SIP uses a
 * handful of durations (T1 and its doublings, 32 s, 3 min), hence a handful of lists.
 */
export class TimerLists {
  readonly #lists = new Map<number, TimerList>();
  readonly #onError: TimerErrorHandler;
  /** Breaks ties between timers of different lists that fall due in the same millisecond. */
  #serial = 0;
  #size = 0;

  constructor(onError: TimerErrorHandler) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#size;
  }

  add(now: number, wait: number, fn: () => void): Timer {
    let list = this.#lists.get(wait);
    if (!list) {
      if (this.#lists.size >= SWEEP_AT) this.#sweep();
      list = new TimerList(this.#ended);
      this.#lists.set(wait, list);
    }
    this.#size++;
    return list.append(now + wait, this.#serial++, fn);
  }

  /** When the earliest timer falls due; Infinity when there is none. */
  next(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const list of this.#lists.values()) {
      const head = list.head;
      if (head && head.due < earliest) earliest = head.due;
    }
    return earliest;
  }

  /**
   * Runs what is due at `now`, by due time and then by age. Every wait is at least a millisecond, so a callback that
   * starts itself again waits for another run and cannot hold the loop.
   */
  run(now: number): void {
    for (let timer = this.#earliest(now); timer; timer = this.#earliest(now)) {
      const fn = timer.fn;
      timer.cancel();
      try {
        fn();
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  clear(): void {
    for (const list of this.#lists.values()) while (list.head) list.head.cancel();
    this.#lists.clear();
  }

  #earliest(now: number): ListedTimer | null {
    let found: ListedTimer | null = null;
    for (const list of this.#lists.values()) {
      const head = list.head;
      if (!head || head.due > now) continue;
      if (!found || head.due < found.due || (head.due === found.due && head.serial < found.serial)) found = head;
    }
    return found;
  }

  /** Empty lists are kept for reuse until odd durations pile up. */
  #sweep(): void {
    for (const [wait, list] of this.#lists) if (!list.head) this.#lists.delete(wait);
  }

  readonly #ended = (): void => {
    this.#size--;
  };
}

const SWEEP_AT = 64;

class TimerList {
  head: ListedTimer | null = null;
  tail: ListedTimer | null = null;
  readonly ended: () => void;

  constructor(ended: () => void) {
    this.ended = ended;
  }

  append(due: number, serial: number, fn: () => void): ListedTimer {
    const timer = new ListedTimer(this, due, serial, fn);
    timer.prev = this.tail;
    if (this.tail) this.tail.next = timer;
    else this.head = timer;
    this.tail = timer;
    return timer;
  }
}

const nothing = (): void => {};

class ListedTimer implements Timer {
  readonly due: number;
  readonly serial: number;
  fn: () => void;
  prev: ListedTimer | null = null;
  next: ListedTimer | null = null;
  #list: TimerList | null;

  constructor(list: TimerList, due: number, serial: number, fn: () => void) {
    this.#list = list;
    this.due = due;
    this.serial = serial;
    this.fn = fn;
  }

  get active(): boolean {
    return this.#list !== null;
  }

  cancel(): void {
    const list = this.#list;
    if (!list) return;
    this.#list = null;
    if (this.prev) this.prev.next = this.next;
    else list.head = this.next;
    if (this.next) this.next.prev = this.prev;
    else list.tail = this.prev;
    this.prev = this.next = null;
    // What the callback closes over (a transaction) must not live as long as somebody holds the timer.
    this.fn = nothing;
    list.ended();
  }
}
