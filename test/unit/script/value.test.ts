import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Dual, isDefined, normalise, parseInteger, toPrinted, toStored, toText } from '../../../src/script/value.js';

const DUAL = new Dual(1, 'INVITE', 'string');
const PORT = new Dual(5060, '5060', 'int');

describe('the forms of a value', () => {
  test.each([
    ['abc', 'abc', 'abc', 'abc', true],
    [42, '42', '42', 42, true],
    [2n ** 60n, '1152921504606846976', '1152921504606846976', 2n ** 60n, true],
    [null, '', '<null>', null, false],
    [undefined, '', '', null, false],
    [DUAL, 'INVITE', 'INVITE', 'INVITE', true],
    [PORT, '5060', '5060', 5060, true],
  ] as const)('%s', (value, text, printed, stored, defined) => {
    expect([toText(value), toPrinted(value), toStored(value), isDefined(value)]).toEqual([
      text,
      printed,
      stored,
      defined,
    ]);
  });
});

describe('text to integer', () => {
  test.each([
    ['', 0],
    ['0', 0],
    ['-', 0],
    ['+', 0],
    ['-0', 0],
    ['007', 7],
    ['+5', 5],
    ['-5', -5],
    ['0x1F', 31],
    ['0X1f', 31],
    [' 5', null],
    ['5 ', null],
    ['2x', null],
    ['1.5', null],
    ['1e3', null],
    ['0x', null],
    ['-0x10', null],
    ['--5', null],
    ['\xb2', null],
  ])('%j → %j', (text, expected) => {
    expect([parseInteger(text, 32), parseInteger(text, 64)]).toEqual([expected, expected]);
  });

  test.each([
    ['2147483647', 2147483647, 2147483647],
    ['2147483648', null, 2147483648],
    ['-2147483648', -2147483648, -2147483648],
    ['-2147483649', null, -2147483649],
    ['0xFFFFFFFF', -1, 4294967295],
    ['9223372036854775807', null, 9223372036854775807n],
    ['9223372036854775808', null, null],
    ['+9223372036854775807', null, 9223372036854775807n],
    ['-9223372036854775808', null, -9223372036854775808n],
    ['-9223372036854775809', null, null],
  ])('at the edges: %s', (text, in32, in64) => {
    expect([parseInteger(text, 32), parseInteger(text, 64)]).toEqual([in32, in64]);
  });

  test('every integer survives being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (n) => {
        expect(parseInteger(n.toString(), 64)).toBe(normalise(n));
      }),
    );
  });

  test('any text gives an integer or null', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(32 as const, 64 as const), (text, bits) => {
        const n = parseInteger(text, bits);
        expect(n === null || typeof n === 'bigint' || Number.isSafeInteger(n)).toBe(true);
      }),
    );
  });
});

test('integers are numbers when exact as such, bigint otherwise', () => {
  expect(normalise(2n ** 53n - 1n)).toBe(2 ** 53 - 1);
  expect(normalise(2n ** 53n)).toBe(2n ** 53n);
  expect(normalise(-(2n ** 53n))).toBe(-(2n ** 53n));
});
