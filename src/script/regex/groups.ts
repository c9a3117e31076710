import { assemble } from './program.js';
import { Simulator } from './simulate.js';
import type { Node } from './syntax.js';

/** What a node is matched with: its program forward and, for the rest of a sequence, backward. */
interface Machines {
  forward: Simulator | undefined;
  backward: Simulator | undefined;
}

/**
 * Finds which part of a match each group took, by POSIX's rule: from left to right, every part takes as much as lets
 * the whole still match.
 */
export class GroupFinder {
  readonly #machines = new Map<Node, Machines>();
  readonly #rests = new Map<Node, Node[]>();
  readonly #hasGroups = new Map<Node, boolean>();

  constructor(
    private readonly root: Node,
    private readonly newline: boolean,
  ) {}

  /** Fills `offsets` (pairs from index 2 on) for the match [start, end). */
  fill(text: string, textEnd: number, start: number, end: number, offsets: Int32Array): void {
    new Walk(this, text, textEnd, offsets).visit(this.root, start, end);
  }

  forward(node: Node): Simulator {
    const machines = this.#of(node);
    machines.forward ??= new Simulator(assemble(node)!, this.newline);
    return machines.forward;
  }

  backward(node: Node): Simulator {
    const machines = this.#of(node);
    machines.backward ??= new Simulator(assemble(node, true)!, this.newline);
    return machines.backward;
  }

  /** What follows item `i` of a sequence, as one node. */
  rest(node: Node & { kind: 'cat' }, i: number): Node {
    let rests = this.#rests.get(node);
    if (rests === undefined) {
      rests = node.items.map((_, k) => ({ kind: 'cat', items: node.items.slice(k + 1) }));
      this.#rests.set(node, rests);
    }
    return rests[i]!;
  }

  hasGroups(node: Node): boolean {
    let known = this.#hasGroups.get(node);
    if (known === undefined) {
      known =
        node.kind === 'group' ||
        (node.kind === 'repeat' && this.hasGroups(node.node)) ||
        ((node.kind === 'cat' || node.kind === 'alt') && node.items.some((item) => this.hasGroups(item)));
      this.#hasGroups.set(node, known);
    }
    return known;
  }

  #of(node: Node): Machines {
    let machines = this.#machines.get(node);
    if (machines === undefined) this.#machines.set(node, (machines = { forward: undefined, backward: undefined }));
    return machines;
  }
}

class Walk {
  constructor(
    private readonly finder: GroupFinder,
    private readonly text: string,
    private readonly textEnd: number,
    private readonly offsets: Int32Array,
  ) {}

  /** Sets the groups inside a node that is known to match exactly [i, j). */
  visit(node: Node, i: number, j: number): void {
    if (!this.finder.hasGroups(node)) return;
    switch (node.kind) {
      case 'group':
        this.offsets[node.index * 2] = i;
        this.offsets[node.index * 2 + 1] = j;
        this.visit(node.node, i, j);
        return;
      case 'alt':
        for (const item of node.items) {
          if (this.#ends(item, i, j).has(j)) {
            this.visit(item, i, j);
            return;
          }
        }
        return;
      case 'cat':
        this.#sequence(node, i, j);
        return;
      case 'repeat':
        this.#repeat(node, i, j);
        return;
      default:
        return;
    }
  }

  #sequence(node: Node & { kind: 'cat' }, i: number, j: number): void {
    let at = i;
    for (const [k, item] of node.items.entries()) {
      const last = k === node.items.length - 1;
      const stop = last ? j : this.#longest(item, at, j, this.#starts(this.finder.rest(node, k), j, at));
      this.visit(item, at, stop);
      at = stop;
    }
  }

  #repeat(node: Node & { kind: 'repeat' }, i: number, j: number): void {
    let at = i;
    let left = node.max < 0 ? Number.POSITIVE_INFINITY : node.max;
    let needed = node.min;
    const unbounded = left === Number.POSITIVE_INFINITY;
    // Once the minimum is met an unbounded loop continues the same way from everywhere.
    let same: ReadonlySet<number> | undefined;
    while (left > 0 && (at < j || needed > 0)) {
      needed = Math.max(0, needed - 1);
      left--;
      let goOn: ReadonlySet<number>;
      if (unbounded && needed === 0) goOn = same ??= this.#starts({ ...node, min: 0 }, j, at);
      else goOn = this.#starts({ ...node, min: needed, max: unbounded ? -1 : left }, j, at);
      const stop = this.#longest(node.node, at, j, goOn);
      if (stop === at && at < j) return;
      this.visit(node.node, at, stop);
      if (stop === at) return;
      at = stop;
    }
    if (i === j && node.max !== 0 && this.#ends(node.node, i, i).has(i)) this.visit(node.node, i, i);
  }

  /** The farthest end of `node` from `at` that is in `allowed`. */
  #longest(node: Node, at: number, limit: number, allowed: ReadonlySet<number>): number {
    let best = at;
    this.finder.forward(node).ends(this.text, at, limit, this.textEnd, 1, (position) => {
      if (allowed.has(position)) best = position;
    });
    return best;
  }

  #ends(node: Node, i: number, limit: number): ReadonlySet<number> {
    const set = new Set<number>();
    this.finder.forward(node).ends(this.text, i, limit, this.textEnd, 1, (position) => set.add(position));
    return set;
  }

  /** Positions from which `node` matches up to exactly `j`, not before `limit`. */
  #starts(node: Node, j: number, limit: number): ReadonlySet<number> {
    const set = new Set<number>();
    this.finder.backward(node).ends(this.text, j, limit, this.textEnd, -1, (position) => set.add(position));
    return set;
  }
}
