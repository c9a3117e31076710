import type { ParseResult } from '../../grammar/parse.js';
import type { Diagnostic } from '../../grammar/source.js';
import { type LintInput, lint, notYetSaid } from './lint/index.js';
import { withPlaces } from './places.js';
import { suppress } from './suppress.js';

/** A checked config, as far as its findings are looked through once more. */
export interface Reviewable {
  readonly diagnostics: readonly Diagnostic[];
  readonly parsed: ParseResult;
  /** Null when the text could not be understood. */
  readonly lint: LintInput | null;
  /** The text of a file of the config. */
  readonly read: (file: string) => string | null;
}

/** All that a person wants to read about a config: what was found, what lint sees, less what comments suppress. */
export function review(checked: Reviewable, lintWords?: readonly string[]): Diagnostic[] {
  const { diagnostics, parsed, read } = checked;
  const seen = checked.lint ? notYetSaid(lint(checked.lint, lintWords), diagnostics) : [];
  const all = [...diagnostics, ...seen].map((d) => withPlaces(d, parsed.inclusions));
  return suppress(all, parsed.comments, read);
}
