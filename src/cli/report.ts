import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../../grammar/source.js';
import { prettyDiagnostic } from '../observe/diagnostics.js';

/** True when output to the stream may carry colour: a terminal, and NO_COLOR unset. */
export function mayColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR;
}

/** Diagnostics as text for people, each with its source line. `texts`: lines of files that are not to be read. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  colour: boolean,
  texts: ReadonlyMap<string, readonly string[]> = new Map(),
): string {
  const files = new Map(texts);
  const lineOf = (file: string, line: number): string | undefined => {
    let lines = files.get(file);
    if (!lines) {
      try {
        lines = readFileSync(file, 'latin1').split(/\r?\n/);
      } catch {
        lines = [];
      }
      files.set(file, lines);
    }
    return lines[line - 1];
  };
  const one = (d: Diagnostic) => prettyDiagnostic(d, lineOf(d.span.at.file, d.span.at.line), colour, lineOf);
  return diagnostics.map((d) => `${one(d)}\n`).join('');
}

/** `2 errors, 1 warning`. */
export function countLine(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: string): number => diagnostics.filter((d) => d.severity === severity).length;
  const part = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  return `${part(count('error'), 'error')}, ${part(count('warning'), 'warning')}`;
}
