import type { Assignment, Change, Condition, DbValue, Query } from './database.js';

/** A statement with its parameters apart, so that the text repeats and can be prepared once. */
export interface Sql {
  readonly text: string;
  readonly params: readonly DbValue[];
}

/** What differs between SQL databases. */
export interface Dialect {
  quote(name: string): string;
  /** The statement that inserts or, when the key is taken, updates. */
  insertUpdate(table: string, columns: readonly string[], key: readonly string[]): string;
}

/** Upstream's operators in SQL. */
const OPERATORS: Readonly<Record<string, string>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!=': '<>',
};

/** The select of a query. */
export function selectSql(query: Query, dialect: Dialect): Sql {
  const params: DbValue[] = [];
  const columns = query.columns?.length ? query.columns.map((c) => dialect.quote(c)).join(', ') : '*';
  let text = `SELECT ${columns} FROM ${dialect.quote(query.table)}`;
  text += whereSql(query.where, query.anyOf ?? false, params, dialect);
  if (query.order?.length) {
    const keys = query.order.map((o) => dialect.quote(o.column) + (o.descending ? ' DESC' : ''));
    text += ` ORDER BY ${keys.join(', ')}`;
  }
  if (query.limit !== undefined) {
    text += ' LIMIT ?';
    params.push(query.limit);
  }
  return { text, params };
}

/** The statement of a change. */
export function changeSql(change: Change, dialect: Dialect): Sql {
  const params: DbValue[] = [];
  switch (change.op) {
    case 'raw':
      return { text: change.sql, params: change.params ?? [] };
    case 'insert':
    case 'replace': {
      const verb = change.op === 'insert' ? 'INSERT' : 'REPLACE';
      return {
        text: `${verb} INTO ${dialect.quote(change.table)} ${valuesSql(change.values, params, dialect)}`,
        params,
      };
    }
    case 'insertUpdate':
      return {
        text: dialect.insertUpdate(
          change.table,
          change.values.map((v) => v.column),
          change.key ?? [],
        ),
        params: change.values.map((v) => v.value),
      };
    case 'update': {
      const sets = change.values.map((v) => {
        params.push(v.value);
        return `${dialect.quote(v.column)} = ?`;
      });
      const where = whereSql(change.where, false, params, dialect);
      return { text: `UPDATE ${dialect.quote(change.table)} SET ${sets.join(', ')}${where}`, params };
    }
    case 'delete':
      return {
        text: `DELETE FROM ${dialect.quote(change.table)}${whereSql(change.where, false, params, dialect)}`,
        params,
      };
  }
}

function valuesSql(values: readonly Assignment[], params: DbValue[], dialect: Dialect): string {
  if (values.length === 0) return 'DEFAULT VALUES';
  for (const { value } of values) params.push(value);
  const columns = values.map((v) => dialect.quote(v.column)).join(', ');
  return `(${columns}) VALUES (${values.map(() => '?').join(', ')})`;
}

function whereSql(
  where: readonly Condition[] | undefined,
  anyOf: boolean,
  params: DbValue[],
  dialect: Dialect,
): string {
  if (!where?.length) return '';
  const terms = where.map(({ column, op = '=', value }) => {
    const name = dialect.quote(column);
    if (value === null && (op === '=' || op === '!=')) return `${name} IS ${op === '=' ? '' : 'NOT '}NULL`;
    params.push(value);
    return op === '&' ? `(${name} & ?) <> 0` : `${name} ${OPERATORS[op]} ?`;
  });
  return ` WHERE ${terms.join(anyOf ? ' OR ' : ' AND ')}`;
}
