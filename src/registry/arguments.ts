import type { ScriptContext } from '../script/context.js';
import type { Value } from '../script/value.js';

/** A pseudo-variable bound to its module: read and, where it can be assigned, written. */
export interface BoundPv {
  /** As written in the config, for messages. */
  readonly text: string;
  readonly name: string;
  read(ctx: ScriptContext): Value;
  /** Assigns; false when the value was refused (already logged). Absent on read-only variables. */
  write?(ctx: ScriptContext, value: Value): boolean;
}

/** A format string (`"user $rU"`), parsed once: gives its text for a run. */
export type Format = (ctx: ScriptContext) => string;

/** A route block of the program, as functions such as `t_on_failure` receive it. */
export interface RouteRef {
  readonly name: string;
  /** True when the block has at least one statement. */
  readonly defined: boolean;
  run(ctx: ScriptContext): number | Promise<number>;
}

/** A compiled POSIX extended regular expression. Matching is bounded in time. */
export interface Regex {
  readonly source: string;
  test(text: string): boolean;
  /** The leftmost-longest match from `from` on: [start, end) of the whole and of each group (-1 when unset), or null. */
  exec(text: string, from?: number): Int32Array | null;
}

/** What a literal argument's parser may use at bind time. It refuses by throwing `ArgumentError`. */
export interface BindEnv {
  format(text: string): Format;
  pv(text: string): BoundPv;
  regex(text: string, flags?: { ignoreCase?: boolean; newline?: boolean }): Regex;
  route(kind: RouteTable, name: string): RouteRef | null;
  /** A message flag's number by its declared name, or null. */
  flag(name: string): number | null;
  /** A loaded module's state, by its definition's name; undefined when not loaded. */
  moduleState(name: string): unknown;
  readonly compat: '5.6' | '6.x';
  /** Where in the config what is being bound stands; line 0 for values of parameters. */
  place(): { readonly file: string; readonly line: number; readonly route: string };
}

/** How a literal argument was written: a number, a string in quotes, or a bare word of a core function. */
export type LiteralKind = 'int' | 'str' | 'word';

/** Where routes are looked up; `rest` holds ends of blocks by number, for functions that continue there. */
export type RouteTable = 'main' | 'onreply' | 'failure' | 'branch' | 'onsend' | 'event' | 'rest';

/** A literal that a function cannot take: becomes a located diagnostic. */
export class ArgumentError extends Error {}

/** How one argument of a function is declared: its kind and the type its implementation receives. */
export interface Arg<T> {
  readonly name: string;
  readonly kind: ArgKind;
  readonly optional: boolean;
  /** For kind `static`: turns the literal into what the function receives. Throws `ArgumentError` to refuse. */
  readonly parse?: (text: string, env: BindEnv, literal: LiteralKind) => T;
  /** For kind `value`: a literal must be a number. */
  readonly numeric?: boolean;
  /** For kind `enum`. */
  readonly words?: readonly string[];
  /** For kind `route`. */
  readonly table?: RouteTable;
  readonly doc?: string;
  /** Only here for inference. */
  readonly type?: T;
}

export type ArgKind =
  | 'text' // format string evaluated per call (spve)
  | 'int' // integer, or one pseudo-variable holding one (igp)
  | 'value' // any expression's value (var)
  | 'pv' // exactly one pseudo-variable
  | 'pv-writable'
  | 'literal-text' // static string
  | 'literal-int' // static integer
  | 'regex' // POSIX ERE; literal compiled once, otherwise per distinct text (cached)
  | 'static' // literal parsed by `parse`
  | 'enum'
  | 'route';

const arg = <T>(kind: ArgKind, name: string, extra: Partial<Arg<T>> = {}): Arg<T> => ({
  name,
  kind,
  optional: false,
  ...extra,
});

/** Text with pseudo-variables inside, evaluated per call. */
export const text = (name: string, doc?: string): Arg<string> => arg('text', name, { doc });
/** An integer literal or a pseudo-variable holding one. */
export const int = (name: string, doc?: string): Arg<number> => arg('int', name, { doc });
/** Any value. */
export const value = (name: string, doc?: string): Arg<Value> => arg('value', name, { doc });
/** Any value at run time; a literal must be a number. */
export const numericValue = (name: string, doc?: string): Arg<Value> => arg('value', name, { numeric: true, doc });
/** One pseudo-variable. */
export const pv = (name: string, doc?: string): Arg<BoundPv> => arg('pv', name, { doc });
/** One pseudo-variable that can be assigned. */
export const writablePv = (name: string, doc?: string): Arg<BoundPv & Required<Pick<BoundPv, 'write'>>> =>
  arg('pv-writable', name, { doc });
/** A static string. */
export const literal = (name: string, doc?: string): Arg<string> => arg('literal-text', name, { doc });
/** A static integer. */
export const literalInt = (name: string, doc?: string): Arg<number> => arg('literal-int', name, { doc });
/** A POSIX extended regular expression. */
export const regex = (name: string, doc?: string): Arg<Regex> => arg('regex', name, { doc });
/** A literal with a grammar of its own. */
export const parsed = <T>(
  name: string,
  parse: (text: string, env: BindEnv, literal: LiteralKind) => T,
  doc?: string,
): Arg<T> => arg<T>('static', name, { parse, doc });
/** One of some words. */
export const oneOf = <const W extends readonly string[]>(name: string, words: W, doc?: string): Arg<W[number]> =>
  arg('enum', name, { words, doc });
/** The name of a route block. */
export const route = (name: string, table: RouteTable, doc?: string): Arg<RouteRef> =>
  arg('route', name, { table, doc });
/** Makes an argument optional; it must be followed by optional ones only. */
export const optional = <T>(a: Arg<T>): Arg<T | undefined> => ({ ...a, optional: true }) as Arg<T | undefined>;
