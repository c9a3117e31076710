import type { Diagnostic } from '../../grammar/source.js';

export interface Fixed {
  readonly text: string;
  readonly applied: readonly Diagnostic[];
  /** Those that another fix came in the way of. */
  readonly skipped: readonly Diagnostic[];
}

/** Whether a finding can be mended without asking: its fix is no guess, and its text stands in the file itself. */
export function isFixable(d: Diagnostic): boolean {
  return d.fix !== undefined && d.fix.guess !== true && d.span.definedAt === undefined;
}

/** Mends a file's text: all fixes of findings in it that do not overlap. A line that a fix empties goes. */
export function applyFixes(text: string, diagnostics: readonly Diagnostic[]): Fixed {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const offset = ({ line, column }: { line: number; column: number }): number => (starts[line - 1] ?? 0) + column - 1;
  const edits = diagnostics
    .filter(isFixable)
    .map((d) => ({ d, from: offset(d.span.at), to: offset(d.span.end) + 1, by: d.fix!.replacement }))
    .sort((a, b) => a.from - b.from);
  const applied: Diagnostic[] = [];
  const skipped: Diagnostic[] = [];
  let out = '';
  let at = 0;
  for (const { d, from, to, by } of edits) {
    if (from < at) {
      skipped.push(d);
      continue;
    }
    out += text.slice(at, from) + by;
    at = to;
    applied.push(d);
    const newline = text.indexOf('\n', to);
    const rest = newline === -1 ? text.length : newline + 1;
    if (by === '' && isBlank(lastLine(out)) && isBlank(text.slice(to, rest))) {
      out = out.slice(0, out.length - lastLine(out).length);
      at = rest;
    }
  }
  return { text: out + text.slice(at), applied, skipped };
}

const isBlank = (text: string): boolean => /^[ \t\r\n;]*$/.test(text);
const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1);
