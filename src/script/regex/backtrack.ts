import { assertionTable, Side, sideOf } from './assertions.js';
import { ASSERTIONS } from './program.js';
import type { Node } from './syntax.js';

/** Steps at most for one search: patterns with back-references can ask for more than any time there is. */
const MOST_STEPS = 400_000;
/** Deepest recursion, well inside the stack. */
const MOST_DEPTH = 4000;

type Next = (at: number) => void;

/** Matches patterns with back-references by trying every way, within a bound; beyond it there is no match. */
export class Backtracker {
  readonly #holds: Uint8Array;
  #text = '';
  #end = 0;
  #steps = 0;
  #depth = 0;
  #offsets = new Int32Array(0);
  #best: Int32Array | null = null;

  constructor(
    private readonly root: Node,
    private readonly groups: number,
    private readonly ignoreCase: boolean,
    newline: boolean,
  ) {
    this.#holds = assertionTable(newline);
  }

  /** The leftmost match from `from` on, and of those the longest. */
  exec(text: string, from: number, end: number): Int32Array | null {
    this.#text = text;
    this.#end = end;
    this.#steps = 0;
    for (let start = from; start <= end && this.#steps <= MOST_STEPS; start++) {
      this.#best = null;
      this.#offsets = new Int32Array((this.groups + 1) * 2).fill(-1);
      this.#match(this.root, start, (stop) => {
        if (this.#best !== null && this.#best[1]! >= stop) return;
        this.#best = this.#offsets.slice();
        this.#best[0] = start;
        this.#best[1] = stop;
      });
      if (this.#best !== null) return this.#best;
    }
    return null;
  }

  #match(node: Node, at: number, next: Next): void {
    if (++this.#steps > MOST_STEPS || this.#depth > MOST_DEPTH) return;
    this.#depth++;
    this.#try(node, at, next);
    this.#depth--;
  }

  #try(node: Node, at: number, next: Next): void {
    switch (node.kind) {
      case 'empty':
        next(at);
        return;
      case 'set':
        if (at < this.#end && node.set[this.#text.charCodeAt(at) & 0xff] === 1) next(at + 1);
        return;
      case 'cat':
        this.#sequence(node.items, 0, at, next);
        return;
      case 'alt':
        for (const item of node.items) this.#match(item, at, next);
        return;
      case 'repeat':
        this.#repeat(node.node, node.min, node.max, at, next);
        return;
      case 'group': {
        const k = node.index * 2;
        const offsets = this.#offsets;
        const [from, to] = [offsets[k]!, offsets[k + 1]!];
        this.#match(node.node, at, (stop) => {
          const inner: [number, number] = [offsets[k]!, offsets[k + 1]!];
          offsets[k] = at;
          offsets[k + 1] = stop;
          next(stop);
          [offsets[k], offsets[k + 1]] = inner;
        });
        offsets[k] = from;
        offsets[k + 1] = to;
        return;
      }
      case 'assert': {
        const before = at > 0 ? sideOf(this.#text.charCodeAt(at - 1)) : Side.EDGE;
        const after = at < this.#end ? sideOf(this.#text.charCodeAt(at)) : Side.EDGE;
        if (this.#holds[ASSERTIONS.indexOf(node.what) * 16 + before * 4 + after] === 1) next(at);
        return;
      }
      case 'backref': {
        const from = this.#offsets[node.index * 2]!;
        if (from < 0) return;
        const length = this.#offsets[node.index * 2 + 1]! - from;
        if (at + length > this.#end) return;
        const taken = this.#text.slice(from, from + length);
        const here = this.#text.slice(at, at + length);
        const same = this.ignoreCase ? taken.toUpperCase() === here.toUpperCase() : taken === here;
        if (same) next(at + length);
      }
    }
  }

  #sequence(items: readonly Node[], i: number, at: number, next: Next): void {
    if (i === items.length) next(at);
    else this.#match(items[i]!, at, (stop) => this.#sequence(items, i + 1, stop, next));
  }

  /** As often as possible first; an iteration that takes nothing is not repeated. */
  #repeat(node: Node, min: number, max: number, at: number, next: Next): void {
    if (max !== 0) {
      this.#match(node, at, (stop) => {
        if (stop === at && min === 0) return;
        this.#repeat(node, Math.max(0, min - 1), max < 0 ? -1 : max - 1, stop, next);
      });
    }
    if (min === 0) next(at);
  }
}
