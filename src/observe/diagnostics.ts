import type { Diagnostic, Span } from '../../grammar/source.js';
import { Level, type LogRecord } from './log.js';

/** A diagnostic as a log record, in the words that upstream wraps around what is wrong with a config. */
export function diagnosticRecord(d: Diagnostic, time: number): LogRecord {
  const { at, end } = d.span;
  const where =
    at.line === end.line
      ? `line ${at.line}, column ${at.column}-${end.column}`
      : `from line ${at.line}, column ${at.column} to line ${end.line}, column ${end.column}`;
  const kind = d.severity === 'error' ? 'parse error in config file' : 'warning in config file';
  return {
    level: d.severity === 'error' ? Level.CRIT : d.severity === 'warning' ? Level.WARN : Level.INFO,
    source: '<core>',
    text: `${kind} ${at.file}, ${where}: ${d.title}${d.notes?.length ? ` (${d.notes.join(' ')})` : ''} [${d.code}]`,
    prefix: '',
    time,
  };
}

/** How `kts check` and `kts run` show a diagnostic: place, title, source line with a caret, notes, other places. */
export function prettyDiagnostic(
  d: Diagnostic,
  line: string | undefined,
  colour: boolean,
  lineOf: (file: string, line: number) => string | undefined = () => undefined,
): string {
  const paint = (code: string, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const { at } = d.span;
  const tone = d.severity === 'error' ? '31' : d.severity === 'warning' ? '33' : '36';
  const out = [
    `${at.file}:${at.line}:${at.column}: ${paint(`1;${tone}`, `${d.severity}[${d.code}]`)}: ${paint('1', d.title)}`,
    ...excerpt(d.span, line, '^', (text) => paint(tone, text), paint),
  ];
  for (const note of d.notes ?? []) out.push(`   ${paint('36', 'help')}: ${note}`);
  for (const { span, label } of d.related ?? []) {
    const { file, line: number, column } = span.at;
    out.push(`   ${file}:${number}:${column}: ${label}`);
    out.push(...excerpt(span, lineOf(file, number), '-', (text) => paint('34', text), paint));
  }
  return out.join('\n');
}

/** The line of a place, marked from where to where. */
function excerpt(
  { at, end }: Span,
  line: string | undefined,
  mark: string,
  tone: (text: string) => string,
  paint: (code: string, text: string) => string,
): string[] {
  if (line === undefined) return [];
  const last = at.line === end.line ? end.column : line.length;
  const gutter = `${at.line}`;
  // Tabs stay tabs, so that the mark stands under what it means.
  const indent = line.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  const marks = mark.repeat(Math.min(Math.max(1, last - at.column + 1), 200));
  return [
    ` ${paint('34', `${gutter} |`)} ${line}`,
    ` ${' '.repeat(gutter.length)} ${paint('34', '|')} ${indent}${tone(marks)}`,
  ];
}
