import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Diagnostic } from '../../../grammar/source.js';

/**
 * A golden is a config file cut into chunks by lines `#==== title` (`#==== [5.6] title` for one release). What is wrong
 * in a line stands behind it: `## CODE part of the title`, several separated by ` ## `. The config that is read is
 * without these marks, so they may stand in any line, in a string that is not closed too.
 */
export interface Chunk {
  readonly title: string;
  readonly compat: '5.6' | '6.x';
  /** The config. */
  readonly text: string;
  readonly wanted: readonly Mark[];
}

interface Mark {
  readonly line: number;
  readonly code: string;
  /** In the title of the finding or its notes. */
  readonly words: string;
}

/** The goldens of a folder. */
export function goldens(dir: URL): { readonly file: string; readonly chunks: readonly Chunk[] }[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.cfg'))
    .map((file) => ({ file, chunks: chunksOf(readFileSync(new URL(file, dir), 'latin1')) }));
}

export function chunksOf(golden: string): Chunk[] {
  return golden
    .split(/^#==== /m)
    .slice(1)
    .map((chunk) => {
      const [, compat, title] = /^(?:\[(5\.6|6\.x)\] )?(.*)/.exec(chunk)!;
      const text = `#${chunk}`.replace(/ ?## KTS.*/g, '');
      return { title: title!, compat: (compat ?? '6.x') as Chunk['compat'], text, wanted: marksOf(chunk) };
    });
}

function marksOf(text: string): Mark[] {
  return text.split('\n').flatMap((line, i) =>
    line
      .split(/ ?## (?=KTS)/)
      .slice(1)
      .map((note) => ({ line: i + 1, code: note.slice(0, 7), words: note.slice(8).trim() })),
  );
}

/** The codes that goldens want found somewhere. */
export function codesIn(chunks: readonly Chunk[]): ReadonlySet<string> {
  return new Set(chunks.flatMap(({ wanted }) => wanted.map(({ code }) => code)));
}

/** That exactly what a chunk wants was found, in its lines and with its words. */
export function expectFound(diagnostics: readonly Diagnostic[], { wanted }: Chunk): void {
  const order = (a: { line: number; code: string }, b: { line: number; code: string }) =>
    a.line - b.line || a.code.localeCompare(b.code);
  const place = ({ line, code }: { line: number; code: string }) => `${line} ${code}`;
  const found = diagnostics
    .map((d) => ({ line: d.span.at.line, code: d.code, title: [d.title, ...(d.notes ?? [])].join(' ') }))
    .sort(order);
  expect(found.map((f) => `${place(f)} ${f.title}`).join('\n')).toBe(
    [...wanted]
      .sort(order)
      .map((e, i) => `${place(e)} ${found[i]?.title.includes(e.words) ? found[i].title : e.words}`)
      .join('\n'),
  );
}
