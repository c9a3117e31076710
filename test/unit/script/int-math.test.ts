import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Int, type IntMath, math32, math64 } from '../../../src/script/int-math.js';
import { normalise } from '../../../src/script/value.js';

const OPERATORS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => (a < b ? 1n : 0n),
  '>': (a, b) => (a > b ? 1n : 0n),
  '<=': (a, b) => (a <= b ? 1n : 0n),
  '>=': (a, b) => (a >= b ? 1n : 0n),
  '==': (a, b) => (a === b ? 1n : 0n),
  '!=': (a, b) => (a !== b ? 1n : 0n),
  ieq: (a, b) => (a === b ? 1n : 0n),
  ine: (a, b) => (a !== b ? 1n : 0n),
  '&&': (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
  '||': (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
};

/** Integers of a width, with those at the edges of 32 bits, of doubles and of the width itself well represented. */
function integers(bits: 32 | 64): fc.Arbitrary<bigint> {
  const max = (1n << BigInt(bits - 1)) - 1n;
  const edges = [0n, 1n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 53n, -(2n ** 53n), max, -max - 1n];
  const near = fc
    .tuple(fc.constantFrom(...edges), fc.bigInt(-3n, 3n))
    .map(([edge, off]) => BigInt.asIntN(bits, edge + off));
  return fc.oneof(near, fc.bigInt(-max - 1n, max), fc.bigInt(-100n, 100n));
}

describe.each([
  [32, math32],
  [64, math64],
] as const)('%i bits', (bits, math: IntMath) => {
  const wrap = (v: bigint): Int => normalise(BigInt.asIntN(bits, v));
  const pair = fc.tuple(integers(bits), integers(bits));

  test.each(Object.keys(OPERATORS))('%s is the exact result, wrapped', (op) => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(math.binary(op, normalise(a), normalise(b))).toBe(wrap(OPERATORS[op]!(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  test('/ and mod truncate toward zero', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        fc.pre(b !== 0n);
        expect(math.divide(normalise(a), normalise(b))).toBe(wrap(a / b));
        expect(math.remainder(normalise(a), normalise(b))).toBe(wrap(a % b));
      }),
      { numRuns: 500 },
    );
  });

  test('shifts count modulo the width; >> keeps the sign', () => {
    fc.assert(
      fc.property(pair, ([a, n]) => {
        const count = BigInt.asUintN(bits === 32 ? 5 : 6, n);
        expect(math.shiftLeft(normalise(a), normalise(n))).toBe(wrap(a << count));
        expect(math.shiftRight(normalise(a), normalise(n))).toBe(wrap(a >> count));
      }),
      { numRuns: 300 },
    );
  });

  test('- and ~ of one operand', () => {
    fc.assert(
      fc.property(integers(bits), (a) => {
        expect(math.negate(normalise(a))).toBe(wrap(-a));
        expect(math.invert(normalise(a))).toBe(wrap(~a));
      }),
      { numRuns: 300 },
    );
  });

  test('no result is -0 or a fraction', () => {
    fc.assert(
      fc.property(pair, fc.constantFrom('+', '-', '*', '/', 'mod'), ([a, b], op) => {
        fc.pre(b !== 0n);
        const r = math.binary(op, normalise(a), normalise(b));
        expect(Object.is(r, -0)).toBe(false);
        if (typeof r === 'number') expect(Number.isSafeInteger(r)).toBe(true);
      }),
    );
  });

  test('a name that is no operator is a mistake of the caller', () => {
    expect(() => math.binary('**', 1, 2)).toThrow('no integer operator **');
  });
});
