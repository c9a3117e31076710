import { Dual, parseInteger, toText, type Value } from '../../../script/value.js';
import { coreHash, crc32 } from '../hashes.js';
import { brokenDown, strftime } from '../strftime.js';
import { FAILED, intParam, type Transformation, type TransformationClass, textOp, textParam } from './define.js';

/** All prefixes, shortest first, joined by commas, up to a length when one is given. */
function prefixes(doc: string, shown: (prefix: string) => string): Transformation {
  return {
    doc,
    params: [0, 1],
    bind: (state, params) => {
      const limit = params[0] === undefined ? null : intParam(state, params[0], 'prefixes');
      return (ctx, input) => {
        const text = toText(input);
        const n = limit === null ? text.length : limit(ctx);
        if (n === undefined) return FAILED;
        const list: string[] = [];
        for (let i = 1; i <= Math.min(n > 0 ? n : text.length, text.length); i++) list.push(shown(text.slice(0, i)));
        return list.join(',');
      };
    },
  };
}

/** Upstream folds before each of the characters 1 … n-1, and nowhere else; scripts that use it have come to rely on it. */
function foldLines(doc: string, indent: string): Transformation {
  return {
    doc,
    params: [2, 2],
    bind: (state, params) => {
      const width = intParam(state, params[0]!, 'fmtline');
      const depth = intParam(state, params[1]!, 'fmtline');
      return (ctx, input) => {
        const n = width(ctx);
        const m = n === undefined ? undefined : depth(ctx);
        if (n === undefined || m === undefined) return FAILED;
        if (n <= 0 || m < 0) {
          state.error('fmtline with invalid parameters');
          return FAILED;
        }
        const text = toText(input);
        const fold = `\r\n${indent.repeat(m)}`;
        return [...text.slice(0, n)].join(fold) + text.slice(n);
      };
    },
  };
}

function epoch(input: Value): number | null {
  if (typeof input === 'number') return input;
  if (typeof input === 'bigint') return Number(input);
  if (input instanceof Dual) return Number(input.int);
  const text = toText(input);
  const n = text === '' ? 0 : parseInteger(text, 64);
  return n === null ? null : Number(n);
}

/** `{s.*}` that format and number. */
export const formatOps: TransformationClass = {
  prefixes: prefixes('All prefixes, joined by commas.', (p) => p),
  'prefixes.quoted': prefixes('All prefixes in single quotes, joined by commas.', (p) => `'${p}'`),
  fmtlines: foldLines('Folded into lines that begin with blanks.', ' '),
  fmtlinet: foldLines('Folded into lines that begin with tabs.', '\t'),
  ftime: {
    doc: 'Seconds since the epoch as local time, by a strftime format.',
    params: [1, 1],
    bind: (state, params) => {
      const format = textParam(state, params[0]!, 'timeformat cannot get p1');
      return (ctx, input) => {
        const seconds = epoch(input);
        if (seconds === null) {
          state.error('value is not numeric');
          return FAILED;
        }
        const text = format(ctx);
        return text === undefined ? FAILED : strftime(text, brokenDown(seconds * 1000, false));
      };
    },
  },
  corehash: {
    doc: "Upstream's core hash, as text; with a size (a power of two), below it.",
    params: [0, 1],
    bind: (state, params) => {
      const size = params[0] === undefined ? () => 0 : intParam(state, params[0], 'corehash');
      return (ctx, input) => {
        const n = size(ctx);
        return n === undefined ? FAILED : `${coreHash(toText(input), n)}`;
      };
    },
  },
  crc32: textOp('CRC-32 as an integer.', (text) => crc32(text)),
};
