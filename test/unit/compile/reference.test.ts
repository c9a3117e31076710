import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../fuzz/random.js';
import { Bench, script } from '../core/script-bench.js';

/**
 * Random programs run twice: compiled, and by an interpreter that walks the same tree in the plainest way. It knows what
 * the language reference says and nothing of the compiler. The seed is fixed; `npm run fuzz -- scripts` compares with
 * the real server.
 */
type Value = number | string;
type Vars = Map<string, Value>;

interface Expr {
  readonly text: string;
  readonly of: (vars: Vars) => Value;
}
interface Statement {
  readonly text: string;
  readonly run: (world: World) => void;
}
interface World {
  readonly vars: Vars;
  readonly said: string[];
  readonly routes: readonly (readonly Statement[])[];
}

class Break extends Error {}
class Return extends Error {
  constructor(readonly code: number) {
    super();
  }
}
class Exit extends Error {}

const low = (n: number): number => n | 0;
/** 5.6: text that is no number, or is too big for one, is 0. */
function int(v: Value): number {
  if (typeof v === 'number') return v;
  return /^[+-]?\d+$/.test(v) && Number(v) === low(Number(v)) ? Number(v) : 0;
}
const truth = (b: boolean): number => (b ? 1 : 0);
const show = (v: Value): string => `${v}`;

const NAMES = ['a', 'b', 'c', 'd'];
const NUMBERS = [2, 3, 7, 255, -2, -7, 2147483647, -2147483647];
const TEXTS = ['', 'x', '5', '-12', 'a b', '007', '2x'];

const INT_OPS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '-': (a, b) => low(a - b),
  '*': (a, b) => Math.imul(a, b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  ieq: (a, b) => truth(a === b),
  ine: (a, b) => truth(a !== b),
  '&&': (a, b) => truth(a !== 0 && b !== 0),
  '||': (a, b) => truth(a !== 0 || b !== 0),
};

class Maker {
  constructor(
    private readonly random: Random,
    private readonly routes: number,
  ) {}

  /** An expression that is an integer whatever the variables hold. */
  int(depth: number): Expr {
    const r = this.random;
    if (depth <= 0) {
      const n = r.pick(NUMBERS);
      return { text: `${n}`, of: () => n };
    }
    const d = depth - 1;
    return r.weighted<() => Expr>([
      [2, () => this.int(0)],
      [8, () => this.#binary(d)],
      [2, () => this.#compared(d)],
      [2, () => this.#unary(d)],
      [1, () => this.#divided(d)],
      [1, () => this.#measured()],
    ])();
  }

  /** An expression where an integer is wanted. */
  number(depth: number): Expr {
    if (this.random.chance(60)) return this.int(depth);
    const v = this.variable();
    return { text: v.text, of: (vars) => int(v.of(vars)) };
  }

  variable(): Expr {
    const name = this.random.pick(NAMES);
    return { text: `$var(${name})`, of: (vars) => vars.get(name) ?? 0 };
  }

  any(depth: number): Expr {
    const r = this.random;
    return r.weighted<() => Expr>([
      [5, () => this.int(depth)],
      [3, () => this.variable()],
      [3, () => this.text(depth)],
    ])();
  }

  text(depth: number): Expr {
    const r = this.random;
    const t = r.pick(TEXTS);
    if (depth <= 0 || r.chance(40)) return { text: `"${t}"`, of: () => t };
    const [left, right] = [this.text(depth - 1), this.any(depth - 1)];
    return { text: `(${left.text} + ${right.text})`, of: (vars) => show(left.of(vars)) + show(right.of(vars)) };
  }

  #binary(depth: number): Expr {
    const op = this.random.pick(Object.keys(INT_OPS));
    // `x && 1` is not a truth value but x: no operand of logic may turn out to be a constant.
    const operand = op === '&&' || op === '||' ? (e: Expr) => `(${e.text} | $var(zero))` : (e: Expr) => e.text;
    const [a, b] = [this.number(depth), this.number(depth)];
    return {
      text: `(${operand(a)} ${op} ${operand(b)})`,
      of: (vars) => INT_OPS[op]!(int(a.of(vars)), int(b.of(vars))),
    };
  }

  /** `==` goes by the type of the left operand. */
  #compared(depth: number): Expr {
    // Text beside what is known to be an integer is refused.
    const [a, b] = this.random.chance(50) ? [this.int(depth), this.number(depth)] : [this.variable(), this.any(depth)];
    const equal = (vars: Vars): boolean => {
      const [x, y] = [a.of(vars), b.of(vars)];
      return typeof x === 'number' ? x === int(y) : x === show(y);
    };
    if (this.random.chance(50)) return { text: `(${a.text} == ${b.text})`, of: (vars) => truth(equal(vars)) };
    return { text: `(${a.text} != ${b.text})`, of: (vars) => truth(!equal(vars)) };
  }

  #unary(depth: number): Expr {
    const a = this.number(depth);
    const [op, apply] = this.random.pick<readonly [string, (n: number) => number]>([
      ['!', (n) => truth(n === 0)],
      ['-', (n) => low(-n)],
      ['~', (n) => ~n],
    ]);
    return { text: `${op}(${a.text})`, of: (vars) => apply(int(a.of(vars))) };
  }

  #divided(depth: number): Expr {
    const a = this.number(depth);
    const by = this.random.pick([3, 7, -5]);
    if (this.random.chance(50)) return { text: `(${a.text} / ${by})`, of: (vars) => low(int(a.of(vars)) / by) };
    return { text: `(${a.text} mod ${by})`, of: (vars) => low(int(a.of(vars)) % by) };
  }

  #measured(): Expr {
    const v = this.variable();
    return { text: `strlen(${v.text})`, of: (vars) => show(v.of(vars)).length };
  }

  block(size: number, depth: number): readonly Statement[] {
    return this.random.times(1, size, () => this.statement(depth));
  }

  statement(depth: number): Statement {
    const r = this.random;
    const nested = depth > 0 ? 1 : 0;
    return r.weighted<() => Statement>([
      [6, () => this.#assign()],
      [3, () => this.#say()],
      [3 * nested, () => this.#if(depth - 1)],
      [2 * nested, () => this.#while(depth - 1)],
      [2 * nested, () => this.#switch(depth - 1)],
      [this.routes > 0 ? 2 : 0, () => this.#route()],
      [1, () => this.#leave()],
    ])();
  }

  #assign(): Statement {
    const name = this.random.pick(NAMES);
    const value = this.any(3);
    return {
      text: `$var(${name}) = ${value.text};`,
      run: ({ vars }) => {
        vars.set(name, value.of(vars));
      },
    };
  }

  #say(): Statement {
    const [name, other] = [this.random.pick(NAMES), this.random.pick(NAMES)];
    return {
      text: `say("$var(${name}) $var(${other})");`,
      run: ({ vars, said }) => {
        said.push(`${vars.get(name) ?? 0} ${vars.get(other) ?? 0}`);
      },
    };
  }

  #if(depth: number): Statement {
    const test = this.number(2);
    const [then, otherwise] = [this.block(3, depth), this.block(2, depth)];
    return {
      text: `if (${test.text}) { ${source(then)} } else { ${source(otherwise)} }`,
      run: (world) => runAll(int(test.of(world.vars)) > 0 ? then : otherwise, world),
    };
  }

  #while(depth: number): Statement {
    const counter = `n${this.random.below(1e9)}`;
    const most = 1 + this.random.below(4);
    const body = this.block(3, depth);
    return {
      text: `$var(${counter}) = 0; while ($var(${counter}) < ${most}) { $var(${counter}) = $var(${counter}) + 1; ${source(body)} }`,
      run: (world) => {
        try {
          for (let n = 0; n < most; n++) runAll(body, world);
        } catch (e) {
          if (!(e instanceof Break)) throw e;
        }
      },
    };
  }

  #switch(depth: number): Statement {
    const value = this.number(2);
    const labels = [...new Set(this.random.times(1, 4, () => this.random.below(5) - 2))];
    const arms = labels.map((label) => ({ label, body: this.block(2, depth) }));
    const last = this.block(2, depth);
    return {
      text: `switch (${value.text} | 0 * 1) { ${arms.map((a) => `case ${a.label}: ${source(a.body)}`).join(' ')} default: ${source(last)} }`,
      run: (world) => {
        const at = arms.findIndex((a) => a.label === int(value.of(world.vars)));
        try {
          if (at >= 0) for (const arm of arms.slice(at)) runAll(arm.body, world);
          runAll(last, world);
        } catch (e) {
          if (!(e instanceof Break)) throw e;
        }
      },
    };
  }

  #route(): Statement {
    const n = this.random.below(this.routes);
    return {
      text: `route(R${n}); say("rc above 0: $var(none)");`,
      run: (world) => {
        try {
          runAll(world.routes[n]!, world);
        } catch (e) {
          if (e instanceof Return && e.code === 0) throw new Exit();
          if (!(e instanceof Return) && !(e instanceof Break)) throw e;
        }
        world.said.push('rc above 0: 0');
      },
    };
  }

  #leave(): Statement {
    return this.random.pick<Statement>([
      {
        text: 'break;',
        run: () => {
          throw new Break();
        },
      },
      {
        text: 'return 2;',
        run: () => {
          throw new Return(2);
        },
      },
      {
        text: 'return 0;',
        run: () => {
          throw new Return(0);
        },
      },
      {
        text: 'exit;',
        run: () => {
          throw new Exit();
        },
      },
    ]);
  }
}

const source = (body: readonly Statement[]): string => body.map((s) => s.text).join('\n');
function runAll(body: readonly Statement[], world: World): void {
  for (const s of body) s.run(world);
}

/** What the interpreter says of a program. */
function interpret(main: readonly Statement[], routes: World['routes']): readonly string[] {
  const world: World = { vars: new Map(), said: [], routes };
  try {
    runAll(main, world);
  } catch (e) {
    if (!(e instanceof Exit || e instanceof Return || e instanceof Break)) throw e;
  }
  return world.said;
}

describe('a compiled program does what an interpreter does', () => {
  test('random programs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 0xffffffff }), async (seed) => {
        const random = new Random(seed);
        const count = random.below(3);
        // A route calls those before it, so that every program ends.
        const routes = Array.from({ length: count }, (_, i) => new Maker(random, i).block(4, 2));
        const main = [...new Maker(random, count).block(8, 3), SAY_ALL];
        const post = routes.map((body, i) => `route[R${i}] {\n${source(body)}\n}`).join('\n');
        const bench = new Bench(script(source(main), post), { compat: '5.6' });
        expect(await bench.run(), source(main) + post).toEqual(interpret(main, routes));
      }),
      { seed: 20260101, numRuns: 150 },
    );
  });
});

const SAY_ALL: Statement = {
  text: 'say("end $var(a) $var(b) $var(c) $var(d)");',
  run: ({ vars, said }) => {
    said.push(`end ${NAMES.map((n) => vars.get(n) ?? 0).join(' ')}`);
  },
};
