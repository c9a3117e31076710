import { countLine, mayColour, renderDiagnostics } from '../report.js';
import type { Checked } from './checked.js';

/** Findings for people, each with its source line; the counts last. */
export function pretty(checked: readonly Checked[]): string {
  const all = checked.flatMap((c) => c.diagnostics);
  const reasons = checked.flatMap((c) => c.reasons).map((r) => `${r}\n`);
  return `${renderDiagnostics(all, mayColour(process.stdout))}${reasons.join('')}${countLine(all)}\n`;
}
