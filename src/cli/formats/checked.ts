import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../../../grammar/source.js';

/** What was found in one config. */
export interface Checked {
  /** The config as named on the command line. */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  /** What keeps the config from running that is not in its text, such as a name that does not resolve. */
  readonly reasons: readonly string[];
}

/** A file as tools want it that show findings in a repository: relative to the working directory when it is below it. */
export function repositoryPath(file: string): string {
  const path = relative(process.cwd(), resolve(file));
  const outside = path === '' || path.startsWith('..') || isAbsolute(path);
  return (outside ? resolve(file) : path).split(sep).join('/');
}

/** The text of a finding with what is known about why and what to do. */
export function fullText({ title, notes }: Diagnostic): string {
  return [title, ...(notes ?? [])].join('\n');
}
