import { type Assertion, type Node, Problem } from './syntax.js';

/** Instructions of the automaton. */
export const Op = { SET: 0, SPLIT: 1, JUMP: 2, ASSERT: 3, MATCH: 4 } as const;

export const ASSERTIONS: readonly Assertion[] = [
  'bol',
  'eol',
  'textStart',
  'textEnd',
  'wordBorder',
  'notWordBorder',
  'wordStart',
  'wordEnd',
];

/** A nondeterministic automaton as parallel arrays. Back-references have no place in it. */
export interface Program {
  readonly op: Uint8Array;
  /** SET: index into `sets`. SPLIT, JUMP: target. ASSERT: index into `ASSERTIONS`. */
  readonly x: Int32Array;
  /** SPLIT: the other target. */
  readonly y: Int32Array;
  readonly sets: readonly Uint8Array[];
  readonly size: number;
}

/** Largest program: what bounded repetitions of bounded repetitions would blow up to. */
const LARGEST = 60_000;

/** Assembles a program; null when it would be too large. `reversed` matches texts from their end to their start. */
export function assemble(root: Node, reversed = false): Program | null {
  const op: number[] = [];
  const x: number[] = [];
  const y: number[] = [];
  const sets: Uint8Array[] = [];
  const numbers = new Map<Uint8Array, number>();
  let tooLarge = false;

  const emit = (o: number, a = 0, b = 0): number => {
    if (op.length >= LARGEST) tooLarge = true;
    else {
      op.push(o);
      x.push(a);
      y.push(b);
    }
    return op.length - 1;
  };

  const visit = (node: Node): void => {
    if (tooLarge) return;
    switch (node.kind) {
      case 'empty':
      case 'backref':
        return;
      case 'set': {
        let number = numbers.get(node.set);
        if (number === undefined) {
          number = sets.length;
          sets.push(node.set);
          numbers.set(node.set, number);
        }
        emit(Op.SET, number);
        return;
      }
      case 'cat':
        for (const item of reversed ? [...node.items].reverse() : node.items) visit(item);
        return;
      case 'alt': {
        const exits: number[] = [];
        node.items.forEach((item, i) => {
          const last = i === node.items.length - 1;
          const split = last ? -1 : emit(Op.SPLIT);
          if (!last) x[split] = op.length;
          visit(item);
          if (last) return;
          exits.push(emit(Op.JUMP));
          y[split] = op.length;
        });
        for (const exit of exits) x[exit] = op.length;
        return;
      }
      case 'repeat':
        repeat(node.node, node.min, node.max);
        return;
      case 'group':
        visit(node.node);
        return;
      case 'assert':
        emit(Op.ASSERT, ASSERTIONS.indexOf(node.what));
        return;
    }
  };

  const repeat = (node: Node, min: number, max: number): void => {
    for (let i = 0; i < min && !tooLarge; i++) visit(node);
    if (max < 0) {
      const split = emit(Op.SPLIT);
      x[split] = op.length;
      visit(node);
      emit(Op.JUMP, split);
      y[split] = op.length;
      return;
    }
    const exits: number[] = [];
    for (let i = min; i < max && !tooLarge; i++) {
      const split = emit(Op.SPLIT);
      x[split] = op.length;
      exits.push(split);
      visit(node);
    }
    for (const exit of exits) y[exit] = op.length;
  };

  visit(root);
  emit(Op.MATCH);
  if (tooLarge) return null;
  return { op: Uint8Array.from(op), x: Int32Array.from(x), y: Int32Array.from(y), sets, size: op.length };
}

/** Why a pattern could not be assembled. */
export const TOO_LARGE = Problem.ESIZE;
