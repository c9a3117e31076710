import type { Diagnostic, Severity, Span } from '../../grammar/source.js';

/** What each binder code means: severity and an explanation for `kts explain`. Titles are composed at the place. */
export const BIND_CODES = {
  KTS1001: { severity: 'error', explain: 'The name is not a core parameter.' },
  KTS1002: {
    severity: 'error',
    explain: 'The value is not of the parameter’s type: a string where a number is needed, or the reverse.',
  },
  KTS1003: { severity: 'error', explain: 'No module of that name exists here or upstream.' },
  KTS1004: {
    severity: 'error',
    explain:
      'Upstream has this module, kts does not have it yet. Everything of the config that depends on it is listed. `--allow-missing NAME` turns its functions into logged failures.',
  },
  KTS1005: { severity: 'error', explain: 'The module is loaded twice.' },
  KTS1006: { severity: 'error', explain: 'A module that this one builds on is not loaded before it.' },
  KTS1007: { severity: 'error', explain: 'No loaded module matches the first argument of modparam.' },
  KTS1008: { severity: 'error', explain: 'The module has no parameter of that name.' },
  KTS1009: { severity: 'error', explain: 'The value of the module parameter has the wrong type or is out of bounds.' },
  KTS1010: { severity: 'error', explain: 'The module refused its parameters.' },
  KTS1011: { severity: 'error', explain: 'The flag name is declared twice, or its number is outside 0..31.' },
  KTS1012: { severity: 'warning', explain: 'Two flag names share a number.' },
  KTS1013: { severity: 'error', explain: 'The custom variable is declared twice.' },
  KTS1014: {
    severity: 'error',
    explain:
      'Upstream’s module has this function, parameter, pseudo-variable or transformation; the module is here, but this part of it is not there yet.',
  },
  KTS1020: { severity: 'error', explain: 'No loaded module has a function of that name.' },
  KTS1021: { severity: 'error', explain: 'The function does not take that many arguments.' },
  KTS1022: { severity: 'error', explain: 'The function is not allowed in this kind of route block.' },
  KTS1023: { severity: 'error', explain: 'The argument is not valid for the function.' },
  KTS1024: { severity: 'error', explain: 'The argument must be a literal.' },
  KTS1025: { severity: 'error', explain: 'A function call cannot be an argument of another function.' },
  KTS1026: { severity: 'error', explain: 'The function needs a module that is not loaded.' },
  KTS1027: {
    severity: 'error',
    explain: 'The argument is not valid for the core function: a flag that is not declared or too high, for example.',
  },
  KTS1030: { severity: 'error', explain: 'No loaded module has a pseudo-variable of that name.' },
  KTS1031: { severity: 'error', explain: 'The pseudo-variable is not well formed.' },
  KTS1032: { severity: 'error', explain: 'The pseudo-variable is read-only.' },
  KTS1033: { severity: 'error', explain: 'A pseudo-variable with a transformation cannot be assigned.' },
  KTS1034: { severity: 'error', explain: 'The transformation does not exist, or its parameters are not valid.' },
  KTS1035: { severity: 'error', explain: 'The pseudo-variable needs a module that is not loaded.' },
  KTS1036: { severity: 'error', explain: 'The transformation needs a module that is not loaded.' },
  KTS1040: { severity: 'error', explain: 'Two values of types that the operator cannot combine.' },
  KTS1041: { severity: 'error', explain: 'The regular expression is not valid.' },
  KTS1042: { severity: 'warning', explain: 'The condition is a constant: it is always true or always false.' },
  KTS1043: {
    severity: 'warning',
    explain: 'A string as a condition is converted to a number, which is rarely what is meant.',
  },
  KTS1044: { severity: 'error', explain: 'Case labels must be constants, all integers or all strings.' },
  KTS1045: {
    severity: 'error',
    explain:
      'The switch has two default labels or two equal labels, or its default label is at a place where it cannot be.',
  },
  KTS1046: { severity: 'error', explain: 'The expression must be an integer here.' },
  KTS1047: { severity: 'warning', explain: 'The switch has no cases.' },
  KTS1048: { severity: 'error', explain: 'The switch has more than one default label.' },
  KTS1050: { severity: 'error', explain: 'No route block of that name exists.' },
  KTS1051: { severity: 'error', explain: 'The route block is defined twice.' },
  KTS1052: { severity: 'warning', explain: 'The config has no request_route: requests are logged and dropped.' },
  KTS1055: {
    severity: 'error',
    explain:
      'An asynchronous statement lacks something: async() names the route that goes on, and its limit is a number of seconds.',
  },
  KTS1053: { severity: 'error', explain: 'Nothing is in the config but comments and directives.' },
  KTS1054: {
    severity: 'warning',
    explain: 'A function is given the name of a route block that does not exist: nothing runs when its time comes.',
  },
  KTS1060: { severity: 'error', explain: 'The comparison is not valid.' },
} as const satisfies Readonly<Record<string, { severity: Severity; explain: string }>>;

export type BindCode = keyof typeof BIND_CODES;

/** Codes that upstream only notices when it really starts: its `-c` passes over them. */
const AT_START: ReadonlySet<BindCode> = new Set<BindCode>([
  'KTS1006',
  'KTS1010',
  'KTS1023',
  'KTS1041',
  'KTS1045',
  'KTS1046',
  'KTS1050',
]);

/** A diagnostic, with the moment at which upstream would notice it. */
export interface Finding extends Diagnostic {
  readonly stage: 'parse' | 'start';
}

/** Collects what a binding run finds. */
export class Findings {
  list: Finding[] = [];
  #stage: Finding['stage'] = 'parse';

  add(
    code: BindCode,
    span: Span,
    title: string,
    notes?: readonly string[],
    related?: Diagnostic['related'],
    fix?: Diagnostic['fix'],
  ): void {
    const stage = AT_START.has(code) ? 'start' : this.#stage;
    this.list.push({ code, severity: BIND_CODES[code].severity, title, span, notes, related, fix, stage });
  }

  /** Takes back what has one of these codes. */
  drop(codes: ReadonlySet<string>): void {
    this.list = this.list.filter((d) => !codes.has(d.code));
  }

  /** Runs what upstream does at start: format strings in arguments, for example, are not looked at before. */
  duringStart<T>(work: () => T): T {
    const outer = this.#stage;
    this.#stage = 'start';
    try {
      return work();
    } finally {
      this.#stage = outer;
    }
  }

  /** True when the config cannot run; with `upTo` 'parse', when upstream's `-c` would refuse it too. */
  failed(upTo: Finding['stage'] = 'start'): boolean {
    return this.list.some((d) => d.severity === 'error' && (upTo === 'start' || d.stage === 'parse'));
  }
}
