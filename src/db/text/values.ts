import type { Condition, DbOperator, DbResult, DbValue } from '../database.js';
import { dbError, dbOk } from '../result.js';
import { type Cell, isNumeric, type Row, type TextColumn } from './layout.js';

/** A cell as modules get it. */
export function dbValueOf(cell: Cell, { kind }: TextColumn): DbValue {
  if (cell === null) return null;
  if (kind === 'time') return new Date((cell as number) * 1000);
  return kind === 'blob' ? Buffer.from(cell as string, 'latin1') : cell;
}

/** A value as a column keeps it; a value of another type is refused, as upstream does. */
export function cellOf(value: DbValue, column: TextColumn): DbResult<Cell> {
  if (value === null) {
    return column.nullable || column.auto
      ? dbOk(null)
      : dbError('constraint', `null value not allowed for column ${column.name}`);
  }
  const plain = plainOf(value);
  if (typeof plain === 'string') {
    return isNumeric(column.kind) ? refused(column, 'text') : dbOk(plain);
  }
  if (!isNumeric(column.kind)) return refused(column, 'a number');
  const whole = column.kind !== 'double';
  return whole && !Number.isSafeInteger(plain) ? refused(column, `${plain}`) : dbOk(plain);
}

function refused({ name, kind }: TextColumn, what: string): DbResult<never> {
  return dbError('constraint', `incompatible types: ${what} for column ${name}(${kind})`);
}

function plainOf(value: Exclude<DbValue, null>): number | string {
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Negative, zero or positive. Null comes before everything, and case does not count, as upstream compares. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [foldCase(`${a}`), foldCase(`${b}`)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** ASCII letters in lower case: the others are bytes of some encoding. */
function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

const TESTS: Readonly<Record<Exclude<DbOperator, '&'>, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/** The test of a condition on the column at `place`. */
export function testOf({ op = '=', value }: Condition, place: number, column: TextColumn): (row: Row) => boolean {
  let wanted: Cell = value === null ? null : plainOf(value);
  if (op === '&') {
    const mask = BigInt(Math.trunc(Number(wanted)) || 0);
    return (row) => typeof row[place] === 'number' && (BigInt(Math.trunc(row[place])) & mask) !== 0n;
  }
  const test = TESTS[op];
  if (typeof wanted === 'string' && isNumeric(column.kind)) {
    const number = Number(wanted);
    // Text that is no number is not equal to any.
    if (wanted.trim() === '' || Number.isNaN(number)) return () => op === '!=';
    wanted = number;
  }
  return (row) => test(compareCells(row[place]!, wanted));
}
