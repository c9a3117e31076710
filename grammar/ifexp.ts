import type { Defines } from './defines.js';

/** The result of an expression: a number, a text, or why there is none. */
export type ExpressionResult = { readonly value: number | string } | { readonly error: string };

type Value = number | string;

class Failure extends Error {}

// Not C's levels: all comparisons are equal, and `^` is looser than `|`.
const LEVELS: readonly (readonly string[])[] = [
  [','],
  ['||'],
  ['&&'],
  ['^'],
  ['|'],
  ['&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const LEVEL_OF = new Map(LEVELS.flatMap((operators, level) => operators.map((op) => [op, level] as const)));
const TOKEN =
  /\s*(?:(\d[\d.]*)|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|([A-Za-z_@$][\w@$#]*)|(\*\*|<<|>>|[<>=!]=|&&|\|\||[-+*/%<>&|^!~(),]))/y;
const MAX_TOKENS = 2000;
const MAX_DEPTH = 100;

/**
 * Evaluates the expression of `#!ifexp` and `#!defexp` (5.7+). An id with a value is a text (without its quotes), an
 * id without one is 1, an unknown id is 0. With mixed types the right operand takes the type of the left one.
 */
export function evaluate(text: string, defines: Defines): ExpressionResult {
  try {
    const reader = new Reader(tokenize(text.trim()), defines);
    const value = reader.expression(0);
    reader.end();
    return { value };
  } catch (failure) {
    if (failure instanceof Failure) return { error: failure.message };
    throw failure;
  }
}

/** Whether an expression's value lets the text of an `#!ifexp` in. */
export function isTrue(value: Value): boolean {
  return typeof value === 'number' ? value !== 0 : value !== '';
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Failure(`unexpected \`${text.slice(at).trim().charAt(0)}\``);
    if (tokens.length === MAX_TOKENS) throw new Failure('it is too long');
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4]!);
  }
  return tokens;
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly defines: Defines,
  ) {}

  end(): void {
    if (this.at < this.tokens.length) throw new Failure(`unexpected \`${this.tokens[this.at]}\``);
  }

  expression(level: number): Value {
    let left = this.power();
    for (;;) {
      const op = this.tokens[this.at];
      const found = op === undefined ? undefined : LEVEL_OF.get(op);
      if (op === undefined || found === undefined || found < level) return left;
      this.at++;
      left = combine(op, left, this.expression(found + 1));
    }
  }

  private unary(): Value {
    if (++this.depth > MAX_DEPTH) throw new Failure('it is nested too deeply');
    try {
      const op = this.tokens[this.at];
      if (op !== '!' && op !== '-' && op !== '^' && op !== '~') return this.primary();
      this.at++;
      const operand = toNumber(this.unary(), op);
      if (op === '-') return -operand;
      return op === '!' ? Number(operand === 0) : ~operand;
    } finally {
      this.depth--;
    }
  }

  private power(): Value {
    const base = this.unary();
    if (this.tokens[this.at] !== '**') return base;
    this.at++;
    if (++this.depth > MAX_DEPTH) throw new Failure('it is nested too deeply');
    const exponent = toNumber(this.power(), '**');
    this.depth--;
    return toNumber(base, '**') ** exponent;
  }

  private primary(): Value {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Failure('an operand is missing');
    if (token === '(') {
      const value = this.expression(0);
      if (this.tokens[this.at++] !== ')') throw new Failure('`)` is missing');
      return value;
    }
    const first = token.charAt(0);
    if (first === '"' || first === "'") {
      return token.slice(1, -1).replace(/\\(.)/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c);
    }
    if (first >= '0' && first <= '9') {
      const value = Number(token);
      if (Number.isNaN(value)) throw new Failure(`\`${token}\` is not a number`);
      return value;
    }
    if (!/[A-Za-z_@$]/.test(first)) throw new Failure(`unexpected \`${token}\``);
    return this.valueOf(token);
  }

  private valueOf(name: string): Value {
    const define = this.defines.get(name);
    if (!define) return 0;
    if (define.value === null) return 1;
    const { value } = define;
    const quote = value.charAt(0);
    const quoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
    return quoted ? value.slice(1, -1) : value;
  }
}

function toNumber(value: Value, op: string): number {
  if (typeof value === 'number') return value;
  throw new Failure(`\`${op}\` needs numbers`);
}

function converted(right: Value, left: Value): Value {
  if (typeof right === typeof left) return right;
  if (typeof left === 'string') return String(right);
  return /^\d+(\.\d*)?$/.test(String(right)) ? Number(right) : Number.NaN;
}

function combine(op: string, left: Value, right: Value): Value {
  switch (op) {
    case ',':
      return right;
    case '||':
      return Number(isTrue(left) || isTrue(right));
    case '&&':
      return Number(isTrue(left) && isTrue(right));
    case '+': {
      const other = converted(right, left);
      return typeof left === 'string' ? left + other : left + (other as number);
    }
    case '==':
      return Number(left === converted(right, left));
    case '!=':
      return Number(left !== converted(right, left));
    case '<':
      return Number(left < converted(right, left));
    case '<=':
      return Number(left <= converted(right, left));
    case '>':
      return Number(left > converted(right, left));
    case '>=':
      return Number(left >= converted(right, left));
  }
  const a = toNumber(left, op);
  const b = toNumber(right, op);
  switch (op) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw new Failure('division by zero');
      return a / b;
    case '%':
      return a % b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    default:
      return a ^ b;
  }
}
