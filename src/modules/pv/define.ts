import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvAccess, type PvDef, type PvInner } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { Dual, type Value } from '../../script/value.js';
import type { PvState } from './state.js';

export const { fn, pv, readPv, transformation, rpc } = entriesOf<PvState>();

/** The pseudo-variables of one family, by name without `$`. */
export type PvTable = Readonly<Record<string, PvDef<PvState>>>;

export type Read = (ctx: ScriptContext) => Value;
export type Write = (ctx: ScriptContext, value: Value) => boolean;

/** A variable without name or index that can be assigned. */
export function writablePv(doc: string, bind: (state: PvState) => Required<PvAccess>): PvDef<PvState> {
  return { doc, inner: 'none', index: false, writable: true, bind };
}

/** A variable whose name in parentheses is one of a few words: `$msg(len)`. `kind` is for the message about others. */
export function keyedPv(
  doc: string,
  kind: string,
  keys: Readonly<Record<string, (state: PvState) => Read>>,
): PvDef<PvState> {
  return {
    doc: `${doc} Keys: ${Object.keys(keys).join(', ')}.`,
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => ({ read: entryOf(keys, inner, kind)(state) }),
  };
}

/** The entry that a variable's fixed key names; refuses others. */
export function entryOf<T>(table: Readonly<Record<string, T>>, inner: PvInner | null, kind: string): T {
  const key = inner?.text ?? '';
  const entry = Object.hasOwn(table, key) ? table[key] : undefined;
  if (entry === undefined) throw new ArgumentError(`unknown PV ${kind} key: ${key}`);
  return entry;
}

/** Text that scripts see as text first, with a number beside it: `$rm`, `$pr`. */
export function textWithNumber(text: string, number: number): Dual {
  return new Dual(number, text, 'string');
}

/** The text of a value that is to be stored as text; null when it has none (a plain integer). */
export function givenText(value: Value): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Dual ? value.text : null;
}

/** The integer of a value that is to be stored as one; null when it has none (plain text). */
export function givenInt(value: Value): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value));
  return value instanceof Dual ? Number(value.int) : null;
}

/** Values joined for `[*]`: empty ones count only behind one that is not, as upstream looks at what it has so far. */
export function joinValues(values: readonly string[], separator: string): string {
  return values.reduce((sofar, value) => (sofar === '' ? value : sofar + separator + value), '');
}

/** Text or null for what upstream shows as null when it is empty. */
export function orNull(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
