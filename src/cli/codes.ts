import { PARSE_CODES } from '../../grammar/codes.js';
import type { Severity } from '../../grammar/source.js';
import { BIND_CODES } from '../check/findings.js';
import { explainRule, RULES } from '../check/lint/index.js';
import { SUPPRESSION_CODES } from '../check/suppress.js';

/** What a diagnostic code means. */
export interface CodeFact {
  readonly severity: Severity;
  readonly explanation: string;
}

const ALL: ReadonlyMap<string, CodeFact> = new Map<string, CodeFact>([
  ...Object.entries(PARSE_CODES).map(([code, { severity, explanation }]) => [code, { severity, explanation }] as const),
  ...Object.entries({ ...BIND_CODES, ...SUPPRESSION_CODES }).map(
    ([code, { severity, explain }]) => [code, { severity, explanation: explain }] as const,
  ),
  ...RULES.map((rule) => [rule.code, { severity: rule.severity, explanation: explainRule(rule) }] as const),
]);

/** The meaning of a code such as `KTS1020`; undefined when there is no such code. */
export function codeFact(code: string): CodeFact | undefined {
  return ALL.get(code);
}

/** Every code with its meaning, in order. */
export function allCodes(): readonly (readonly [code: string, fact: CodeFact])[] {
  return [...ALL].sort(([a], [b]) => a.localeCompare(b));
}
