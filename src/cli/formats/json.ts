import type { Checked } from './checked.js';

/** All findings as one JSON object. */
export function json(checked: readonly Checked[]): string {
  const diagnostics = checked
    .flatMap((c) => c.diagnostics)
    .map((d) => ({
      code: d.code,
      severity: d.severity,
      title: d.title,
      file: d.span.at.file,
      line: d.span.at.line,
      column: d.span.at.column,
      endLine: d.span.end.line,
      endColumn: d.span.end.column,
      notes: d.notes ?? [],
      related: (d.related ?? []).map(({ span: { at }, label }) => ({
        file: at.file,
        line: at.line,
        column: at.column,
        label,
      })),
      fix: d.fix ?? null,
    }));
  return `${JSON.stringify({ diagnostics, reasons: checked.flatMap((c) => c.reasons) }, null, 2)}\n`;
}
