import type { Severity, Span } from '../../../grammar/source.js';
import type { Subject } from './subject.js';

/** What rules are about; `--lint GROUP` turns on the rest of a group. */
export const LINT_GROUPS = {
  async: 'worker groups, sworker, async, suspend and resume',
  queue: 'mqueue, rtimer, timer and pike',
  sip: 'what SIP itself asks of a proxy or registrar',
  security: 'who may do what from where',
  script: 'the language: values read too late, code that cannot run, expressions that say something else',
  unused: 'what the config defines and nothing needs',
  upgrade: 'what later releases took away',
} as const;

export type LintGroup = keyof typeof LINT_GROUPS;

/** What a rule sees at one place. */
export interface Sighting {
  readonly span: Span;
  /** One sentence: what is wrong here. */
  readonly title: string;
  /** When this place is more or less serious than the rule mostly is. */
  readonly severity?: Severity;
  readonly notes?: readonly string[];
  readonly related?: readonly { readonly span: Span; readonly label: string }[];
}

/** One lint rule: what it looks for, why that matters, and how it finds it. */
export interface Rule {
  /** `KTS2` and three digits; never changes meaning. */
  readonly code: `KTS2${string}`;
  /** The file's name: the rule as one word, which `--lint` takes too. */
  readonly name: string;
  readonly severity: Severity;
  readonly group: LintGroup;
  /** On without being asked for: only where a sighting is almost always a fault. */
  readonly on: boolean;
  /** Logged as a warning when a server starts as well: what goes wrong goes wrong silently. */
  readonly trap: boolean;
  /** What the config does. */
  readonly cause: string;
  /** What goes wrong at run time. */
  readonly effect: string;
  /** What to write instead. */
  readonly fix: string;
  /** Config texts, without what every config has around them: the rule sees something in `bad` and nothing in `good`. */
  readonly bad: string;
  readonly good: string;
  check(subject: Subject): Iterable<Sighting>;
}

type Optional = 'severity' | 'trap';

/** Declares a rule: a warning, and no trap, unless it says otherwise. */
export function defineRule(spec: Omit<Rule, Optional> & Partial<Pick<Rule, Optional>>): Rule {
  return { severity: 'warning', trap: false, ...spec };
}
