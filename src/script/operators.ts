import type { Log } from '../observe/log.js';
import type { Int, IntMath } from './int-math.js';
import { math32, math64 } from './int-math.js';
import { Dual, parseInteger, toText, type Value } from './value.js';

/**
 * Thrown when an expression cannot be evaluated (division by zero, a text that is no number in 6.x). Emitted code
 * catches it at the statement: upstream abandons the whole expression.
 */
export const EVALUATION_FAILED: unique symbol = Symbol('evaluation failed');

/** Where an operator stands in the config, for its warnings. */
export interface OperatorSite {
  readonly range: string;
}

/** The operators of expressions whose operand types are only known at run time. */
export interface Operators {
  readonly math: IntMath;
  /** An operand as integer, by its int form when it has one. */
  int(v: Value, site: OperatorSite): Int;
  /** True when `+` and `==` with this on their left work on integers. */
  isInt(v: Value): boolean;
  add(a: Value, b: Value, site: OperatorSite): Value;
  equal(a: Value, b: Value, site: OperatorSite): boolean;
  divide(a: Int, b: Int): Int;
  remainder(a: Int, b: Int): Int;
}

/** The operators of one release: 5.6 goes on with 0 after a failed conversion, 6.x abandons the expression. */
export function makeOperators(compat: '5.6' | '6.x', log: Log): Operators {
  const math = compat === '5.6' ? math32 : math64;
  const bits = math.bits;

  function convert(text: string, site: OperatorSite): Int {
    const n = parseInteger(text, bits);
    if (n !== null) return n;
    log.warn('<core>', `automatic string to int conversion for "${text}" failed`);
    if (compat !== '5.6') throw EVALUATION_FAILED;
    log.warn('<core>', `rval expression conversion to int failed (${site.range})`);
    return 0;
  }

  function int(v: Value, site: OperatorSite): Int {
    if (typeof v === 'number') return v;
    if (typeof v === 'string') return convert(v, site);
    if (v === null || v === undefined) return 0;
    return typeof v === 'bigint' ? v : v.int;
  }

  /** The value by its primary form. */
  function primary(v: Value): string | number | bigint | null {
    if (v === undefined) return null;
    return v instanceof Dual ? (v.primary === 'int' ? v.int : v.text) : v;
  }

  return {
    math,
    int,
    isInt: (v) => typeof v === 'number' || typeof v === 'bigint' || (v instanceof Dual && v.primary === 'int'),
    add(a, b, site) {
      if (typeof a === 'string') return a + toText(b);
      if (typeof a === 'number') return math.add(a, int(b, site));
      const left = primary(a);
      if (left === null) return toText(b);
      return typeof left === 'string' ? left + toText(b) : math.add(left, int(b, site));
    },
    equal(a, b, site) {
      const left = primary(a);
      if (typeof left === 'string') return left === toText(b);
      if (left !== null) return left === int(b, site);
      const right = primary(b);
      return typeof right === 'number' || typeof right === 'bigint' ? right === 0 : toText(b) === '';
    },
    divide(a, b) {
      if (b === 0) {
        log.error('<core>', 'rv div by 0');
        throw EVALUATION_FAILED;
      }
      return math.divide(a, b);
    },
    remainder(a, b) {
      if (b === 0) {
        log.error('<core>', 'rv mod by 0');
        throw EVALUATION_FAILED;
      }
      return math.remainder(a, b);
    },
  };
}
