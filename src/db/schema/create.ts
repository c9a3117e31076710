import type { ColumnType, DbResult, SyncDatabase } from '../database.js';
import { dbError } from '../result.js';
import type { ColumnSchema, TableSchema } from './table.js';
import { VERSION_TABLE } from './tables.js';

/** Types as upstream's SQLite scripts declare them; db_sqlite tells a column's type by this. */
const SQLITE_TYPES: Readonly<Record<ColumnType, (size: number | undefined) => string>> = {
  int: () => 'INTEGER',
  bigint: () => 'BIGINT',
  bitmap: () => 'INTEGER',
  double: () => 'REAL',
  string: (size) => (size === undefined ? 'TEXT' : `VARCHAR(${size})`),
  datetime: () => 'TIMESTAMP WITHOUT TIME ZONE',
  blob: () => 'BLOB',
};

/** The statements that make a table and its indexes in SQLite, if they are not there yet. */
export function sqliteDdl(table: TableSchema): string[] {
  const lines = ['"id" INTEGER PRIMARY KEY NOT NULL', ...table.columns.map(columnDdl)];
  for (const unique of table.unique ?? []) {
    lines.push(`CONSTRAINT ${quote(unique.name)} UNIQUE (${unique.columns.map(quote).join(', ')})`);
  }
  return [
    `CREATE TABLE IF NOT EXISTS ${quote(table.name)} (\n  ${lines.join(',\n  ')}\n)`,
    ...(table.indexes ?? []).map(
      (index) =>
        `CREATE INDEX IF NOT EXISTS ${quote(index.name)} ON ${quote(table.name)} (${index.columns.map(quote).join(', ')})`,
    ),
  ];
}

function columnDdl(column: ColumnSchema): string {
  const value = column.default;
  const preset = value === undefined ? '' : ` DEFAULT ${typeof value === 'number' ? value : `'${value}'`}`;
  return `${quote(column.name)} ${SQLITE_TYPES[column.type](column.size)}${preset}${column.nullable ? '' : ' NOT NULL'}`;
}

function quote(name: string): string {
  return `"${name}"`;
}

/**
 * Makes the tables that are missing and notes their versions; tables that are there stay as they are.
 * Error `version` when one of them is there with another version.
 */
export function createSchema(db: SyncDatabase, tables: Iterable<TableSchema>): DbResult<void> {
  const wanted = [VERSION_TABLE, ...[...tables].filter((table) => table.name !== VERSION_TABLE.name)];
  const made = db.transaction(wanted.flatMap((table) => sqliteDdl(table)).map((sql) => ({ op: 'raw', sql })));
  if (!made.ok) return made;
  for (const { name, version } of wanted) {
    if (version === 0) continue;
    const known = db.tableVersion(name);
    if (!known.ok) return known;
    if (known.value === version) continue;
    if (known.value !== 0) {
      return dbError('version', `table ${name} is there in version ${known.value}, wanted is ${version}`);
    }
    const noted = db.change({
      op: 'insert',
      table: VERSION_TABLE.name,
      values: [
        { column: 'table_name', value: name },
        { column: 'table_version', value: version },
      ],
    });
    if (!noted.ok) return noted;
  }
  return { ok: true, value: undefined };
}
