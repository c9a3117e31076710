import { Dual, type Value } from '../../../script/value.js';
import type { Transformation, TransformationClass } from './define.js';

/** The decimal digits of an integer; those of 0 for text. */
function digitOp(doc: string, pick: (digits: string) => string): Transformation {
  return {
    doc,
    params: [0, 0],
    bind: () => (_ctx, input: Value) => {
      const n = input instanceof Dual ? input.int : input;
      return typeof n === 'number' || typeof n === 'bigint' ? Number(pick(`${n}`.replace('-', ''))) : 0;
    },
  };
}

/** `{num.*}`: integers. */
export const numClass: TransformationClass = {
  fdigit: digitOp('First decimal digit.', (digits) => digits[0] ?? '0'),
  ldigit: digitOp('Last decimal digit.', (digits) => digits.at(-1) ?? '0'),
};
