import { describe, expect, test } from 'vitest';
import { PARSE_CODES } from '../../../grammar/codes.js';
import { formatSafely } from '../../../grammar/print/safely.js';
import { type Chunk, chunksOf, codesIn, expectFound, goldens } from '../check/golden-chunks.js';
import { parse } from './parsing.js';

const LEVELS = 201;
const FILES = 2001;

/** What no one would want to see written out. */
const BUILT = chunksOf(`#==== NUL bytes
debug\0=1 ## KTS0013 ignored characters outside of strings
log_name="a\0b" ## KTS0023 a NUL byte in a string
#==== a byte order mark is none where a file does not begin
debug=1
\xef\xbb\xbflog_stderror=1 ## KTS0013 ignored characters outside of strings
#==== parentheses nest too deep; what comes after is read
route { $var(a) = ${'('.repeat(LEVELS)}1${')'.repeat(LEVELS)}; } ## KTS0009 nested deeper than 200 levels
route[NEXT] { f(; } ## KTS0001
#==== a chain of operators is too long
route { $var(a) = 1${' + 1'.repeat(1001)}; } ## KTS0009 nested deeper than 1000 levels
#==== too many inclusions
${'include_file "empty.cfg"\n'.repeat(FILES - 1)}include_file "empty.cfg" ## KTS0053 too many included files
`);

const GOLDENS = [...goldens(new URL('./goldens/', import.meta.url)), { file: 'built', chunks: BUILT }];

/** A config may include itself, and a file without anything in it. */
function found({ text, compat }: Chunk, file: string) {
  const read = (path: string) => (path === 'test.cfg' ? text : path === 'empty.cfg' ? '' : null);
  if (file !== 'layout.cfg') return parse(text, { compat, read }).diagnostics;
  const formatted = formatSafely({ file: 'test.cfg', text, compat, read, env: {}, cwd: '' });
  return formatted.ok ? [] : formatted.diagnostics;
}

describe.each(GOLDENS.map(({ file, chunks }) => [file, chunks] as const))('%s', (file, chunks) => {
  test.each(chunks.map((c) => [c.title, c] as const))('%s', (_title, chunk) => expectFound(found(chunk, file), chunk));
});

test('every code of the grammar has a golden', () => {
  const covered = codesIn(GOLDENS.flatMap(({ chunks }) => chunks));
  expect(Object.keys(PARSE_CODES).filter((code) => !covered.has(code))).toEqual([]);
});
