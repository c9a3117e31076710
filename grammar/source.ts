/** Where a piece of config text was written: file, 1-based line and column (a tab counts one column, as upstream counts). */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * A range of config text as a person wrote it. For text that came out of a `#!define`, `at` is the place of use and
 * `definedAt` the define's value; for plain text only `at`/`end` are set. `end` is the last character, inclusive.
 */
export interface Span {
  readonly at: Position;
  readonly end: Position;
  readonly definedAt?: Position;
}

/** How much a diagnostic matters: an `error` keeps the config from running. */
export type Severity = 'error' | 'warning' | 'info';

/** One finding about a config text. `code` is `KTS` and four digits and never changes meaning. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong. */
  readonly title: string;
  readonly span: Span;
  /** Why, and what to do. */
  readonly notes?: readonly string[];
  /** Other places that matter, each with a label. */
  readonly related?: readonly { readonly span: Span; readonly label: string }[];
  /** A replacement of exactly `span` that would mend it; `guess`: only a person can tell whether it is what was meant. */
  readonly fix?: { readonly title: string; readonly replacement: string; readonly guess?: true };
}
