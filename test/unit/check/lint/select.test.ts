import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { notYetSaid, RULES, unknownLintWord } from '../../../../src/check/lint/index.js';
import { lintPage } from '../../../../src/check/lint/page.js';
import { select, sightings } from './lint-config.js';

const names = (...words: string[]) => [...select(words)].map((r) => r.name);

describe('which rules run', () => {
  test('by default those that are on', () => {
    expect(names()).toEqual(RULES.filter((r) => r.on).map((r) => r.name));
  });

  test('a group adds its other rules, a word with a minus takes rules away', () => {
    expect(names('unused')).toContain('unused-route');
    expect(names()).not.toContain('unused-route');
    expect(names('all')).toHaveLength(RULES.length);
    expect(names('all', '-security')).not.toContain('open-relay');
    expect(names('-open-relay')).not.toContain('open-relay');
  });

  test('after none only what is named: by name, or by code in any case', () => {
    expect(names('none', 'open-relay', 'kts2001')).toEqual(['open-relay', 'unknown-worker-group']);
  });

  test('unknown words are refused with the groups there are', () => {
    expect(unknownLintWord('-security')).toBeNull();
    expect(unknownLintWord('none')).toBeNull();
    expect(unknownLintWord('-nope')).toMatch(/no lint group or rule nope: groups are async, queue/);
  });

  test('comments of the config choose before the command line does', async () => {
    const text = (comment: string) =>
      `${comment}\nloadmodule "tm.so"\nrequest_route { t_relay(); }\nroute[OLD] { exit; }\n`;
    const codes = async (comment: string, words: string[] = []) =>
      (await sightings(text(comment), words)).map((d) => d.code);
    expect(await codes('# no words of ours')).toEqual(['KTS2043', 'KTS2050']);
    expect(await codes('# kts-lint: unused, -open-relay')).toEqual(['KTS2043', 'KTS2065']);
    expect(await codes('/* kts-lint: none */', ['unused-route'])).toEqual(['KTS2065']);
    expect(await codes('# about kts-lint: none')).toEqual(['KTS2043', 'KTS2050']);
  });
});

describe('what is reported', () => {
  test('in the order of the text, at most 100 sightings of one rule', async () => {
    const lines = Array.from({ length: 150 }, (_, i) => `  sworker_task("nope${i}");`).join('\n');
    const found = await sightings(`request_route {\n${lines}\n}\n`, ['none', 'unknown-worker-group']);
    expect(found).toHaveLength(100);
    expect(found.map((d) => d.span.at.line)).toEqual(found.map((_, i) => i + 2));
  });

  test('an error that the binder has found at the very place is not said again', async () => {
    const found = await sightings('request_route { sworker_task("nope"); }', ['none', 'KTS2001', 'KTS2002']);
    const [error, warning] = found;
    expect([error?.code, warning?.code]).toEqual(['KTS2001', 'KTS2002']);
    const said = [{ ...error!, code: 'KTS1010' }];
    expect(notYetSaid(found, said)).toEqual([warning]);
    expect(notYetSaid(found, [{ ...said[0]!, severity: 'warning' }])).toEqual(found);
  });

  test('nesting and routes that call many others do not take longer than the text is long', async () => {
    const deep = `${'while ($var(i) < 3) { if ($var(i) == 1) break; '.repeat(60)}sworker_task("a");${' }'.repeat(60)}`;
    const many = Array.from(
      { length: 40 },
      (_, i) => `route[R${i}] { ${Array.from({ length: 20 }, (_, k) => `route(R${(i + k + 1) % 40});`).join(' ')} }`,
    ).join('\n');
    const text = `loadmodule "pv.so"\nrequest_route { ${deep}\n t_suspend(); route(R0); }\n${many}\n`;
    expect((await sightings(text)).map((d) => d.code)).toContain('KTS2002');
  });

  test('routes that call each other in long chains and circles do not exhaust the stack', async () => {
    const n = 3000;
    const routes = Array.from({ length: n }, (_, i) => `route[R${i}] { route(R${(i + 1) % n}); xlog("x"); }`).join(
      '\n',
    );
    const text = `loadmodule "xlog.so"\nrequest_route { if (!sworker_task("a")) exit; route(R0); }\n${routes}\n`;
    expect((await sightings(text)).map((d) => d.code)).toContain('KTS2001');
  });
});

test('docs/lint.md says what the rules say (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8')).toBe(lintPage(RULES));
});

test('docs/differences.md lists the rules that call an error what upstream starts with', () => {
  const page = readFileSync(new URL('../../../../docs/differences.md', import.meta.url), 'utf8');
  const errors = RULES.filter((r) => r.severity === 'error').map((r) => r.code);
  expect(errors.filter((code) => !page.includes(code))).toEqual([]);
});
