import type { Random } from './random.js';
import { type Part, part } from './script-tree.js';
import { INTEGERS, PATTERNS, readable, TEXTS } from './script-values.js';

const INT_OPERATORS = [
  '-',
  '*',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '<',
  '>',
  '<=',
  '>=',
  '&&',
  '||',
  'and',
  'or',
  'ieq',
  'ine',
];
const ANY_OPERATORS = ['+', '==', '!='];
/** Operators whose result is looked at as an integer; without parentheses between them precedence decides. */
const CHAINABLE = [...INT_OPERATORS, ...ANY_OPERATORS, '/', 'mod'];

/** Makes well-typed expressions; `routes` are the names of routes that may be called. */
export class ExpressionMaker {
  constructor(
    private readonly random: Random,
    private readonly routes: readonly string[],
  ) {}

  /** Any expression. */
  any(depth: number): Part {
    return this.random.weighted([
      [4, () => this.open(depth)],
      [5, () => this.int(depth)],
      [2, () => this.text(depth)],
    ])();
  }

  /** An expression that may stand where an integer is wanted. */
  number(depth: number): Part {
    return this.random.chance(55) ? this.int(depth) : this.open(depth);
  }

  /** An expression that the parser does not take for an integer. */
  words(depth: number): Part {
    return this.random.chance(35) ? this.text(depth) : this.open(depth);
  }

  /** An expression known to be an integer. */
  int(depth: number): Part {
    const r = this.random;
    if (depth <= 0) return r.chance(70) ? part('int', r.pick(INTEGERS)) : this.#call();
    const d = depth - 1;
    return r.weighted<() => Part>([
      [10, () => part('int', r.pick(INTEGERS))],
      [25, () => part('int', '(', this.number(d), ` ${r.pick(INT_OPERATORS)} `, this.number(d), ')')],
      [4, () => part('int', '(', this.number(d), r.pick([' / ', ' mod ']), r.pick(['1', '3', '-7', '255']), ')')],
      [10, () => part('int', '(', this.int(d), ' + ', this.number(d), ')')],
      [8, () => part('int', '(', this.int(d), ` ${r.pick(['==', '!='])} `, this.number(d), ')')],
      [10, () => part('int', '(', this.words(d), ` ${r.pick(['==', '!='])} `, this.any(d), ')')],
      [6, () => part('int', '(', this.words(d), ` ${r.pick(['eq', 'ne'])} `, this.any(d), ')')],
      [7, () => part('int', '(', this.words(d), ' =~ ', this.#pattern(), ')')],
      [4, () => part('int', '(', this.open(d), ` ${r.pick(['==', '!='])} $null)`)],
      [5, () => part('int', `${r.pick(['!', '-', '~', 'not '])}(`, this.number(d), ')')],
      [5, () => part('int', '(int)(', this.any(d), ')')],
      [6, () => part('int', r.pick(['strlen', 'strempty']), '(', this.words(d), ')')],
      [4, () => part('int', '(defined ', part('open', readable(r)), ')')],
      [2, () => part('int', '(defined (', this.words(d), '))')],
      [3, () => part('int', '(', part('open', r.pick(['$var(f)', '$avp(y)', '$vn(v)'])), ' = ', this.any(d), ')')],
      [8, () => this.#chain(d)],
      [6, () => this.#call()],
    ])();
  }

  /** An expression known to be text. */
  text(depth: number): Part {
    const r = this.random;
    if (depth <= 0) return this.#literal();
    const d = depth - 1;
    return r.weighted<() => Part>([
      [10, () => this.#literal()],
      [8, () => part('text', '(', this.text(d), ' + ', this.any(d), ')')],
      // Not of a variable: 5.6 keeps a value that a transformation failed on for an integer around this.
      [5, () => part('text', '(str)(', this.int(d), ')')],
      [1, () => part('text', `@${r.pick(['ruri.user', 'from.uri.host', 'cseq.method', 'via[1].host'])}`)],
    ])();
  }

  /** An expression whose type is seen at run time. */
  open(depth: number): Part {
    const r = this.random;
    if (depth <= 0 || r.chance(65)) return part('open', readable(r));
    // Not as a right operand: the parser rewrites comparisons with it.
    const left = r.chance(10) ? part('open', '$null') : this.open(depth - 1);
    return part('open', '(', left, ' + ', this.any(depth - 1), ')');
  }

  /**
   * A division by anything, zero too. Not as an operand: a comparison whose right side fails gives 5.6 whatever is in
   * memory.
   */
  division(depth: number): Part {
    return part('int', this.number(depth), this.random.pick([' / ', ' mod ']), '(', this.number(depth), ')');
  }

  /** A choice. Only as all of a right side: anywhere else 5.6 reports a bug of its own and fails. */
  choice(depth: number): Part {
    return part('open', 'selval(', this.number(depth), ', ', this.open(0), ', ', this.#literal(), ')');
  }

  /** `a - b * c == d`: no parentheses, so that precedence and associativity show. */
  #chain(depth: number): Part {
    const r = this.random;
    const pieces: (string | Part)[] = ['(', this.#operand(depth)];
    for (let n = 2 + r.below(3); n > 0; n--) {
      const op = r.pick(CHAINABLE);
      pieces.push(` ${op} `, op === '/' || op === 'mod' ? r.pick(['3', '-7']) : this.#operand(depth));
    }
    return part('int', ...pieces, ')');
  }

  #operand(depth: number): Part {
    const r = this.random;
    const sign = r.weighted([
      [80, ''],
      [6, '!'],
      [5, '-'],
      [5, '~'],
      [4, '(int)'],
    ]);
    const operand = r.chance(60)
      ? part('int', r.pick(INTEGERS))
      : r.chance(70)
        ? part('open', readable(r))
        : this.int(depth - 2);
    return sign === '' ? operand : part('int', sign, operand);
  }

  #literal(): Part {
    return part('text', `"${this.random.pick(TEXTS)}"`);
  }

  #pattern(): Part {
    const r = this.random;
    return r.chance(80) ? part('text', `"${r.pick(PATTERNS)}"`) : part('open', readable(r));
  }

  /** A function that decides something, or a route. */
  #call(): Part {
    const r = this.random;
    if (this.routes.length > 0 && r.chance(40)) return part('int', `route(${r.pick(this.routes)})`);
    return part(
      'int',
      r.pick([
        'is_method("INVITE")',
        'is_method("BYE")',
        'is_present_hf("X-A")',
        'is_present_hf("None")',
        'isflagset(3)',
        'setflag(3)',
        'has_totag()',
        '(method=="invite")',
        '(src_port>5000)',
        '(uri=~"bob")',
        'is_int("$var(a)")',
        'setuser("zed")',
      ]),
    );
  }
}
