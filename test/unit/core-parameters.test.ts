import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CORE_PARAMS } from '../../src/registry/core-params.js';
import { coreParamsPage, NO_EFFECT } from '../../src/registry/core-params-page.js';

const root = new URL('../../', import.meta.url);

/** All words of the server's code, the table of parameters aside. */
function wordsOfCode(): Set<string> {
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' }).filter(
    (f) => f.endsWith('.ts') && !f.startsWith('registry/core-param') && !f.startsWith('check/lint'),
  );
  return new Set(files.flatMap((f) => readFileSync(new URL(`src/${f}`, root), 'utf8').split(/\W+/)));
}

test('docs/core-parameters.md says what the table says (npm run docs writes it)', () => {
  expect(readFileSync(new URL('docs/core-parameters.md', root), 'utf8')).toBe(coreParamsPage());
});

test('a parameter is read somewhere, or stands among those without effect', () => {
  const words = wordsOfCode();
  const without = new Set<string>(NO_EFFECT.flatMap(([, names]) => names));
  const forgotten = Object.keys(CORE_PARAMS).filter((name) => !words.has(name) && !without.has(name));
  expect(forgotten).toEqual([]);
  expect([...without].filter((name) => !Object.hasOwn(CORE_PARAMS, name))).toEqual([]);
});
