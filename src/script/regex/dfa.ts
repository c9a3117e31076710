import { assertionTable, Side, sideOf } from './assertions.js';
import { Op, type Program } from './program.js';

/** States at most before the table is dropped and begun again. */
const MOST_STATES = 2000;

/** Bits of a transition beside the target state. */
const MATCHED = 0x4000_0000;
const UNKNOWN = -1;
const DEAD = 0;

/**
 * Answers whether a text matches, in one pass over it. Transitions are worked out when first needed and kept, so a
 * familiar text costs one table look-up per byte.
 */
export class Dfa {
  readonly #classOf = new Uint8Array(256);
  /** A byte of each class; the class after the last stands for the text's end. */
  readonly #sample: number[] = [];
  readonly #width: number;
  readonly #holds: Uint8Array;
  /** True when matches can only begin at the text's start. */
  readonly #anchored: boolean;
  #table: Int32Array;
  #sets: (readonly number[])[] = [];
  #sides: number[] = [];
  #numbers = new Map<string, number>();
  readonly #mark: Int32Array;
  #generation = 0;

  constructor(
    private readonly program: Program,
    newline: boolean,
  ) {
    this.#holds = assertionTable(newline);
    this.#classify();
    this.#width = this.#sample.length + 1;
    this.#mark = new Int32Array(program.size);
    this.#anchored = !newline && program.op[0] === Op.ASSERT && (program.x[0] === 0 || program.x[0] === 2);
    this.#table = new Int32Array(0);
    this.#reset();
  }

  test(text: string): boolean {
    const classOf = this.#classOf;
    const width = this.#width;
    let state = 1;
    const n = text.length;
    for (let i = 0; i < n; i++) {
      const c = text.charCodeAt(i);
      if (c === 0) break;
      const cls = classOf[c & 0xff]!;
      let next = this.#table[state * width + cls]!;
      if (next === UNKNOWN) next = this.#step(state, cls);
      if (next >= MATCHED) return true;
      if (next === DEAD) return false;
      state = next;
    }
    const end = width - 1;
    let next = this.#table[state * width + end]!;
    if (next === UNKNOWN) next = this.#step(state, end);
    return next >= MATCHED;
  }

  /** Bytes that no set and no assertion tells apart share a class. */
  #classify(): void {
    const { sets, op } = this.program;
    const asserts = op.includes(Op.ASSERT);
    const bySignature = new Map<string, number>();
    for (let c = 0; c < 256; c++) {
      let signature = asserts ? `${sideOf(c)}` : '';
      for (const set of sets) signature += set[c];
      let cls = bySignature.get(signature);
      if (cls === undefined) {
        cls = this.#sample.length;
        this.#sample.push(c);
        bySignature.set(signature, cls);
      }
      this.#classOf[c] = cls;
    }
  }

  #reset(): void {
    this.#table = new Int32Array(16 * this.#width).fill(UNKNOWN);
    this.#sets = [];
    this.#sides = [];
    this.#numbers = new Map();
    this.#number([], Side.OTHER);
    this.#number([0], Side.EDGE);
  }

  #number(set: readonly number[], side: number): number {
    const key = `${side}:${set.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#sets.length;
    this.#sets.push(set);
    this.#sides.push(side);
    this.#numbers.set(key, number);
    if ((number + 1) * this.#width > this.#table.length) {
      const grown = new Int32Array(this.#table.length * 2).fill(UNKNOWN);
      grown.set(this.#table);
      this.#table = grown;
    }
    return number;
  }

  /** Works out one transition: what was matched in front of the byte, and where the automaton is behind it. */
  #step(state: number, cls: number): number {
    const atEnd = cls === this.#width - 1;
    const byte = atEnd ? 0 : this.#sample[cls]!;
    const after = atEnd ? Side.EDGE : sideOf(byte);
    const { op, x, sets } = this.program;
    const reached: number[] = [];
    const matched = this.#close(this.#sets[state]!, this.#sides[state]!, after, reached);
    let result: number;
    if (matched) result = MATCHED;
    else if (atEnd) result = DEAD;
    else {
      const next: number[] = [];
      for (const pc of reached) if (op[pc] === Op.SET && sets[x[pc]!]![byte] === 1) next.push(pc + 1);
      if (!this.#anchored) next.push(0);
      const unique = [...new Set(next)].sort((a, b) => a - b);
      if (unique.length === 0) result = DEAD;
      else {
        if (this.#sets.length >= MOST_STATES) {
          // The state being left is gone with the table: nothing to remember about this step.
          this.#reset();
          return this.#number(unique, after);
        }
        result = this.#number(unique, after);
      }
    }
    this.#table[state * this.#width + cls] = result;
    return result;
  }

  /** Follows everything that consumes nothing; true when the end is among it. */
  #close(from: readonly number[], before: number, after: number, reached: number[]): boolean {
    const { op, x, y } = this.program;
    const mark = this.#mark;
    const generation = ++this.#generation;
    const stack = [...from];
    while (stack.length > 0) {
      const pc = stack.pop()!;
      if (mark[pc] === generation) continue;
      mark[pc] = generation;
      switch (op[pc]) {
        case Op.MATCH:
          return true;
        case Op.SPLIT:
          stack.push(y[pc]!, x[pc]!);
          break;
        case Op.JUMP:
          stack.push(x[pc]!);
          break;
        case Op.ASSERT:
          if (this.#holds[x[pc]! * 16 + before * 4 + after] === 1) stack.push(pc + 1);
          break;
        default:
          reached.push(pc);
      }
    }
    return false;
  }
}
