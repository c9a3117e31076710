import { ACC_TABLES } from './acc.js';
import { AUTH_TABLES } from './auth.js';
import { DIALOG_TABLES } from './dialog.js';
import { DOMAIN_TABLES } from './domain.js';
import { HTABLE_TABLES } from './htable.js';
import { ROUTING_TABLES } from './routing.js';
import { int, type TableSchema, text } from './table.js';
import { USRLOC_TABLES } from './usrloc.js';

/** Where the versions of all tables are kept. */
export const VERSION_TABLE: TableSchema = {
  name: 'version',
  version: 1,
  columns: [text('table_name', 32), int('table_version', 0)],
  unique: [{ name: 'version_table_name_idx', columns: ['table_name'] }],
};

/** Every table layout that modules here use, by name; `version` first. */
export const TABLES: ReadonlyMap<string, TableSchema> = new Map(
  [
    VERSION_TABLE,
    ...USRLOC_TABLES,
    ...ACC_TABLES,
    ...AUTH_TABLES,
    ...DOMAIN_TABLES,
    ...HTABLE_TABLES,
    ...DIALOG_TABLES,
    ...ROUTING_TABLES,
  ].map((table) => [table.name, table]),
);

/** The table of an mqueue that is kept in a database; upstream names it after the queue and does not version it. */
export function queueTable(name: string): TableSchema {
  return { name, version: 0, columns: [text('key', 64, ''), text('val', 4096, '')] };
}
