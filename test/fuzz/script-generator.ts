import { Random } from './random.js';
import { ExpressionMaker } from './script-expressions.js';
import { type Part, part, type Script } from './script-tree.js';
import { PATTERNS, readable, TEXTS, writable } from './script-values.js';

/** Makes the random script of a seed: well typed, ending, the same every time. */
export function makeScript(seed: number): Script {
  const random = new Random(seed);
  const count = random.below(4);
  const names = Array.from({ length: count }, (_, i) => `§_${i + 1}`);
  // A route calls only those after it, so that every script ends.
  const body = (callable: readonly string[], size: number) => new StatementMaker(random, callable).block(size, 3);
  const main = body(names, 9);
  return { main, routes: names.map((_, i) => body(names.slice(i + 1), 4)) };
}

class StatementMaker {
  readonly #expressions: ExpressionMaker;
  #loops = 0;

  constructor(
    private readonly random: Random,
    private readonly routes: readonly string[],
  ) {
    this.#expressions = new ExpressionMaker(random, routes);
  }

  block(size: number, depth: number): Part {
    return part('block', ...this.random.times(1, size, () => this.#statement(depth)));
  }

  #statement(depth: number): Part {
    const r = this.random;
    const inner = depth > 0 ? 1 : 0;
    return r.weighted<() => Part>([
      [40, () => this.#assignment()],
      [25, () => this.#log()],
      [12 * inner, () => this.#condition(depth - 1)],
      [5 * inner, () => this.#loop(depth - 1)],
      [7 * inner, () => this.#switch(depth - 1)],
      [this.routes.length > 0 ? 7 : 0, () => part('statement', `route(${r.pick(this.routes)});\n`)],
      [5, () => this.#call()],
      [2, () => this.#leave()],
    ])();
  }

  #assignment(): Part {
    const r = this.random;
    const to = writable(r);
    const value = r.chance(8)
      ? part('open', '$null')
      : r.chance(4)
        ? this.#expressions.choice(2)
        : r.chance(4)
          ? this.#expressions.division(2)
          : this.#expressions.any(3);
    // What was stored shows at once, and the return code that the statement left.
    const shown = to.startsWith('$(') ? to : `$(${to.slice(1)})`;
    const log = r.chance(60) ? ` xlog("${to.slice(1).replace(/[^a-z=>]/gi, '')}=[${shown}] $rc\\n");` : '';
    return part('statement', `${to} = `, value, `;${log}\n`);
  }

  #log(): Part {
    const r = this.random;
    const pieces = r.times(1, 4, () =>
      r.chance(80) ? `[${readable(r)}]` : r.pick(['-', ' ', '$$', 'text', '%s', '\\t']),
    );
    return part('statement', `xlog("${pieces.join('')}\\n");\n`);
  }

  #condition(depth: number): Part {
    const r = this.random;
    const test = r.chance(90) ? this.#expressions.number(3) : this.#expressions.any(2);
    const then = this.block(3, depth);
    const tail = r.weighted<() => (string | Part)[]>([
      [4, () => ['}\n']],
      [4, () => ['} else {\n', this.block(3, depth), '}\n']],
      [2, () => ['} else if (', this.#expressions.number(2), ') {\n', this.block(2, depth), '}\n']],
    ])();
    return part('statement', 'if (', test, ') {\n', then, ...tail);
  }

  #loop(depth: number): Part {
    const r = this.random;
    const i = `$var(i${this.#loops++})`;
    const test = r.chance(70)
      ? part('int', `${i} < ${1 + r.below(4)}`)
      : part('int', '(', this.#expressions.number(2), `) && ${i} < 3`);
    return part('statement', `${i} = 0; while (`, test, `) {\n${i} = ${i} + 1;\n`, this.block(3, depth), '}\n');
  }

  #switch(depth: number): Part {
    const r = this.random;
    const words = r.chance(50);
    const value =
      words && r.chance(60)
        ? this.#expressions.words(2)
        : words
          ? this.#expressions.open(2)
          : part('int', '(', this.#expressions.number(2), ' | $var(z))');
    const labels = words ? this.#wordLabels() : [...new Set(r.times(1, 4, () => String(r.below(7) - 2)))];
    const arms: (string | Part)[] = labels.flatMap((label) => ['case ', label, ':\n', this.#arm(depth)]);
    // 5.6 refuses a default that stands first in a switch over texts, or alone.
    if (r.chance(60)) {
      const at = words ? 1 + r.below(labels.length) : r.below(labels.length + 1);
      arms.splice(4 * at, 0, 'default', '', ':\n', this.#arm(depth));
    }
    return part('statement', 'switch (', value, ') {\n', ...arms, '}\n');
  }

  #wordLabels(): string[] {
    const r = this.random;
    const labels = new Set(r.times(1, 4, () => (r.chance(70) ? `"${r.pick(TEXTS)}"` : `/"${r.pick(PATTERNS)}"`)));
    return [...labels];
  }

  #arm(depth: number): Part {
    const r = this.random;
    if (r.chance(15)) return part('block', '');
    const body = this.block(2, depth);
    return r.chance(70) ? part('block', ...body.pieces, part('statement', 'break;\n')) : body;
  }

  #call(): Part {
    const r = this.random;
    const call = r.pick(
      [
        'is_method("BYE")',
        'is_method("INVITE")',
        'is_present_hf("None")',
        'setflag(2)',
        'resetflag(3)',
        'isflagset(2)',
        'setuser("al")',
        'sethost("h.org")',
        'setport("77")',
        'prefix("00")',
        'strip(1)',
        'strip_tail(1)',
        'revert_uri()',
        'setbflag(1)',
        'setsflag(4)',
        'has_totag()',
        'append_branch("sip:x@y.com")',
        'clear_branches()',
        'is_int("$var(b)")',
        'setdsturi("sip:1.1.1.1")',
        'resetdsturi()',
        'is_uri_user_e164("$ru")',
        'userphone()',
        'pv_unset("$avp(x)")',
        'pv_isset("$avp(x)")',
        'avp_x()',
        'not_empty("$var(c)")',
        'is_avp_set("$avp(x)")',
        'search("bob")',
      ].filter((c) => c !== 'avp_x()' && !c.startsWith('is_uri_user') && !c.startsWith('is_avp_set')),
    );
    return part('statement', `${call};${r.chance(60) ? ' xlog("rc=$rc\\n");' : ''}\n`);
  }

  #leave(): Part {
    const r = this.random;
    return r.weighted<() => Part>([
      [4, () => part('statement', 'return ', this.#expressions.number(2), ';\n')],
      [2, () => part('statement', `return${r.pick(['', ' 1', ' -1', ' 0', ' 5'])};\n`)],
      [1, () => part('statement', r.pick(['exit;\n', 'drop;\n', 'exit(-1);\n', 'drop(2);\n']))],
      [2, () => part('statement', 'break;\n')],
    ])();
  }
}
