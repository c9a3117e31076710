import { type IntMath, math32, math64 } from '../script/int-math.js';
import { compileRegex } from '../script/regex/index.js';
import { parseInteger } from '../script/value.js';
import type { BoundBinaryOp, BoundExpr } from './program.js';

/**
 * Constant folding and the rewrites that scripts can observe (language reference §7.6): operands that a literal 0 or 1
 * makes irrelevant are dropped unevaluated, and `x && 1`, `x || 0`, `x * 1` … become `(int)x`.
 */
export class Folder {
  readonly #math: IntMath;
  readonly #bits: 32 | 64;

  constructor(bits: 32 | 64) {
    this.#bits = bits;
    this.#math = bits === 32 ? math32 : math64;
  }

  binary(written: Extract<BoundExpr, { kind: 'binary' }>): BoundExpr {
    const e = { ...written, left: this.#again(written.left), right: this.#again(written.right) };
    const { op, left, right } = e;
    if (left.kind === 'const' && right.kind === 'const') {
      // Fails when it is evaluated, whatever is divided.
      if ((op === '/' || op === 'mod') && right.value === 0) return e;
      const folded = this.#constants(op, left, right, e);
      if (folded) return folded;
    }
    const leftNumber = this.#literal(left);
    if (leftNumber !== null) {
      const r = this.#neutral(op, leftNumber, right, 'left', e);
      if (r) return r;
    }
    const rightNumber = this.#literal(right);
    if (rightNumber !== null) {
      const r = this.#neutral(op, rightNumber, left, 'right', e);
      if (r) return r;
    }
    const joined = this.#joined(e);
    if (joined) return joined;
    if ((op === '==' || op === 'eq') && (isEmpty(right) || isEmpty(left))) {
      return { kind: 'strempty', operand: isEmpty(right) ? left : right, type: 'int', span: e.span };
    }
    return e;
  }

  /** Matches a constant once and for all; a pattern that is not valid is left to be reported where patterns are. */
  match(e: Extract<BoundExpr, { kind: 'match' }>): BoundExpr {
    if (e.left.kind !== 'const') return e;
    const regex = compileRegex(e.pattern, { ignoreCase: true });
    return 'error' in regex ? e : int(regex.test(`${e.left.value}`) ? 1 : 0, e);
  }

  /** Folds a cast or unary operator over a constant; other expressions come back as they are. */
  unary(e: Extract<BoundExpr, { kind: 'unary' | 'cast' | 'strlen' | 'strempty' | 'defined' }>): BoundExpr {
    const operand = this.#again(e.operand);
    if (operand.kind !== 'const') return operand === e.operand ? e : { ...e, operand };
    const v = operand.value;
    if (e.kind === 'cast' && e.to === 'str') return text(`${v}`, e);
    if (e.kind === 'strlen') return int(`${v}`.length, e);
    if (e.kind === 'strempty') return int(v === '' ? 1 : 0, e);
    if (e.kind === 'defined') return int(1, e);
    const n = typeof v === 'number' ? v : parseInteger(v, this.#bits);
    // A conversion that fails is left for run time, where it warns or fails as the release in force does.
    if (n === null || typeof n === 'bigint') return e;
    if (e.kind === 'cast') return int(n, e);
    if (e.kind !== 'unary') return e;
    if (e.op === '!') return int(n === 0 ? 1 : 0, e);
    const result = e.op === '-' ? this.#math.negate(n) : this.#math.invert(n);
    return typeof result === 'number' ? int(result, e) : e;
  }

  #constants(
    op: BoundBinaryOp,
    left: Extract<BoundExpr, { kind: 'const' }>,
    right: Extract<BoundExpr, { kind: 'const' }>,
    e: BoundExpr,
  ): BoundExpr | null {
    const a = left.value;
    const b = right.value;
    if (op === '+' && typeof a === 'string') return text(a + b, e);
    if (op === 'eq' || (op === '==' && typeof a === 'string')) return int(`${a}` === `${b}` ? 1 : 0, e);
    if (op === 'ne' || (op === '!=' && typeof a === 'string')) return int(`${a}` !== `${b}` ? 1 : 0, e);
    if (op === '=~') return null;
    if (typeof a !== 'number' || typeof b !== 'number') return null;
    const v = this.#math.binary(op, a, b);
    return typeof v === 'number' ? int(v, e) : null;
  }

  /**
   * `(x && 2) && 3` and its like: the constants meet first, and `x && 1` is left. It becomes `(int)x` only inside of
   * another expression, where it is looked at again. Other operators give the same whatever meets first.
   */
  #joined(e: Extract<BoundExpr, { kind: 'binary' }>): BoundExpr | null {
    if (e.op !== '&&' && e.op !== '||') return null;
    const [constant, inner] = e.right.kind === 'const' ? [e.right, e.left] : [e.left, e.right];
    if (!isNumber(constant) || inner.kind !== 'binary' || inner.op !== e.op) return null;
    const [other, x] = isNumber(inner.right) ? [inner.right, inner.left] : [inner.left, inner.right];
    if (!isNumber(other)) return null;
    const both = this.#math.binary(e.op, constant.value as number, other.value as number);
    return { ...e, left: x, right: int(Number(both), e.right) };
  }

  /** What has been joined, now as an operand. */
  #again(e: BoundExpr): BoundExpr {
    if (e.kind !== 'binary' || (e.op !== '&&' && e.op !== '||')) return e;
    const constant = this.#literal(e.right);
    return constant === null ? e : (this.#neutral(e.op, constant, e.left, 'right', e) ?? e);
  }

  /** A constant 0 or 1. In 5.6 a text that is no number has become 0 by then. */
  #literal(e: BoundExpr): 0 | 1 | null {
    const n = e.kind === 'const' ? e.value : this.#failed(e);
    return n === 0 || n === 1 ? n : null;
  }

  /** The integer of casts and operators around a text that is no number; null for anything else. */
  #failed(e: BoundExpr): number | null {
    if (this.#bits !== 32) return null;
    if (e.kind === 'cast' && e.to === 'int') return e.operand.kind === 'const' ? 0 : this.#failed(e.operand);
    const n = e.kind === 'unary' ? this.#failed(e.operand) : null;
    if (n === null || e.kind !== 'unary') return null;
    return e.op === '!' ? Number(n === 0) : Number(e.op === '-' ? this.#math.negate(n) : this.#math.invert(n));
  }

  /** `constant op other` or `other op constant`, the constant being 0 or 1. */
  #neutral(
    op: BoundBinaryOp,
    constant: number,
    other: BoundExpr,
    side: 'left' | 'right',
    e: BoundExpr,
  ): BoundExpr | null {
    const zero = constant === 0;
    // What is an integer anyway stays what it is: `is_method("BYE") || 0` is a call like any other.
    const same = (): BoundExpr =>
      other.type === 'int' ? other : { kind: 'cast', to: 'int', operand: other, type: 'int', span: e.span };
    switch (op) {
      case '*':
        return zero ? int(0, e) : same();
      case '/':
        if (side === 'left') return zero ? int(0, e) : null;
        return zero ? null : same();
      case 'mod':
        return side === 'left' && zero ? int(0, e) : null;
      case '-':
        return side === 'right' && zero ? same() : null;
      case '+':
        // Only integer addition: text plus 0 appends a "0".
        return zero && other.type === 'int' ? same() : null;
      case '&':
        return zero ? int(0, e) : null;
      case '|':
        return zero ? same() : null;
      case '&&':
        return zero ? int(0, e) : same();
      case '||':
        return zero ? same() : int(1, e);
      default:
        return null;
    }
  }
}

const int = (value: number, at: BoundExpr): BoundExpr => ({ kind: 'const', value, type: 'int', span: at.span });
const text = (value: string, at: BoundExpr): BoundExpr => ({ kind: 'const', value, type: 'str', span: at.span });

const isNumber = (e: BoundExpr): e is Extract<BoundExpr, { kind: 'const' }> =>
  e.kind === 'const' && typeof e.value === 'number';

function isEmpty(e: BoundExpr): boolean {
  return e.kind === 'const' && e.value === '';
}
