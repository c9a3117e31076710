import { ArgumentError } from '../../registry/arguments.js';

/** Values of a name beyond this many from the last cannot be addressed by a negative index. */
export const DEEPEST = 10;

/** `Name`, `Name[2]`, `Name[-1]`, `Name[*]`, each with `.param` where that makes sense. */
export interface HeaderExpression {
  readonly name: string;
  /** 1 the first value, -1 the last; 0 when none is given. */
  readonly index: number;
  /** `[…]` was written. */
  readonly indexed: boolean;
  /** `[*]`. */
  readonly all: boolean;
  /** Empty when absent. */
  readonly param: string;
}

const SYNTAX = /^\s*([\w-]+)\s*(\[\s*(\*|[+-]?\d+)?\s*\])?\s*(?:\.\s*([\w-]+))?$/;

/** Parses an expression; the rules that all functions share are checked. */
export function parseHeaderExpression(text: string): HeaderExpression {
  const m = SYNTAX.exec(text);
  if (m === null) throw new ArgumentError(`cannot parse header near '${text}'`);
  const all = m[3] === '*';
  const index = all || m[3] === undefined ? 0 : Number(m[3]);
  if (index < -DEEPEST) throw new ArgumentError(`index cannot be lower than ${-DEEPEST}`);
  return { name: m[1]!, index, indexed: m[2] !== undefined, all, param: m[4] ?? '' };
}

/** For functions on whole values that take no parameter: `first` stands in for a missing index. */
export function valuePlace(text: string, first: number): HeaderExpression {
  const e = parseHeaderExpression(text);
  if (e.all) throw new ArgumentError('asterisk not supported');
  if (e.param !== '') throw new ArgumentError('param not supported');
  return { ...e, index: e.index || first };
}

/** For functions that test or change a set of values. */
export function valueSet(text: string): HeaderExpression {
  const e = parseHeaderExpression(text);
  if (e.indexed || e.param !== '') throw new ArgumentError(`neither index nor param may be specified in '${text}'`);
  return e;
}

/** For functions that remove a value or parameter; the first one unless it says otherwise. */
export function removable(text: string): HeaderExpression {
  const e = parseHeaderExpression(text);
  return { ...e, index: e.index || 1 };
}

/** For functions that assign a value or parameter; the first one unless it says otherwise. */
export function assignable(text: string): HeaderExpression {
  const e = removable(text);
  if (e.all && e.param === '') throw new ArgumentError('asterisk not supported without param');
  return e;
}
