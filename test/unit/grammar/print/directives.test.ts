import { expect, test } from 'vitest';
import { DIRECTIVE_WORDS } from '../../../../grammar/preprocess.js';
import { DIRECTIVE_SHAPES } from '../../../../grammar/print/directives.js';

test('the layout knows the directives that the preprocessor knows', () => {
  expect([...DIRECTIVE_SHAPES.keys()].sort()).toEqual([...DIRECTIVE_WORDS].sort());
});
