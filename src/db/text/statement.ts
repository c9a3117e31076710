import type { Assignment, Change, Condition, DbResult, OrderBy, Query } from '../database.js';
import { dbOk } from '../result.js';
import { parseSql } from './sql.js';

/** Conditions that are joined with AND; one of these groups has to hold. An empty list holds for every row. */
export type Filter = readonly (readonly Condition[])[];

export interface Select {
  readonly op: 'select';
  readonly table: string;
  /** All when absent. */
  readonly columns?: readonly string[];
  readonly filter: Filter;
  readonly order: readonly OrderBy[];
  readonly limit?: number;
}

/** What changes a table. */
export type Edit =
  | { readonly op: 'insert'; readonly table: string; readonly values: readonly Assignment[] }
  | { readonly op: 'update'; readonly table: string; readonly values: readonly Assignment[]; readonly filter: Filter }
  | { readonly op: 'delete'; readonly table: string; readonly filter: Filter }
  /** Updates the first row whose `key` columns have the same values; inserts when there is none. */
  | {
      readonly op: 'replace';
      readonly table: string;
      readonly values: readonly Assignment[];
      /** The table's auto column when absent. */
      readonly key?: readonly string[];
    };

export type Statement = Select | Edit;

const filterOf = (where: readonly Condition[] = [], anyOf = false): Filter => {
  if (where.length === 0) return [];
  return anyOf ? where.map((condition) => [condition]) : [where];
};

export function selectOf(query: Query): Select {
  const { table, columns, where, anyOf, order = [], limit } = query;
  return {
    op: 'select',
    table,
    ...(columns?.length ? { columns } : {}),
    filter: filterOf(where, anyOf),
    order,
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The statement of a change: an edit, or what the text of a raw one says. */
export function statementOf(change: Change): DbResult<Statement> {
  switch (change.op) {
    case 'raw':
      return parseSql(change.sql, change.params);
    case 'insert':
      return dbOk(change);
    case 'update':
      return dbOk({ op: 'update', table: change.table, values: change.values, filter: filterOf(change.where) });
    case 'delete':
      return dbOk({ op: 'delete', table: change.table, filter: filterOf(change.where) });
    case 'replace':
      return dbOk(change);
    case 'insertUpdate': {
      const { table, values, key } = change;
      return dbOk({ op: 'replace', table, values, ...(key?.length ? { key } : {}) });
    }
  }
}
