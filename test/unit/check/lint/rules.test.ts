import { describe, expect, test } from 'vitest';
import { RULES } from '../../../../src/check/lint/index.js';
import { goldens, sightings, wanted } from './lint-config.js';

const GOLDENS = goldens(new URL('./goldens/', import.meta.url));

describe.each(RULES.map((rule) => [`${rule.code} ${rule.name}`, rule] as const))('%s', (_name, rule) => {
  test('sees something in its bad example and nothing in its good one', async () => {
    const only = async (text: string) =>
      (await sightings(text, ['none', rule.code])).map((d) => `${d.span.at.line}: ${d.title}`);
    expect(await only(rule.bad)).not.toEqual([]);
    expect(await only(rule.good)).toEqual([]);
  });

  const golden = GOLDENS.find((g) => g.code === rule.code);
  test('has a golden', () => expect(golden).toBeDefined());
  test.each(golden?.chunks.map((c) => [c.title, c] as const) ?? [])('%s', async (_title, { text }) => {
    const found = (await sightings(text, ['none', rule.code])).map((d) => ({ line: d.span.at.line, title: d.title }));
    const want = wanted(text);
    const shown = found.map(({ line, title }, i) => {
      const words = want[i]?.slice(`${line} `.length) ?? '';
      return `${line} ${title.includes(words) && words !== '' ? words : title}`;
    });
    expect(shown).toEqual(want);
  });
});

test('codes, names and goldens are unique and belong together', () => {
  expect(new Set(RULES.map((r) => r.code)).size).toBe(RULES.length);
  expect(new Set(RULES.map((r) => r.name)).size).toBe(RULES.length);
  const codes = RULES.map((r) => r.code as string);
  expect(codes).toEqual([...codes].sort());
  expect(GOLDENS.map((g) => g.code).filter((code) => !codes.includes(code))).toEqual([]);
});
