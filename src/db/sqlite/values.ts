import { isUtf8 } from 'node:buffer';
import type { ColumnType, DbValue } from '../database.js';

/** What better-sqlite3 binds and reads. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** Days from the Julian epoch to 1970, and a day in milliseconds: db_sqlite keeps times as Julian days. */
const JULIAN_1970 = 2440587.5;
const DAY_MS = 86_400_000;

/** Fragments of a declared type that decide the column's type, in the order in which upstream's db_sqlite looks. */
const DECLARED: readonly (readonly [fragment: string, type: ColumnType])[] = [
  ['BIGI', 'bigint'],
  ['INT', 'int'],
  ['SERI', 'int'],
  ['CHAR', 'string'],
  ['CLOB', 'string'],
  ['TEXT', 'string'],
  ['REAL', 'double'],
  ['FLOA', 'double'],
  ['DOUB', 'double'],
  ['BLOB', 'blob'],
  ['TIME', 'datetime'],
  ['DATE', 'datetime'],
];

/** Type of a column by its declaration; undefined when it has none (an expression). */
export function declaredType(declaration: string | null): ColumnType | undefined {
  if (declaration === null) return undefined;
  const upper = declaration.toUpperCase();
  let found: ColumnType = 'int';
  let at = Number.POSITIVE_INFINITY;
  for (const [fragment, type] of DECLARED) {
    const place = upper.indexOf(fragment);
    if (place >= 0 && place < at) {
      at = place;
      found = type;
    }
  }
  return found;
}

/** Type of a value in a column without declaration. */
export function valueType(value: SqliteValue | undefined): ColumnType {
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  return value instanceof Uint8Array ? 'blob' : 'string';
}

/**
 * A value as it is bound. Text becomes the UTF-8 text whose bytes the latin1-held string is, as upstream stores it; bytes that
 * are no UTF-8 go in as a blob, so that the same bytes come out again.
 */
export function toSqlite(value: DbValue): SqliteValue {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
  }
  if (value instanceof Date) return value.getTime() / DAY_MS + JULIAN_1970;
  // SQLite would store a whole number bound as a double with a fraction of .0.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return value;
}

/** A value as it was read, by the type of its column. Integers arrive as bigints. */
export function fromSqlite(value: SqliteValue, type: ColumnType): DbValue {
  if (value === null) return null;
  switch (type) {
    case 'int':
    case 'bitmap':
    case 'bigint':
      return wholeNumber(value);
    case 'double':
      return Number(value);
    case 'string':
      return value instanceof Uint8Array
        ? Buffer.from(value).toString('latin1')
        : Buffer.from(String(value), 'utf8').toString('latin1');
    case 'blob':
      return value instanceof Uint8Array ? value : Buffer.from(String(value), 'utf8');
    case 'datetime':
      return dateOf(value);
  }
}

/** SQLite columns hold what was put into them: a number column may hold text, which C reads as its leading digits. */
function wholeNumber(value: Exclude<SqliteValue, null>): number | bigint {
  if (typeof value === 'bigint') {
    const near = Number(value);
    return Number.isSafeInteger(near) ? near : value;
  }
  if (typeof value === 'number') return Math.trunc(value);
  return Number.parseInt(String(value), 10) || 0;
}

/** A Julian day, or a text that another program (or a column's default) left there, taken as UTC. */
function dateOf(value: Exclude<SqliteValue, null>): Date {
  if (typeof value === 'string' && !/^\s*\d+(\.\d*)?\s*$/.test(value)) {
    const parsed = Date.parse(`${value.trim().replace(' ', 'T')}Z`);
    return new Date(Number.isNaN(parsed) ? 0 : parsed);
  }
  // To the second, as upstream: a day's fraction is not exact to the millisecond.
  return new Date(Math.round((Number(value) - JULIAN_1970) * 86_400) * 1000);
}
