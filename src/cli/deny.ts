import { InvalidArgumentError } from 'commander';
import type { Diagnostic } from '../../grammar/source.js';
import { codeFact } from './codes.js';

/** What `--deny` takes: `warnings`, or a code in either case. Collects repeated options. */
export function parseDenied(value: string, all: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const word = value === 'warnings' ? value : value.toUpperCase();
  if (word !== 'warnings' && codeFact(word) === undefined) {
    throw new InvalidArgumentError(`There is no diagnostic ${word}.`);
  }
  return new Set([...all, word]);
}

/** The finding as an error when it is denied, else as it is. */
export function deny(d: Diagnostic, denied: ReadonlySet<string>): Diagnostic {
  const hit = denied.has(d.code) || (d.severity === 'warning' && denied.has('warnings'));
  return hit ? { ...d, severity: 'error' } : d;
}
