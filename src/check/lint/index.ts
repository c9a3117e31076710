import type { Diagnostic } from '../../../grammar/source.js';
import type { Rule } from './rule.js';
import { RULES } from './rules.js';
import { lintComments, type Selection, select } from './select.js';
import { type LintInput, Subject } from './subject.js';

export { LINT_GROUPS, type Rule } from './rule.js';
export { RULES } from './rules.js';
export { select, unknownLintWord } from './select.js';
export type { LintInput } from './subject.js';

/** How many sightings of one rule are reported: a config that is wrong everywhere is not more readable for being long. */
const MOST = 100;

/** What the rules that words (of `--lint`) and the config's own comments choose see in a config, in the order of the text. */
export function lint(input: LintInput, words: readonly string[] = []): Diagnostic[] {
  return run(input, select([...lintComments(input.comments), ...words]));
}

/** Lint's findings without those errors that the binder, or a module, has already found at the very place. */
export function notYetSaid(found: readonly Diagnostic[], said: readonly Diagnostic[]): Diagnostic[] {
  const place = ({ span: { at } }: Diagnostic): string => `${at.file}:${at.line}:${at.column}`;
  const errors = new Set(said.filter((d) => d.severity === 'error').map(place));
  return found.filter((d) => d.severity !== 'error' || !errors.has(place(d)));
}

/** What a server says when it starts: the traps that this config has walked into. */
export function lintTraps(input: LintInput): Diagnostic[] {
  return run(input, new Set(RULES.filter((r) => r.trap && r.on)));
}

/** What `kts explain` says about a rule. */
export function explainRule(rule: Rule): string {
  return [
    rule.cause,
    `At run time: ${rule.effect}`,
    `Instead: ${rule.fix}`,
    rule.on
      ? 'This rule is on by default.'
      : `This rule is off by default: --lint ${rule.group} or --lint ${rule.name}.`,
  ].join('\n');
}

function run(input: LintInput, selection: Selection): Diagnostic[] {
  const subject = new Subject(input);
  const found: Diagnostic[] = [];
  for (const rule of selection) {
    let n = 0;
    for (const { span, title, severity, notes, related } of rule.check(subject)) {
      if (++n > MOST) break;
      found.push({
        code: rule.code,
        severity: severity ?? rule.severity,
        title,
        span,
        notes: notes ?? [rule.fix],
        related,
      });
    }
  }
  const order = new Map(input.files.map((file, n) => [file, n]));
  return found.sort(
    (a, b) =>
      (order.get(a.span.at.file) ?? 0) - (order.get(b.span.at.file) ?? 0) ||
      a.span.at.line - b.span.at.line ||
      a.span.at.column - b.span.at.column ||
      a.code.localeCompare(b.code),
  );
}
