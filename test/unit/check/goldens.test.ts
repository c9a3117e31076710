import { describe, expect, test } from 'vitest';
import { BIND_CODES } from '../../../src/check/findings.js';
import { SUPPRESSION_CODES, suppress } from '../../../src/check/suppress.js';
import { Bench } from '../core/script-bench.js';
import { parse } from '../grammar/parsing.js';
import { codesIn, expectFound, goldens } from './golden-chunks.js';

const GOLDENS = goldens(new URL('./goldens/', import.meta.url));

describe.each(GOLDENS.map(({ file, chunks }) => [file, chunks] as const))('%s', (_file, chunks) => {
  test.each(chunks.map((c) => [c.title, c] as const))('%s', (_title, chunk) => {
    const { text, compat } = chunk;
    const { diagnostics } = new Bench(text, { compat, mayBeWrong: true });
    expectFound(
      suppress(diagnostics, parse(text, { compat }).comments, () => text),
      chunk,
    );
  });
});

/** What the grammar refuses first, with a code of its own: they only stand guard over its table of core parameters. */
const GUARDS = ['KTS1001', 'KTS1002'];

test('every code of the binder and of comments that suppress has a golden', () => {
  const covered = codesIn(GOLDENS.flatMap(({ chunks }) => chunks));
  const codes = Object.keys({ ...BIND_CODES, ...SUPPRESSION_CODES });
  expect(codes.filter((code) => !covered.has(code))).toEqual(GUARDS);
});
