import type { ColumnType, DbValue, Rows } from '../../db/database.js';
import type { Attributes, Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import type { AvpName } from './avp-name.js';
import type { Owner } from './avp-table.js';
import type { NameKind, Target } from './db-arguments.js';
import { isStored, rememberStored } from './in-database.js';
import type { Avpops } from './state.js';
import { digits, isIntegerName } from './values.js';

/** Bits of the type column. */
const INTEGER_VALUE = 1;
const INTEGER_NAME = 2;

/** A name as the table has it. */
export const columnName = (name: string): string => (isIntegerName(name) ? name.slice(2) : name);

/** Whether a name belongs to those that are meant. */
export function isOfKind(kind: NameKind, integerName: boolean): boolean {
  return kind === 'any' || (kind === 'integer') === integerName;
}

/** The AVP of a row of the table; null when it is another kind of AVP, or unusable (logged). */
function avpOfRow(state: Avpops, row: readonly DbValue[], kind: NameKind): { name: string; value: Stored } | null {
  const [value, attribute, type] = row;
  if (value === null || attribute === null || type === null) {
    state.error('dbrow contains NULL fields');
    return null;
  }
  if (typeof value !== 'string' || typeof attribute !== 'string' || typeof type !== 'number') {
    state.error('wrong field types in dbrow');
    return null;
  }
  const integerName = (type & INTEGER_NAME) !== 0;
  if (!isOfKind(kind, integerName)) return null;
  const number = integerName ? digits(attribute, true) : null;
  if (integerName && number === null) {
    state.error(`name is not ID as flags say <${attribute}>`);
    return null;
  }
  const typed = typedValue(state, value, (type & INTEGER_VALUE) !== 0);
  return typed === null ? null : { name: number === null ? attribute : `i:${number}`, value: typed };
}

/** A value as integer or text; null when it is no integer (logged). */
function typedValue(state: Avpops, value: string, integer: boolean): Stored | null {
  if (!integer) return value;
  const negative = value.startsWith('-');
  const number = digits(negative ? value.slice(1) : value, state.is56);
  if (number !== null) return negative ? -number : number;
  state.error(`value is not int as flags say <${value}>`);
  return null;
}

/** The value of a row by a scheme; null when there is none of its type (logged). */
function valueByScheme(state: Avpops, value: DbValue | undefined, integers: boolean): Stored | null {
  if (typeof value === 'string') return typedValue(state, value, integers);
  if (typeof value === 'number') return integers ? value : `${value}`;
  state.error("empty or wrong type for 'value' using scheme");
  return null;
}

/** Puts what was found on AVPs; how many. */
export function pushLoaded(
  state: Avpops,
  attrs: Attributes,
  found: Rows,
  name: string | null,
  { avp, scheme }: Target,
): number {
  const kind = 'kind' in avp ? avp.kind : isIntegerName(name!) ? 'integer' : 'text';
  let count = 0;
  for (const row of found.rows) {
    const value = scheme === null ? null : valueByScheme(state, row[0], scheme.integers);
    const one = scheme === null ? avpOfRow(state, row, kind) : value === null ? null : { name: name!, value };
    if (one === null) continue;
    const key = name ?? one.name;
    attrs.push(key, one.value);
    rememberStored(attrs, key, 0, one.value);
    count++;
  }
  return count;
}

/** A cell as AVPs take it; undefined when there is nothing to take. */
function cell(value: DbValue, type: ColumnType, is56: boolean): Stored | undefined {
  if (value === null || value === '' || type === 'double') return undefined;
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (value instanceof Uint8Array) return value.length > 0 ? Buffer.from(value).toString('latin1') : undefined;
  if (typeof value === 'string') return value;
  return is56 ? Number(BigInt.asIntN(32, BigInt(value))) : value;
}

/** Puts each row's columns on AVPs, the first row on top. Columns beyond the named AVPs are left out. */
export function pushRows(
  state: Avpops,
  ctx: ScriptContext,
  { columns, rows }: Rows,
  avps: readonly AvpName[] | undefined,
): void {
  const names = avps?.map((name) => name(ctx)) ?? columns.map((_, i) => `i:${i + 1}`);
  for (const row of rows.toReversed()) {
    for (const [i, name] of names.entries()) {
      const column = columns[i];
      const value = column === undefined ? undefined : cell(row[i] ?? null, column.type, state.is56);
      if (value !== undefined) ctx.attrs.push(name, value);
    }
  }
}

/** Stores the values of one AVP that are not in the database yet, the newest first; how many. */
export async function storeAvp(
  state: Avpops,
  attrs: Attributes,
  owner: Owner,
  name: string,
  table: string | null,
): Promise<number> {
  let count = 0;
  for (const [i, value] of attrs.all(name).entries()) {
    if (isStored(attrs, name, i)) continue;
    const type = (typeof value === 'string' ? 0 : INTEGER_VALUE) | (isIntegerName(name) ? INTEGER_NAME : 0);
    const failed = await state.table!.store(owner, { name: columnName(name), value: `${value}`, type }, table);
    if (failed === undefined) {
      rememberStored(attrs, name, i, value);
      count++;
    } else state.error(`insert failed: ${failed}`);
  }
  return count;
}
