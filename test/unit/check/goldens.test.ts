import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BIND_CODES } from '../../../src/check/findings.js';
import { Bench } from '../core/script-bench.js';

/**
 * Goldens are config files cut into chunks by lines `#==== title` (`#==== [5.6] title` for one release). What is wrong
 * in a line stands behind it: `## CODE part of the title`, several separated by ` ## `.
 */
const DIR = new URL('./goldens/', import.meta.url);

interface Chunk {
  readonly title: string;
  readonly compat: '5.6' | '6.x';
  readonly text: string;
}

function chunksOf(file: string): Chunk[] {
  return readFileSync(new URL(file, DIR), 'latin1')
    .split(/^#==== /m)
    .slice(1)
    .map((chunk) => {
      const [, compat, title] = /^(?:\[(5\.6|6\.x)\] )?(.*)/.exec(chunk)!;
      return { title: title!, compat: (compat ?? '6.x') as Chunk['compat'], text: `#${chunk}` };
    });
}

/** `line CODE words` as the comments want it. */
function wanted(text: string): { line: number; code: string; words: string }[] {
  return text.split('\n').flatMap((line, i) =>
    line
      .split(/ ?## (?=KTS)/)
      .slice(1)
      .map((note) => ({ line: i + 1, code: note.slice(0, 7), words: note.slice(8).trim() })),
  );
}

const files = readdirSync(DIR).filter((f) => f.endsWith('.cfg'));

describe.each(files)('%s', (file) => {
  test.each(chunksOf(file).map((c) => [c.title, c] as const))('%s', (_title, { text, compat }) => {
    const found = new Bench(text, { compat, mayBeWrong: true }).diagnostics.map((d) => ({
      line: d.span.at.line,
      code: d.code,
      title: [d.title, ...(d.notes ?? [])].join(' '),
    }));
    const expected = wanted(text);
    const order = (a: { line: number; code: string }, b: { line: number; code: string }) =>
      a.line - b.line || a.code.localeCompare(b.code);
    found.sort(order);
    const place = ({ line, code }: { line: number; code: string }) => `${line} ${code}`;
    expect(found.map((f) => `${place(f)} ${f.title}`).join('\n')).toBe(
      expected
        .sort(order)
        .map((e, i) => `${place(e)} ${found[i]?.title.includes(e.words) ? found[i].title : e.words}`)
        .join('\n'),
    );
  });
});

/** What the grammar refuses first, with a code of its own: they only stand guard over its table of core parameters. */
const GUARDS = ['KTS1001', 'KTS1002'];

test('every code of the binder has a golden', () => {
  const covered = new Set(files.flatMap(chunksOf).flatMap(({ text }) => wanted(text).map(({ code }) => code)));
  expect(Object.keys(BIND_CODES).filter((code) => !covered.has(code))).toEqual(GUARDS);
});
