import type { Diagnostic, Severity, Span } from './source.js';

/** What a diagnostic code means; `{0}`, `{1}` … in the title are filled in by the place that reports. */
export interface DiagnosticCode {
  readonly severity: Severity;
  readonly title: string;
  readonly explanation: string;
}

/** The codes of the language front end, KTS0001 to KTS0099. A code never changes its meaning. */
export const PARSE_CODES = {
  KTS0001: {
    severity: 'error',
    title: 'syntax error: unexpected {0}, expected {1}',
    explanation: 'The text does not follow the grammar of the config language at this place.',
  },
  KTS0002: {
    severity: 'error',
    title: 'missing `{0}` after {1}',
    explanation: 'Every action ends with a semicolon; blocks do not.',
  },
  KTS0003: {
    severity: 'error',
    title: 'an empty block is not allowed',
    explanation: 'A block needs at least one statement; `{ ; }` is the shortest.',
  },
  KTS0004: {
    severity: 'error',
    title: '`{0}` cannot be used here as a name: it is a reserved word',
    explanation: 'Names of routes and variables must not be words of the language. A route name may be quoted instead.',
  },
  KTS0005: {
    severity: 'error',
    title: 'unknown core parameter `{0}`',
    explanation: 'No core parameter has this name. Names are case sensitive.',
  },
  KTS0006: {
    severity: 'error',
    title: 'core parameter `{0}` takes {1}',
    explanation: 'Core parameters take one literal of a fixed kind. Numbers and strings are not interchangeable.',
  },
  KTS0007: {
    severity: 'error',
    title: '`{0}` is called without parentheses',
    explanation: 'Module functions are called with parentheses, even without arguments.',
  },
  KTS0008: {
    severity: 'error',
    title: '`{0}` takes {1}',
    explanation: 'Functions of the core take fixed literals: no expressions and no pseudo-variables.',
  },
  KTS0009: {
    severity: 'error',
    title: 'nested deeper than {0} levels',
    explanation: 'The text nests blocks, parentheses or operators deeper than is supported.',
  },
  KTS0010: {
    severity: 'error',
    title: 'an IPv4 address has four numbers from 0 to 255',
    explanation: 'Each of the four parts of an IPv4 address is a number from 0 to 255.',
  },
  KTS0011: {
    severity: 'error',
    title: 'an event route name needs a colon, as in `tm:local-request`',
    explanation: 'Event routes are named `group:event`.',
  },
  KTS0012: {
    severity: 'error',
    title: '`{0}` is not an operator here',
    explanation: 'The config language has no such operator.',
  },
  KTS0013: {
    severity: 'warning',
    title: 'ignored characters outside of strings: {0}',
    explanation: 'Bytes that start no token are skipped, as Kamailio skips them.',
  },
  KTS0014: {
    severity: 'error',
    title: '`{0}` is not a statement of the config language',
    explanation: 'The statements are if, while, switch, return, exit, drop, break, assignments and calls.',
  },
  KTS0020: {
    severity: 'error',
    title: 'unterminated string',
    explanation: 'The string that starts here is not closed before the end of the file.',
  },
  KTS0021: {
    severity: 'warning',
    title: 'unterminated comment',
    explanation:
      'The comment that starts here is not closed before the end of the file, so everything after it is lost. Comments nest: a `/*` inside needs its own `*/`.',
  },
  KTS0022: {
    severity: 'error',
    title: 'unterminated pseudo-variable',
    explanation: 'The parentheses of a pseudo-variable must close on the line where they open.',
  },
  KTS0023: {
    severity: 'error',
    title: 'a NUL byte in a string',
    explanation: 'Kamailio cuts a string at a NUL byte; write `\\x00` nowhere and keep binary data out of the config.',
  },
  KTS0030: {
    severity: 'error',
    title: '`{0}` is already defined',
    explanation: 'Use #!trydef to keep an earlier definition or #!redef to replace it.',
  },
  KTS0031: {
    severity: 'error',
    title: "'-' is not allowed in the define name after `{0}`",
    explanation: 'Names of defines consist of letters, digits and underscores.',
  },
  KTS0032: {
    severity: 'error',
    title: '#!{0} needs a name',
    explanation: 'The directive must be followed by an identifier on the same line.',
  },
  KTS0033: {
    severity: 'error',
    title: 'define `{0}` expands to itself',
    explanation: 'A define whose value leads back to its own name would expand for ever.',
  },
  KTS0034: {
    severity: 'error',
    title: 'the defines of this config expand to too much text',
    explanation: 'Expansions of defines are limited so that no config can take all memory.',
  },
  KTS0035: {
    severity: 'error',
    title: 'environment variable `{0}` is not set',
    explanation: '#!defenv needs the variable; #!trydefenv ignores a missing one.',
  },
  KTS0036: {
    severity: 'warning',
    title: 'cannot evaluate the expression: {0}',
    explanation:
      'An #!ifexp counts as false then, and a #!defexp defines its name without a value. Values of defines are texts: `FOO + 1` joins.',
  },
  KTS0037: {
    severity: 'error',
    title: '`{0}` is not defined, it cannot be undefined',
    explanation: 'Use #!tryundef to ignore a name that is not defined.',
  },
  KTS0040: {
    severity: 'error',
    title: '#!{0} without its #!endif',
    explanation: 'Each condition needs an #!endif, alone on its line and followed by a newline.',
  },
  KTS0041: {
    severity: 'error',
    title: '#!endif without a condition',
    explanation: 'There are more #!endif than #!ifdef, #!ifndef and #!ifexp.',
  },
  KTS0042: {
    severity: 'warning',
    title: '#!else without a condition',
    explanation: 'An #!else outside of a condition has no effect.',
  },
  KTS0043: {
    severity: 'warning',
    title: '#!{0} with text after it is a comment',
    explanation: '#!else and #!endif are recognised only when nothing but blanks follows on the line.',
  },
  KTS0050: {
    severity: 'error',
    title: 'cannot open included file {0}',
    explanation: 'The file is looked up from the working directory, then from the directory of the including file.',
  },
  KTS0051: {
    severity: 'error',
    title: 'the name of an included file must be in double quotes, without blanks: {0}',
    explanation: 'No defines are expanded in the name, and single quotes are not accepted.',
  },
  KTS0052: {
    severity: 'error',
    title: 'included files nest deeper than {0}',
    explanation: 'A file may include files to a depth of ten. A file that includes itself never ends.',
  },
  KTS0053: {
    severity: 'error',
    title: 'too many included files',
    explanation: 'The number of inclusions is limited so that files that include each other cannot go on for ever.',
  },
  KTS0060: {
    severity: 'error',
    title: 'bad substitution: {0}',
    explanation:
      'A substitution is "/regex/replacement/flags" with any first character as separator; flags are g, i, s.',
  },
  KTS0070: {
    severity: 'error',
    title: 'the layout cannot be changed here without changing what the config says',
    explanation:
      'kts fmt compares what is read before and after it; where a define ends in the middle of a string, for example, it leaves the file as it is.',
  },
} as const satisfies Record<string, DiagnosticCode>;

export type ParseCode = keyof typeof PARSE_CODES;

/** Makes a diagnostic of a code, its title filled with `args`. */
export function diagnose(
  code: ParseCode,
  span: Span,
  args: readonly string[] = [],
  extra: Pick<Diagnostic, 'notes' | 'related' | 'fix'> = {},
): Diagnostic {
  const { severity, title } = PARSE_CODES[code];
  return { code, severity, title: title.replace(/\{(\d)\}/g, (_, n) => args[Number(n)] ?? ''), span, ...extra };
}
