import type { ConfigFile } from './ast.js';
import type { Branch } from './conditions.js';
import { boundNesting } from './nesting.js';
import { ConfigParser } from './parser.js';
import { type PreprocessOptions, preprocess } from './preprocess.js';
import type { Comment, Mode } from './scanner.js';
import type { Diagnostic, Span } from './source.js';
import type { SubstRule } from './subst.js';

export type { Branch } from './conditions.js';
export type { Compat } from './defines.js';
export type { PreprocessOptions as ParseOptions } from './preprocess.js';
export type { Comment, Mode } from './scanner.js';

export interface ParseResult {
  readonly ast: ConfigFile;
  /** In the order of the text. The config cannot run when one is an error. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, the main file first; relative ones are relative to `cwd`. */
  readonly files: readonly string[];
  /** The defines as they stand at the end, for `$def` and `core.ppdefines`. */
  readonly defines: ReadonlyMap<string, string | null>;
  readonly substs: readonly SubstRule[];
  readonly comments: readonly Comment[];
  /** `#!KAMAILIO` and its likes: whether unknown `$names` may be AVPs. */
  readonly mode: Mode;
  /** Where each file but the main one was included first. */
  readonly inclusions: ReadonlyMap<string, Span>;
  /** Every branch of a condition, counted or not. */
  readonly branches: readonly Branch[];
}

let parser: ConfigParser | undefined;

/**
 * Parses a config script with everything it includes. Never throws on any text: what is wrong comes as diagnostics,
 * and the tree holds what could be understood.
 */
export function parseConfig(options: PreprocessOptions): ParseResult {
  const scanned = preprocess(options);
  const bounded = boundNesting(scanned.tokens);
  parser ??= new ConfigParser();
  const parsed = parser.parse(bounded.tokens, scanned.eof, options.compat);
  const order = new Map(scanned.files.map((file, n) => [file, n]));
  const diagnostics = [...scanned.diagnostics, ...bounded.diagnostics, ...parsed.diagnostics].sort(
    (a, b) =>
      (order.get(a.span.at.file) ?? 0) - (order.get(b.span.at.file) ?? 0) ||
      a.span.at.line - b.span.at.line ||
      a.span.at.column - b.span.at.column,
  );
  const { files, defines, substs, comments, mode, inclusions, branches } = scanned;
  return { ast: parsed.ast, diagnostics, files, defines, substs, comments, mode, inclusions, branches };
}
