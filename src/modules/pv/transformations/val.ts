import { isDefined, toText, type Value } from '../../../script/value.js';
import { jsonEscape } from '../json-escape.js';
import type { Transformation, TransformationClass } from './define.js';

/** An operation that is asked about null too. */
function anyOp(doc: string, apply: (value: Value) => Value): Transformation {
  return {
    doc,
    params: [0, 0],
    acceptsNull: true,
    bind: () => (_ctx, input) => apply(input),
  };
}

/** `{val.*}`: values where null must become something. */
export const valClass: TransformationClass = {
  n0: anyOp('0 in place of null.', (value) => (isDefined(value) ? value : 0)),
  ne: anyOp('"" in place of null.', (value) => (isDefined(value) ? value : '')),
  json: anyOp('Escaped for the inside of a JSON string; null is "".', (value) => {
    if (!isDefined(value)) return '';
    const text = toText(value);
    const escaped = jsonEscape(text);
    return escaped === text ? value : escaped;
  }),
  jsonqe: anyOp('A JSON value: integers as they are, text that needs escapes in quotes; null is "".', (value) => {
    if (!isDefined(value)) return '""';
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    const text = toText(value);
    const escaped = jsonEscape(text);
    return escaped === text ? value : `"${escaped}"`;
  }),
};
