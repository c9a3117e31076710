import type { Diagnostic, Severity } from '../../../grammar/source.js';
import { countLine } from '../report.js';
import { type Checked, fullText, repositoryPath } from './checked.js';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** Findings as workflow commands of GitHub Actions, which shows them beside the lines they are about; the counts last. */
export function github(checked: readonly Checked[]): string {
  const lines = checked.flatMap(({ file, diagnostics, reasons }) => [
    ...diagnostics.map(annotation),
    ...reasons.map((reason) => command('error', { file: repositoryPath(file) }, reason)),
  ]);
  return [...lines, countLine(checked.flatMap((c) => c.diagnostics)), ''].join('\n');
}

function annotation(d: Diagnostic): string {
  const { at, end } = d.span;
  const place = { file: repositoryPath(at.file), line: at.line, endLine: end.line };
  // Columns are taken within one line only.
  const columns: Record<string, number> = at.line === end.line ? { col: at.column, endColumn: end.column } : {};
  return command(COMMANDS[d.severity], { ...place, ...columns, title: d.code }, fullText(d));
}

function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(`${value}`)}`);
  return `::${name} ${list.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
