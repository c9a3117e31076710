import { diagnose } from '../codes.js';
import { type ParseOptions, parseConfig } from '../parse.js';
import { preprocess } from '../preprocess.js';
import type { Diagnostic } from '../source.js';
import { spanOf, type Token } from '../tokens.js';
import { type FormatOptions, type Formatted, formatConfig } from './format.js';

/** Findings about what surrounds a file: they say nothing against its layout. */
const ABOUT_SURROUNDINGS: ReadonlySet<string> = new Set([
  ...['KTS0030', 'KTS0035', 'KTS0037', 'KTS0050', 'KTS0052', 'KTS0053'],
]);

/** A name as people give them to defines. */
const DEFINE_NAME = /^[A-Z_][A-Z0-9_]*$/;

/**
 * Lays out a file that is valid, and looks again at what it says: the result has the same tokens under the same
 * defines. A file of statements, to be included in a route block, is valid too; names in capitals that nothing here
 * defines are taken for defines of a file that is not at hand, or of the command line.
 */
export function formatSafely(given: ParseOptions, options: FormatOptions = {}): Formatted {
  const defines = new Map(given.defines);
  const config = { ...given, defines };
  const found = mistakes(config);
  let wrong = found;
  for (let names = namesIn(wrong, config); names.length > 0; names = namesIn(wrong, config)) {
    for (const name of names) defines.set(name, '1');
    wrong = mistakes(config);
  }
  if (wrong.length > 0) return { ok: false, diagnostics: found };
  const formatted = formatConfig(config.file, config.text, options);
  if (!formatted.ok) return formatted;
  const changed = difference(config, formatted.text);
  return changed ? { ok: false, diagnostics: [diagnose('KTS0070', spanOf(changed))] } : formatted;
}

/** The names at which a reading stumbled, as far as they may be defines. */
function namesIn(wrong: readonly Diagnostic[], { text, defines }: ParseOptions): string[] {
  const lines = text.split('\n');
  const names = wrong.map(
    ({ span }) => /^\w+/.exec(lines[span.at.line - 1]?.slice(span.at.column - 1) ?? '')?.[0] ?? '',
  );
  return [...new Set(names)].filter((name) => DEFINE_NAME.test(name) && !defines?.has(name));
}

function mistakes(config: ParseOptions): readonly Diagnostic[] {
  const errors = (text: string): readonly Diagnostic[] =>
    parseConfig({ ...config, text }).diagnostics.filter(
      ({ severity, span, code }) =>
        severity === 'error' && span.at.file === config.file && !ABOUT_SURROUNDINGS.has(code),
    );
  const whole = errors(config.text);
  if (whole.length === 0) return whole;
  const asStatements = errors(`route[X] { ${config.text}\n}\n`);
  return asStatements.length === 0 ? asStatements : whole;
}

/** The first token that differs once the text is another. */
function difference(config: ParseOptions, text: string): Token | undefined {
  const before = preprocess(config);
  const after = preprocess({ ...config, text });
  const same = (a: Token, b: Token | undefined) => a.tokenType === b?.tokenType && a.value === b.value;
  const at = before.tokens.findIndex((token, n) => !same(token, after.tokens[n]));
  if (at !== -1) return before.tokens[at];
  return after.tokens.length === before.tokens.length ? undefined : before.eof;
}
