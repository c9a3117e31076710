import { Entry } from './entry.js';
import { Obj } from './object.js';
import type { SharedHeap } from './shared-heap.js';

/** Seconds of one turn: longer lives come by once a turn. */
const TURN = 4096;
const LAST_SECOND = 0xffff_ffff;

/**
 * The lives of a map's entries, and the entries by the second in which they fall due: a ring of lists in the memory, made when the first entry gets a
 * life that ends. Called with the map's lock held.
 */
export class DueWheel {
  readonly #heap: SharedHeap;
  readonly #words: Int32Array;
  readonly #object: number;

  constructor(heap: SharedHeap, object: number) {
    this.#heap = heap;
    this.#words = heap.memory.words;
    this.#object = object;
  }

  /** Milliseconds since the epoch; 0: never. */
  expiresAt(p: number): number {
    return this.#heap.memory.doubles[(p + Entry.EXPIRES_AT) >> 1]!;
  }

  isExpired(p: number, now: number): boolean {
    const at = this.expiresAt(p);
    return at !== 0 && at <= now;
  }

  /** Gives an entry another end, 0 for none; false when there is no memory to wait in. */
  expire(p: number, at: number): boolean {
    const due = this.#secondOf(p);
    // A longer life waits for the second it is queued in and is queued again then: it moves once, however often it is renewed.
    if (at !== 0 && (due === 0 || due * 1000 > at)) {
      this.remove(p);
      if (!this.add(p, at)) return false;
    }
    this.#heap.memory.doubles[(p + Entry.EXPIRES_AT) >> 1] = at;
    return true;
  }

  /** Lets an entry wait that was lost from the wheel. */
  restore(p: number): void {
    this.#words[p + Entry.DUE_SECOND] = 0;
    const at = this.expiresAt(p);
    if (at !== 0) this.add(p, at);
  }

  /** Lets an entry wait for the first whole second not before `at`; false when the memory has no room for the wheel. */
  add(p: number, at: number): boolean {
    const words = this.#words;
    if (words[this.#object + Obj.WHEEL] === 0 && !this.#open()) return false;
    // A clock that differs between threads must not put an entry where the sweep has just been.
    const second = Math.min(LAST_SECOND, Math.max(Math.ceil(at / 1000), this.#sweptSecond + 1));
    words[p + Entry.DUE_SECOND] = second;
    const slot = this.#slot(second);
    const head = words[slot]!;
    if (head === 0) {
      words[p + Entry.WAITS_BEFORE] = words[p + Entry.WAITS_BEHIND] = p;
      words[slot] = p;
      return true;
    }
    const tail = words[head + Entry.WAITS_BEFORE]!;
    words[p + Entry.WAITS_BEFORE] = tail;
    words[p + Entry.WAITS_BEHIND] = head;
    words[tail + Entry.WAITS_BEHIND] = words[head + Entry.WAITS_BEFORE] = p;
    return true;
  }

  /** The second that an entry waits for; 0: none. */
  #secondOf(p: number): number {
    return this.#words[p + Entry.DUE_SECOND]! >>> 0;
  }

  remove(p: number): void {
    const words = this.#words;
    const second = this.#secondOf(p);
    if (second === 0) return;
    words[p + Entry.DUE_SECOND] = 0;
    const slot = this.#slot(second);
    const before = words[p + Entry.WAITS_BEFORE]!;
    const behind = words[p + Entry.WAITS_BEHIND]!;
    if (behind === p) words[slot] = 0;
    else {
      words[before + Entry.WAITS_BEHIND] = behind;
      words[behind + Entry.WAITS_BEFORE] = before;
      if (words[slot] === p) words[slot] = behind;
    }
  }

  /** Takes due entries off the wheel, one at a time, until `visit` returns false. */
  drain(now: number, visit: (p: number) => boolean): void {
    const words = this.#words;
    if (words[this.#object + Obj.WHEEL] === 0) return;
    const end = Math.floor(now / 1000);
    for (let second = Math.max(this.#sweptSecond + 1, end - TURN + 1); second <= end; second++) {
      let p = words[this.#slot(second)]!;
      const last = p === 0 ? 0 : words[p + Entry.WAITS_BEFORE]!;
      while (p !== 0) {
        const next = p === last ? 0 : words[p + Entry.WAITS_BEHIND]!;
        if (this.#secondOf(p) <= end) {
          this.remove(p);
          if (!visit(p)) return;
        }
        p = next;
      }
      words[this.#object + Obj.WHEEL_SECOND] = second;
    }
  }

  /** Lets nothing wait any more. */
  clear(): void {
    const wheel = this.#words[this.#object + Obj.WHEEL]!;
    if (wheel !== 0) this.#words.fill(0, wheel, wheel + TURN);
  }

  get #sweptSecond(): number {
    return this.#words[this.#object + Obj.WHEEL_SECOND]! >>> 0;
  }

  #slot(second: number): number {
    return this.#words[this.#object + Obj.WHEEL]! + (second & (TURN - 1));
  }

  #open(): boolean {
    const wheel = this.#heap.allocator.take(TURN, true);
    if (wheel === 0) return false;
    this.#words.fill(0, wheel, wheel + TURN);
    this.#words[this.#object + Obj.WHEEL_SECOND] = Math.floor(this.#heap.clock.now() / 1000);
    this.#words[this.#object + Obj.WHEEL] = wheel;
    return true;
  }
}
