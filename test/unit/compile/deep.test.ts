import { describe, expect, test } from 'vitest';
import { Bench, script } from '../core/script-bench.js';

const many = (count: number, text: string) => text.repeat(count);
const DEEP = 100_000;

/** What a config that is out of all proportion comes to: findings, or a server that runs it. Never an exception. */
async function outcome(body: string, post = ''): Promise<readonly string[]> {
  const bench = new Bench(script(body, post), { mayBeWrong: true });
  const errors = bench.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code);
  return errors.length > 0 ? errors : bench.run();
}

describe('what the grammar takes for one token is bounded as well', () => {
  test.each([
    ['names in names', `$var(x) = ${many(DEEP, '$avp(')}a${many(DEEP, ')')};`],
    ['names in names of a text', `say("${many(DEEP, '$avp(')}a${many(DEEP, ')')}");`],
    ['transformations', `$var(x) = $(rU${many(DEEP, '{s.len}')});`],
    ['transformations in parameters', `$var(x) = $(rU${many(DEEP, '{s.select,$(rU')}${many(DEEP, '),:}')});`],
    ['groups of an expression', `if ("a" =~ "${many(DEEP, '(')}a${many(DEEP, ')')}") say("x");`],
    ['alternatives', `if ("a" =~ "${many(DEEP, 'a|')}b") say("x");`],
    ['repetitions', `if ("a" =~ "${many(50, '(a*)*')}${many(1000, '{9}')}") say("x");`],
    ['steps of a select', `$var(x) = @${many(DEEP, 'a.')}b;`],
    ['texts in a row', `$var(x) = ${many(DEEP, '"a" ')};`],
    ['variables in a text', `$var(x) = "${many(DEEP, '$rU ')}"; say("${many(DEEP, '$rU')}");`],
    ['statements', `${many(20_000, '$var(x) = $var(x) + 1;\n')} say("$var(x)");`],
    ['labels', `switch ($var(x)) { ${Array.from({ length: 5000 }, (_, i) => `case ${i}: say("${i}");`).join('\n')} }`],
  ])('%s', { timeout: 60_000 }, async (_, body) => {
    const result = await outcome(body);
    expect(result.every((line) => line.startsWith('KTS') || !line.includes('RangeError'))).toBe(true);
  });

  test('routes that call each other in a long row', async () => {
    const count = 2000;
    const post = Array.from(
      { length: count },
      (_, i) => `route[R${i}] { ${i + 1 < count ? `route(R${i + 1});` : 'say("end");'} }`,
    );
    const bench = new Bench(script('route(R0);', post.join('\n')));
    expect(await bench.run()).toEqual([]);
    expect(bench.log.join('\n')).toContain('too many recursive routing table lookups (257) giving up!');
  });

  test('recursion of routes through expressions', async () => {
    const bench = new Bench(script('route(A); say("end");', 'route[A] { if (route(A)) say("never"); }'));
    expect(await bench.run()).toContain('end');
  });
});
