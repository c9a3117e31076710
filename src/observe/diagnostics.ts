import type { Diagnostic } from '../../grammar/source.js';
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

/** How `kts check` and `kts run` show a diagnostic: place, title, source line with a caret, notes. */
export function prettyDiagnostic(d: Diagnostic, line: string | undefined, colour: boolean): string {
  const paint = (code: string, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const { at, end } = d.span;
  const tone = d.severity === 'error' ? '31' : d.severity === 'warning' ? '33' : '36';
  const out = [
    `${at.file}:${at.line}:${at.column}: ${paint(`1;${tone}`, `${d.severity}[${d.code}]`)}: ${paint('1', d.title)}`,
  ];
  if (line !== undefined) {
    const width =
      at.line === end.line ? Math.max(1, end.column - at.column + 1) : Math.max(1, line.length - at.column + 1);
    const gutter = `${at.line}`;
    // Tabs stay tabs, so that the caret stands under what it means.
    const indent = line.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
    out.push(
      ` ${paint('34', `${gutter} |`)} ${line}`,
      ` ${' '.repeat(gutter.length)} ${paint('34', '|')} ${indent}${paint(tone, '^'.repeat(Math.min(width, 200)))}`,
    );
  }
  for (const note of d.notes ?? []) out.push(`   ${paint('36', 'help')}: ${note}`);
  for (const r of d.related ?? []) out.push(`   ${r.span.at.file}:${r.span.at.line}:${r.span.at.column}: ${r.label}`);
  return out.join('\n');
}
