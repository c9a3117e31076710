import type { ScriptContext } from '../../../script/context.js';
import { Dual, parseInteger, toText, type Value } from '../../../script/value.js';
import { FAILED, literalText, type Transformation, type TransformationClass, textOp, wordOp } from './define.js';

const isBlank = (c: number): boolean => c === 32 || c === 9 || c === 13 || c === 10;

function trimStart(text: string): string {
  let i = 0;
  while (i < text.length && isBlank(text.charCodeAt(i))) i++;
  return text.slice(i);
}

function trimTail(text: string): string {
  let i = text.length;
  while (i > 0 && isBlank(text.charCodeAt(i - 1))) i--;
  return text.slice(0, i);
}

/** Only ASCII letters change: bytes above are parts of encodings this knows nothing of. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (s) => s.toLowerCase());
}

function upper(text: string): string {
  return text.replace(/[a-z]+/g, (s) => s.toUpperCase());
}

/** Folds of header bodies: line breaks go, the blanks after one become `blank`. */
function unfold(text: string, blank: string): string {
  return text.replace(/[\r\n]+[ \t]+/g, blank).replace(/[\r\n]+/g, '');
}

/** An integer whose printed form keeps the input's spelling (`+7`); fails on what is no decimal integer. */
function integer(keepText: boolean): Transformation {
  return {
    doc: keepText ? 'The text as an integer.' : 'The text as an integer, printed in its normal form.',
    params: [0, 0],
    bind: (state) => {
      const bits = state.is56 ? 32 : 64;
      return (_ctx: ScriptContext, input: Value) => {
        if (typeof input === 'number' || typeof input === 'bigint') return input;
        if (input instanceof Dual) return keepText ? new Dual(input.int, input.text, 'int') : input.int;
        const text = toText(input);
        if (text.startsWith('0x') || text.startsWith('0X')) return FAILED;
        const n = parseInteger(text, bits);
        if (n === null) return FAILED;
        return keepText && `${n}` !== text ? new Dual(n, text, 'int') : n;
      };
    },
  };
}

/** Takes a pair of characters off; what is too short to hold one stays what it is, be it an integer. */
function pairOp(doc: string, apply: (text: string) => string): Transformation {
  return {
    doc,
    params: [0, 0],
    bind: () => (_ctx, input) => {
      const text = toText(input);
      return text.length < 2 ? input : apply(text);
    },
  };
}

/** `\n`, `\r`, `\t`, `\\` of a literal. */
function unescapeWord(text: string): string {
  return text.replace(/\\([nrt\\])/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? '\\');
}

function replaceOp(): Transformation {
  return {
    doc: 'Every occurrence of a text replaced by another.',
    params: [2, 2],
    bind: (state, params) => {
      const word = (i: number) => {
        const param = params[i]!;
        if (param.kind === 'literal') {
          const text = literalText(param.text);
          return () => text;
        }
        return (ctx: ScriptContext) => {
          const text = toText(param.read(ctx));
          if (text !== '') return text;
          state.error(`replace cannot get p${i + 1}`);
          return FAILED;
        };
      };
      const from = word(0);
      const to = word(1);
      return (ctx, input) => {
        const a = from(ctx);
        const b = a === undefined ? undefined : to(ctx);
        if (a === undefined || b === undefined) return FAILED;
        const text = toText(input);
        return a === '' ? text : text.replaceAll(a, () => b);
      };
    },
  };
}

const BRACKETS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** `{s.*}` without cutting, encoding or formatting. */
export const basicOps: TransformationClass = {
  len: textOp('Length in bytes.', (text) => text.length),
  int: integer(true),
  intv: integer(false),
  tolower: textOp('ASCII letters in lower case.', lower),
  toupper: textOp('ASCII letters in upper case.', upper),
  trim: textOp('Without blanks and line breaks at both ends.', (text) => trimStart(trimTail(text))),
  ltrim: textOp('Without blanks and line breaks at the start.', trimStart),
  rtrim: textOp('Without blanks and line breaks at the end.', trimTail),
  rm: {
    doc: 'Without any occurrence of a text.',
    params: [1, 1],
    bind: (state, params) => {
      const param = params[0]!;
      const literal = param.kind === 'literal' ? unescapeWord(literalText(param.text)) : undefined;
      return (ctx, input) => {
        const word = param.kind === 'literal' ? literal! : toText(param.read(ctx));
        if (word === '') {
          if (literal !== undefined) return toText(input);
          state.error('cannot get p1');
          return FAILED;
        }
        return toText(input).replaceAll(word, '');
      };
    },
  },
  rmws: textOp('Without any blanks, tabs and line breaks.', (text) => text.replace(/[ \t\r\n]+/g, '')),
  rmhdws: textOp('A header body with every fold made one blank.', (text) => unfold(text, ' ')),
  rmhlws: textOp('A header body with every fold removed.', (text) => unfold(text, '')),
  numeric: {
    doc: 'Only the digits.',
    params: [0, 0],
    bind: () => (_ctx, input) => toText(input).replace(/[^0-9]+/g, ''),
  },
  replace: replaceOp(),
  unquote: pairOp('Without one pair of quotes around it.', (text) => {
    const first = text[0];
    return (first === '"' || first === "'") && text.endsWith(first) ? text.slice(1, -1) : text;
  }),
  unbracket: pairOp('Without one pair of brackets around it.', (text) => {
    const close = BRACKETS[text[0] ?? ''];
    return close !== undefined && text.endsWith(close) ? text.slice(1, -1) : text;
  }),
  count: wordOp('How often a character occurs.', 'count cannot get parameter value', (text, word) => {
    let n = 0;
    for (let i = text.indexOf(word[0] ?? '\0'); i >= 0; i = text.indexOf(word[0]!, i + 1)) n++;
    return n;
  }),
};
