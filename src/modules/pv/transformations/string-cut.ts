import { ArgumentError } from '../../../registry/arguments.js';
import type { TransformationParam } from '../../../registry/module.js';
import { Dual, toText } from '../../../script/value.js';
import type { PvState } from '../state.js';
import {
  at,
  FAILED,
  intOp,
  intParam,
  type ParamReader,
  type Transformation,
  type TransformationClass,
  textParam,
  wordOp,
} from './define.js';

/** Two parameters: an integer, and the single character that separates fields. */
function selectOp(): Transformation {
  return {
    doc: 'Field by position, 0 first, -1 last, of a text divided at a character.',
    params: [2, 2],
    bind: (state, params) => {
      const index = intParam(state, params[0]!, 'select');
      const param = params[1]!;
      // Unlike other literals it may be a blank.
      const separator = param.kind === 'literal' ? () => param.text : textParam(state, param, 'select cannot get p2');
      return (ctx, input) => {
        const i = index(ctx);
        const s = i === undefined ? undefined : separator(ctx);
        if (i === undefined || s === undefined) return FAILED;
        return at(toText(input).split(s[0] ?? ''), i) ?? '';
      };
    },
  };
}

function substrOp(): Transformation {
  return {
    doc: 'Part of the text: offset (negative from the end) and length (0: to the end).',
    params: [2, 2],
    bind: (state, params) => {
      const offset = intParam(state, params[0]!, 'substr');
      const length = lengthParam(state, params[1]!);
      return (ctx, input) => {
        const o = offset(ctx);
        const n = o === undefined ? undefined : length(ctx);
        if (o === undefined || n === undefined) return FAILED;
        const text = toText(input);
        const start = o < 0 ? text.length + o : o;
        if (start < 0 || start >= text.length) {
          state.error('substr out of range');
          return FAILED;
        }
        return n === 0 ? text.slice(start) : text.slice(start, start + n);
      };
    },
  };
}

function lengthParam(state: PvState, param: TransformationParam): ParamReader<number> {
  const read = intParam(state, param, 'substr');
  if (param.kind === 'literal') {
    if (param.text.trim().startsWith('-')) throw new ArgumentError('substr negative offset');
    return read;
  }
  return (ctx) => {
    const n = read(ctx);
    if (n === undefined || n >= 0) return n;
    state.error('substr negative offset');
    return FAILED;
  };
}

/** Upstream's `rbefore` and `rafter` run off the end of the text; here they look from its end, as documented. */
function cutAt(doc: string, cut: (text: string, c: string) => string): Transformation {
  return wordOp(doc, 'cannot get parameter value', (text, word) => cut(text, word[0] ?? '\0'));
}

function before(text: string, position: number): string {
  return position < 0 ? text : text.slice(0, position);
}

function after(text: string, position: number): string {
  return position < 0 ? '' : text.slice(position + 1);
}

/** `{s.*}` that give a part of the text. */
export const cutOps: TransformationClass = {
  substr: substrOp(),
  select: selectOp(),
  selectsw: intOp(
    'Field by position of a text divided at single blanks, tabs and line breaks.',
    'select',
    (text, i) => at(text.split(/[ \t\r\n]/), i) ?? '',
  ),
  strip: intOp('Without the first characters.', 'strip', (text, n) => (n <= 0 ? text : text.slice(n))),
  striptail: intOp('Without the last characters.', 'strip', (text, n) =>
    n <= 0 ? text : text.slice(0, Math.max(0, text.length - n)),
  ),
  stripto: wordOp('From the first occurrence of a character on.', 'stripto cannot get p1', (text, word) => {
    const i = text.indexOf(word[0] ?? '\0');
    return i < 0 ? '' : text.slice(i);
  }),
  before: cutAt('What stands before the first occurrence of a character; all when it does not occur.', (text, c) =>
    before(text, text.indexOf(c)),
  ),
  after: cutAt('What stands after the first occurrence of a character.', (text, c) => after(text, text.indexOf(c))),
  rbefore: cutAt('What stands before the last occurrence of a character; all when it does not occur.', (text, c) =>
    before(text, text.lastIndexOf(c)),
  ),
  rafter: cutAt('What stands after the last occurrence of a character.', (text, c) => after(text, text.lastIndexOf(c))),
  charat: intOp('The character at a position.', 'charat', (text, i) => (i < 0 ? '' : text.charAt(i))),
  byteat: intOp('The byte at a position, as an integer; -1 without text outside.', 'byteat', (text, i) =>
    i < 0 || i >= text.length ? new Dual(-1, '', 'int') : (text.charCodeAt(i) << 24) >> 24,
  ),
};
