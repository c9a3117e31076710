import { ArgumentError } from '../../../registry/arguments.js';
import type { TransformationDef, TransformationParam } from '../../../registry/module.js';
import type { ScriptContext } from '../../../script/context.js';
import { Dual, toText, type Value } from '../../../script/value.js';
import type { PvState } from '../state.js';

export type Transformation = TransformationDef<PvState>;
export type TransformationClass = Readonly<Record<string, Transformation>>;

/** What an operation gives when it fails. */
export const FAILED = undefined;

/** An operation on the text of its input, without parameters. */
export function textOp(doc: string, apply: (text: string, state: PvState) => Value): Transformation {
  return { doc, params: [0, 0], bind: (state) => (_ctx, input) => apply(toText(input), state) };
}

/** An operation that gives the same for every input text of a cache of one: parsers keep the last text they parsed. */
export function remembered<T>(parse: (text: string) => T): (text: string) => T {
  let lastText: string | undefined;
  let last: T;
  return (text) => {
    if (text !== lastText) {
      last = parse(text);
      lastText = text;
    }
    return last;
  };
}

/** Reads a parameter for a run; undefined when it has no usable value (already logged). */
export type ParamReader<T> = (ctx: ScriptContext) => T | undefined;

/** A parameter that must be an integer: a literal, or a variable that holds one (text that looks like one will not do). */
export function intParam(state: PvState, param: TransformationParam, what: string): ParamReader<number> {
  if (param.kind === 'literal') {
    const text = param.text.trim();
    if (!/^[+-]?\d+$/.test(text)) throw new ArgumentError(`${what}: not a number: ${param.text}`);
    const n = Number(text);
    return () => n;
  }
  return (ctx) => {
    const value = param.read(ctx);
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Dual) return Number(value.int);
    state.error(`${what} cannot get ${param.text}`);
    return FAILED;
  };
}

/** A literal as upstream reads it: blanks before it do not belong to it, those after it do. */
export function literalText(text: string): string {
  return text.replace(/^[ \t\n]+/, '');
}

/** A parameter that is text: a literal, or a variable that must not be empty. */
export function textParam(state: PvState, param: TransformationParam, what: string): ParamReader<string> {
  if (param.kind === 'literal') {
    const text = literalText(param.text);
    return () => text;
  }
  return (ctx) => {
    const value = param.read(ctx);
    const text = value === null || value === undefined ? '' : toText(value);
    if (text !== '') return text;
    state.error(what);
    return FAILED;
  };
}

/** An operation with one integer. */
export function intOp(doc: string, what: string, apply: (text: string, n: number) => Value): Transformation {
  return {
    doc,
    params: [1, 1],
    bind: (state, params) => {
      const read = intParam(state, params[0]!, what);
      return (ctx, input) => {
        const n = read(ctx);
        return n === undefined ? FAILED : apply(toText(input), n);
      };
    },
  };
}

/** An operation with one text. `what` is logged when a variable gives none. */
export function wordOp(doc: string, what: string, apply: (text: string, word: string) => Value): Transformation {
  return {
    doc,
    params: [1, 1],
    bind: (state, params) => {
      const read = textParam(state, params[0]!, what);
      return (ctx, input) => {
        const word = read(ctx);
        return word === undefined ? FAILED : apply(toText(input), word);
      };
    },
  };
}

/** A list's element, negative from the end; undefined out of range. */
export function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index < 0 ? list.length + index : index];
}
