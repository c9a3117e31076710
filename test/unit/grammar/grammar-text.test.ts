import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { grammarText } from '../../../grammar/grammar-text.js';
import { ConfigParser } from '../../../grammar/parser.js';

const file = readFileSync(new URL('../../../grammar/grammar.txt', import.meta.url), 'utf8');

test('grammar.txt is what the parser parses (npm run docs writes it)', () => {
  expect(file).toBe(grammarText());
});

test('every rule of the parser stands in it once, and names only what is defined', () => {
  const lines = file.split('\n').filter((line) => !line.startsWith('#'));
  const defined = lines.filter((line) => /^\w+$/.test(line));
  const rules = new ConfigParser().getSerializedGastProductions().map((r) => (r as unknown as { name: string }).name);
  const ruleNames = defined.filter((name) => /[a-z]/.test(name));
  expect([...ruleNames].sort()).toEqual([...rules].sort());
  expect(new Set(defined).size).toBe(defined.length);
  const bodies = lines.filter((line) => /^ {2}[=|] | {6}/.test(line)).join(' ');
  const named = bodies.replaceAll(/"[^"]*"/g, '').match(/[A-Za-z]\w*/g) ?? [];
  expect([...new Set(named)].filter((name) => !defined.includes(name))).toEqual([]);
});
