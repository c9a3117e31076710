import { resolve as resolvePath } from 'node:path';
import { type LintInput, lintTraps } from '../check/lint/index.js';
import type { Log } from '../observe/log.js';
import type { ReadConfig } from './source.js';

/** A config as lint takes it; null when its text could not be understood. */
export function lintInputOf({ parsed, program, sources }: ReadConfig, cwd: string): LintInput | null {
  if (program === null) return null;
  const { ast, comments, files } = parsed;
  return { ast, program, comments, files, read: (file) => sources.get(resolvePath(cwd, file)) ?? null };
}

/** Says in the log what will go wrong silently in this config, each with its line. */
export function logTraps(input: LintInput, log: Log): void {
  for (const { code, title, span, notes } of lintTraps(input)) {
    const { file, line } = span.at;
    log.warn('<core>', `${file}:${line}: ${title}${notes?.[0] ? ` (${notes[0]})` : ''} [${code}]`);
  }
}
