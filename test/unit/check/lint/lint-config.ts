import { readdirSync, readFileSync } from 'node:fs';
import type { Diagnostic } from '../../../../grammar/source.js';
import { type LintInput, lint, lintTraps, select } from '../../../../src/check/lint/index.js';
import { type LoadedConfig, loadConfig } from '../../../../src/core/load.js';
import { MODULES } from '../../../../src/modules/index.js';

/** A config text as lint gets it. Modules that are not here are let pass. */
export async function lintInput(text: string): Promise<{ readonly input: LintInput; readonly loaded: LoadedConfig }> {
  const missing = [...text.matchAll(/loadmodule\s+"([^"]+)"/g)]
    .map((m) => m[1]!.replace(/^.*\//, '').replace(/\.so$/, ''))
    .filter((name) => !Object.hasOwn(MODULES, name));
  const loaded = await loadConfig({
    file: 'test.cfg',
    text,
    read: () => null,
    env: {},
    cwd: '/',
    compat: '6.x',
    allowMissing: new Set(missing),
  });
  const { parsed, program } = loaded;
  if (program === null) throw new Error(parsed.diagnostics.map((d) => `${d.span.at.line}: ${d.title}`).join('\n'));
  const { ast, comments, files } = parsed;
  return { input: { ast, program, comments, files, read: () => text }, loaded };
}

/** What all rules, or those that words choose, see in a config. */
export async function sightings(text: string, words: readonly string[] = ['all']): Promise<Diagnostic[]> {
  return lint((await lintInput(text)).input, words);
}

export async function traps(text: string): Promise<Diagnostic[]> {
  return lintTraps((await lintInput(text)).input);
}

/** One piece of a golden file: a config, with what a rule sees in a line behind `##` in that line. */
export interface Chunk {
  readonly title: string;
  readonly text: string;
}

export function goldens(dir: URL): { readonly code: string; readonly chunks: readonly Chunk[] }[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.cfg'))
    .map((file) => ({
      code: file.slice(0, -4),
      chunks: readFileSync(new URL(file, dir), 'latin1')
        .split(/^#==== /m)
        .slice(1)
        .map((chunk) => ({ title: chunk.slice(0, chunk.indexOf('\n')), text: `#${chunk}` })),
    }));
}

/** The lines that a golden wants something seen in, each with words of the title. */
export function wanted(text: string): string[] {
  return text.split('\n').flatMap((line, i) => {
    const at = line.indexOf('## ');
    return at < 0 ? [] : [`${i + 1} ${line.slice(at + 3).trim()}`];
  });
}

export { select };
