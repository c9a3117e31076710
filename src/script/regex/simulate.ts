import { assertionTable, Side, sideOf } from './assertions.js';
import { Op, type Program } from './program.js';

/** The sides of a position in a text that ends at `end`. */
function sideAt(text: string, i: number, end: number): number {
  return i < 0 || i >= end ? Side.EDGE : sideOf(text.charCodeAt(i));
}

/** One set of program places, each with the start of the match it belongs to. */
class Threads {
  readonly places: Int32Array;
  readonly starts: Int32Array;
  readonly #at: Int32Array;
  count = 0;

  constructor(size: number) {
    this.places = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.#at = new Int32Array(size).fill(-1);
  }

  has(pc: number): boolean {
    const at = this.#at[pc]!;
    return at >= 0 && at < this.count && this.places[at] === pc;
  }

  add(pc: number, start: number): void {
    this.#at[pc] = this.count;
    this.places[this.count] = pc;
    this.starts[this.count++] = start;
  }
}

/** Runs programs over texts in time proportional to the product of their sizes. */
export class Simulator {
  readonly #holds: Uint8Array;
  readonly #lists: readonly [Threads, Threads];
  readonly #stack: Int32Array;

  constructor(
    private readonly program: Program,
    newline: boolean,
  ) {
    this.#holds = assertionTable(newline);
    this.#lists = [new Threads(program.size), new Threads(program.size)];
    this.#stack = new Int32Array(program.size * 2 + 2);
  }

  /** The leftmost match from `from` on, and of those the longest: [start, end), or null. */
  leftmostLongest(text: string, from: number, end: number): [number, number] | null {
    const [now, next] = this.#lists;
    now.count = 0;
    let start = -1;
    let stop = -1;
    for (let i = from; ; i++) {
      const before = sideAt(text, i - 1, end);
      const after = sideAt(text, i, end);
      // Threads are in order of their starts, so the first to reach a place is the leftmost there.
      next.count = 0;
      let matched = -1;
      for (let t = 0; t < now.count; t++) {
        const m = this.#close(next, now.places[t]!, now.starts[t]!, before, after);
        if (m >= 0 && matched < 0) matched = m;
      }
      if (start < 0) {
        const m = this.#close(next, 0, i, before, after);
        if (m >= 0 && matched < 0) matched = m;
      }
      if (matched >= 0 && (start < 0 || matched <= start)) {
        start = matched;
        stop = i;
      }
      if (i >= end || (start >= 0 && next.count === 0)) break;
      this.#consume(next, now, text.charCodeAt(i), start);
      if (now.count === 0 && start >= 0) break;
    }
    return start < 0 ? null : [start, stop];
  }

  /**
   * Positions where a match that begins at `at` can end, going in steps of `step` (1 forward, -1 backward for reversed
   * programs) and not beyond `limit`. `sink` gets each.
   */
  ends(text: string, at: number, limit: number, textEnd: number, step: 1 | -1, sink: (position: number) => void): void {
    const [now, next] = this.#lists;
    now.count = 0;
    now.add(0, 0);
    for (let i = at; ; i += step) {
      const before = sideAt(text, i - 1, textEnd);
      const after = sideAt(text, i, textEnd);
      next.count = 0;
      let matched = false;
      for (let t = 0; t < now.count; t++) if (this.#close(next, now.places[t]!, 0, before, after) >= 0) matched = true;
      if (matched) sink(i);
      if (i === limit || next.count === 0) return;
      this.#consume(next, now, text.charCodeAt(step === 1 ? i : i - 1), -1);
      if (now.count === 0) return;
    }
  }

  /** Moves threads over one byte. Threads that began after `best` (when it is set) are dropped. */
  #consume(from: Threads, to: Threads, byte: number, best: number): void {
    const { op, x, sets } = this.program;
    to.count = 0;
    for (let t = 0; t < from.count; t++) {
      const pc = from.places[t]!;
      const start = from.starts[t]!;
      if (best >= 0 && start > best) continue;
      if (op[pc] === Op.SET && sets[x[pc]!]![byte & 0xff] === 1 && !to.has(pc + 1)) to.add(pc + 1, start);
    }
  }

  /** Adds a place and what follows without consuming; the start when the end was reached, else -1. */
  #close(threads: Threads, from: number, start: number, before: number, after: number): number {
    const { op, x, y } = this.program;
    const stack = this.#stack;
    let top = 0;
    let matched = -1;
    stack[top++] = from;
    while (top > 0) {
      const pc = stack[--top]!;
      if (threads.has(pc)) continue;
      threads.add(pc, start);
      switch (op[pc]) {
        case Op.MATCH:
          matched = start;
          break;
        case Op.SPLIT:
          stack[top++] = y[pc]!;
          stack[top++] = x[pc]!;
          break;
        case Op.JUMP:
          stack[top++] = x[pc]!;
          break;
        case Op.ASSERT:
          if (this.#holds[x[pc]! * 16 + before * 4 + after] === 1) stack[top++] = pc + 1;
          break;
        default:
      }
    }
    return matched;
  }
}
