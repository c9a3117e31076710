import type { DbResult, Query, Rows } from './database.js';
import { dbError, dbOk } from './result.js';

/** Upstream's bookkeeping of table layouts: one row per table. */
export const versionQuery = {
  of(table: string): Query {
    return { table: 'version', columns: ['table_version'], where: [{ column: 'table_name', value: table }] };
  },
  /** 0 for a table that has no row. */
  read(rows: DbResult<Rows>): DbResult<number> {
    return rows.ok ? dbOk(Number(rows.value.rows[0]?.[0] ?? 0)) : rows;
  },
};

/** Error `version` when a table's layout is not the expected one. */
export function checkVersion(table: string, expected: number, found: DbResult<number>): DbResult<void> {
  if (!found.ok) return found;
  if (found.value === expected) return dbOk(undefined);
  return dbError('version', `invalid version ${found.value} for table ${table} found, expected ${expected}`);
}
