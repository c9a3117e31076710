import { normalise } from './value.js';

export type Int = number | bigint;

/** Integer arithmetic of one width, wrapping as C does on x86. Division by zero is the caller's to exclude. */
export interface IntMath {
  readonly bits: 32 | 64;
  add(a: Int, b: Int): Int;
  subtract(a: Int, b: Int): Int;
  multiply(a: Int, b: Int): Int;
  divide(a: Int, b: Int): Int;
  remainder(a: Int, b: Int): Int;
  and(a: Int, b: Int): Int;
  or(a: Int, b: Int): Int;
  xor(a: Int, b: Int): Int;
  shiftLeft(a: Int, b: Int): Int;
  shiftRight(a: Int, b: Int): Int;
  negate(a: Int): Int;
  invert(a: Int): Int;
  /** Any two-operand operator by its spelling in scripts; comparisons and logic give 0 or 1. */
  binary(op: string, a: Int, b: Int): Int;
}

function byName(m: Omit<IntMath, 'binary'>): IntMath {
  const arithmetic: Readonly<Record<string, (a: Int, b: Int) => Int>> = {
    '+': m.add,
    '-': m.subtract,
    '*': m.multiply,
    '/': m.divide,
    mod: m.remainder,
    '&': m.and,
    '|': m.or,
    '^': m.xor,
    '<<': m.shiftLeft,
    '>>': m.shiftRight,
    '==': (a, b) => (a === b ? 1 : 0),
    ieq: (a, b) => (a === b ? 1 : 0),
    '!=': (a, b) => (a !== b ? 1 : 0),
    ine: (a, b) => (a !== b ? 1 : 0),
    '<': (a, b) => (a < b ? 1 : 0),
    '>': (a, b) => (a > b ? 1 : 0),
    '<=': (a, b) => (a <= b ? 1 : 0),
    '>=': (a, b) => (a >= b ? 1 : 0),
    '&&': (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
    '||': (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  };
  return {
    ...m,
    binary(op, a, b) {
      const f = arithmetic[op];
      if (!f) throw new TypeError(`no integer operator ${op}`);
      return f(a, b);
    },
  };
}

const low = (v: Int): number => (typeof v === 'number' ? v | 0 : Number(BigInt.asIntN(32, v)));

/** 32-bit signed, as 5.6 computes. */
export const math32: IntMath = byName({
  bits: 32,
  add: (a, b) => (low(a) + low(b)) | 0,
  subtract: (a, b) => (low(a) - low(b)) | 0,
  multiply: (a, b) => Math.imul(low(a), low(b)),
  divide: (a, b) => (low(a) / low(b)) | 0,
  remainder: (a, b) => (low(a) % low(b)) | 0,
  and: (a, b) => low(a) & low(b),
  or: (a, b) => low(a) | low(b),
  xor: (a, b) => low(a) ^ low(b),
  shiftLeft: (a, b) => low(a) << low(b),
  shiftRight: (a, b) => low(a) >> low(b),
  negate: (a) => -low(a) | 0,
  invert: (a) => ~low(a),
});

const wrap = (v: bigint): Int => normalise(BigInt.asIntN(64, v));
const is32 = (v: Int): v is number => typeof v === 'number' && v === (v | 0);

/** 64-bit signed, as 5.7 and later compute on 64-bit machines: exact, with a bigint path for what a double cannot hold. */
export const math64: IntMath = byName({
  bits: 64,
  add(a, b) {
    if (typeof a === 'number' && typeof b === 'number') {
      const r = a + b;
      if (Number.isSafeInteger(r)) return r;
    }
    return wrap(BigInt(a) + BigInt(b));
  },
  subtract(a, b) {
    if (typeof a === 'number' && typeof b === 'number') {
      const r = a - b;
      if (Number.isSafeInteger(r)) return r;
    }
    return wrap(BigInt(a) - BigInt(b));
  },
  multiply(a, b) {
    if (typeof a === 'number' && typeof b === 'number') {
      const r = a * b;
      if (Number.isSafeInteger(r)) return r + 0;
    }
    return wrap(BigInt(a) * BigInt(b));
  },
  divide(a, b) {
    // + 0 turns -0 into 0
    if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0;
    return wrap(BigInt(a) / BigInt(b));
  },
  remainder(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
    return wrap(BigInt(a) % BigInt(b));
  },
  and: (a, b) => (is32(a) && is32(b) ? a & b : wrap(BigInt(a) & BigInt(b))),
  or: (a, b) => (is32(a) && is32(b) ? a | b : wrap(BigInt(a) | BigInt(b))),
  xor: (a, b) => (is32(a) && is32(b) ? a ^ b : wrap(BigInt(a) ^ BigInt(b))),
  shiftLeft: (a, b) => wrap(BigInt(a) << (BigInt(b) & 63n)),
  shiftRight: (a, b) => (is32(a) ? a >> Math.min(31, Number(BigInt(b) & 63n)) : wrap(BigInt(a) >> (BigInt(b) & 63n))),
  negate: (a) => (typeof a === 'number' ? 0 - a : wrap(-a)),
  invert: (a) => (is32(a) ? ~a : wrap(~BigInt(a))),
});
