import type { Comment } from '../../grammar/parse.js';
import type { Diagnostic, Severity, Span } from '../../grammar/source.js';

/** What is wrong with comments that suppress findings. */
export const SUPPRESSION_CODES = {
  KTS1090: {
    severity: 'warning',
    explain:
      'A comment suppresses findings and does not say why. Write `# kts-ignore CODE: reason`, at the end of the line or on the line before; several codes have commas between them.',
  },
  KTS1091: {
    severity: 'warning',
    explain: 'A comment suppresses a finding that is not there: what it was about has been mended, or is elsewhere.',
  },
  KTS1092: {
    severity: 'warning',
    explain: 'A comment suppresses an error. The config does not run with it, so it is reported all the same.',
  },
} as const satisfies Readonly<Record<string, { severity: Severity; explain: string }>>;

type SuppressionCode = keyof typeof SUPPRESSION_CODES;

const MARK = /^(?:#+|\/\/|\/\*)\s*kts-ignore\b\s*(.*?)\s*(?:\*\/)?$/s;
const FORM = /^(KTS\d{4}(?:\s*,\s*KTS\d{4})*)\s*(?::\s*(.*))?$/is;

/** One comment `# kts-ignore KTS2001, KTS2002: reason`. */
interface Suppression {
  readonly codes: readonly string[];
  readonly reason: string;
  readonly span: Span;
  /** The line it speaks of. */
  readonly line: number;
  readonly used: Set<string>;
}

/**
 * Takes away the warnings that comments of the config suppress, and adds what is wrong with such comments. `textOf`
 * gives a file's text: a comment on a line of its own speaks of the next line that is none.
 */
export function suppress(
  diagnostics: readonly Diagnostic[],
  comments: readonly Comment[],
  textOf: (file: string) => string | null,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const add = (code: SuppressionCode, span: Span, title: string): void => {
    found.push({ code, severity: SUPPRESSION_CODES[code].severity, title, span });
  };
  const byLine = new Map<string, Suppression[]>();
  const all: Suppression[] = [];
  const lines = linesOf(textOf);
  for (const { text, span } of comments) {
    const [, said] = MARK.exec(text) ?? [];
    if (said === undefined) continue;
    const [, codes = '', reason = ''] = FORM.exec(said) ?? [];
    if (codes === '' || reason === '') add('KTS1090', span, 'a suppression needs codes and a reason');
    if (codes === '') continue;
    const line = lineMeant(span, lines(span.at.file));
    const wanted = codes.split(',').map((code) => code.trim().toUpperCase());
    const suppression = { codes: wanted, reason, span, line, used: new Set<string>() };
    const key = `${span.at.file}:${line}`;
    byLine.set(key, [...(byLine.get(key) ?? []), suppression]);
    all.push(suppression);
  }
  const left = diagnostics.filter((d) => {
    const { file, line } = d.span.at;
    const by = byLine.get(`${file}:${line}`)?.find((s) => s.codes.includes(d.code));
    if (by === undefined) return true;
    by.used.add(d.code);
    if (d.severity !== 'error') return false;
    add('KTS1092', by.span, `${d.code} is an error: it cannot be suppressed`);
    return true;
  });
  for (const { codes, used, span } of all)
    for (const code of codes) if (!used.has(code)) add('KTS1091', span, `there is no ${code} to suppress here`);
  return [...left, ...found];
}

function lineMeant({ at, end }: Span, lines: readonly string[]): number {
  const before = lines[at.line - 1]?.slice(0, at.column - 1) ?? '';
  if (before.trim() !== '') return at.line;
  let line = end.line + 1;
  while (line <= lines.length && /^\s*(?:#(?!!)|\/\/|$)/.test(lines[line - 1]!)) line++;
  return line;
}

function linesOf(textOf: (file: string) => string | null): (file: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const lines = known.get(file) ?? (textOf(file) ?? '').split('\n');
    known.set(file, lines);
    return lines;
  };
}
