import type { ColumnType, DbValue, Rows } from '../../db/database.js';

/** A cell as scripts see it. */
export type Cell = string | number | bigint | null;

/** A query's rows as `$dbr` reads them. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export const NO_RESULT: Result = { columns: [], rows: [] };

/** The rows of a query with their values as scripts see them. `is56`: integers have 32 bits. */
export function resultOf({ columns, rows }: Rows, is56: boolean): Result {
  return {
    columns: columns.map((c) => c.name),
    rows: rows.map((row) => row.map((value, i) => cell(value, columns[i]!.type, is56))),
  };
}

/** Upstream reads bigints as text, times as Unix seconds, and has no value for fractions. */
function cell(value: DbValue, type: ColumnType, is56: boolean): Cell {
  if (value === null || type === 'double') return null;
  if (type === 'bigint') return `${value}`;
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value === 'string' || !is56) return value;
  return Number(BigInt.asIntN(32, BigInt(value)));
}
