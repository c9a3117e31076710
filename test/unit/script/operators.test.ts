import { describe, expect, test } from 'vitest';
import { Level, Log } from '../../../src/observe/log.js';
import { EVALUATION_FAILED, makeOperators } from '../../../src/script/operators.js';
import { Dual, type Value } from '../../../src/script/value.js';

const SITE = { range: '1,2-3,4' };
const METHOD = new Dual(1, 'INVITE', 'string');
const COUNT = new Dual(7, 'seven', 'int');

function of(compat: '5.6' | '6.x') {
  const log: string[] = [];
  const sink = { write: (r: { text: string }) => void log.push(r.text) };
  return { O: makeOperators(compat, new Log(sink, Level.DBG)), log };
}

const cases: [Value, Value, Value][] = [
  ['a', 1, 'a1'],
  ['a', null, 'a'],
  [1, '2', 3],
  [1, null, 1],
  [null, 5, '5'],
  [undefined, 5, '5'],
  [null, null, ''],
  [METHOD, 1, 'INVITE1'],
  [COUNT, 1, 8],
  [1, METHOD, 2],
  ['', METHOD, 'INVITE'],
];

test.each(cases)('%s + %s: the left operand decides', (a, b, sum) => {
  for (const compat of ['5.6', '6.x'] as const) expect(of(compat).O.add(a, b, SITE)).toBe(sum);
});

const equalities: [Value, Value, boolean][] = [
  [5, '05', true],
  ['05', 5, false],
  ['5', 5, true],
  [null, 0, true],
  [null, '', true],
  [null, null, true],
  [undefined, 1, false],
  [0, null, true],
  ['', undefined, true],
  ['a', 'A', false],
  [null, 'x', false],
  [METHOD, 'INVITE', true],
  [METHOD, 1, false],
  [COUNT, 7, true],
  [COUNT, 'seven', false],
];

test.each(equalities)('%s == %s: %s', (a, b, equal) => {
  expect(of('5.6').O.equal(a, b, SITE)).toBe(equal);
});

describe('a text that is no number', () => {
  test('5.6 warns twice and goes on with 0', () => {
    const { O, log } = of('5.6');
    expect(O.int('abc', SITE)).toBe(0);
    expect(log).toEqual([
      'automatic string to int conversion for "abc" failed',
      'rval expression conversion to int failed (1,2-3,4)',
    ]);
  });

  test('6.x warns once and abandons the expression', () => {
    const { O, log } = of('6.x');
    expect(() => O.int('abc', SITE)).toThrow();
    expect(() => O.add(1, 'abc', SITE)).toThrow();
    expect(() => O.equal(1, 'abc', SITE)).toThrow();
    expect(log).toEqual(Array(3).fill('automatic string to int conversion for "abc" failed'));
    try {
      O.int('abc', SITE);
    } catch (e) {
      expect(e).toBe(EVALUATION_FAILED);
    }
  });

  test('undefined and nothing are 0 in silence', () => {
    const { O, log } = of('6.x');
    expect([O.int(null, SITE), O.int(undefined, SITE), O.int('', SITE)]).toEqual([0, 0, 0]);
    expect(log).toEqual([]);
  });
});

test.each(['5.6', '6.x'] as const)('%s: division by zero is logged and abandons the expression', (compat) => {
  const { O, log } = of(compat);
  expect(() => O.divide(1, 0)).toThrow();
  expect(() => O.remainder(1, 0)).toThrow();
  expect(log).toEqual(['rv div by 0', 'rv mod by 0']);
});
