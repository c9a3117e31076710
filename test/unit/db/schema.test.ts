import { existsSync, readdirSync, readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createSchema, sqliteDdl } from '../../../src/db/schema/create.js';
import { queueTable, TABLES } from '../../../src/db/schema/tables.js';
import { SqliteDriver } from '../../../src/db/sqlite/driver.js';
import { errorCode, value } from './fixture.js';

const UPSTREAM = '/usr/share/kamailio/db_sqlite';
const installed = existsSync(UPSTREAM);

interface Column {
  readonly type: string;
  readonly dflt_value: string | null;
}

/** Columns, unique keys and indexes as SQLite itself tells them, apart from the numbering of automatic indexes. */
function layout(db: Sqlite.Database, table: string): unknown {
  // `DEFAULT NULL` is no default, 1.0 is 1, and SQLite keeps both kinds of integer alike.
  const columns = (db.pragma(`table_info(${table})`) as Column[]).map((row) => {
    const column = { ...row, type: row.type.replace('SMALLINT', 'INTEGER') };
    const text = column.dflt_value;
    if (text === null || text === 'NULL') return { ...column, dflt_value: null };
    return { ...column, dflt_value: text.startsWith("'") ? text : Number(text) };
  });
  const indexes = (db.pragma(`index_list(${table})`) as { name: string; unique: number; origin: string }[]).map(
    ({ name, unique, origin }) => ({ name, unique, origin, columns: db.pragma(`index_info(${name})`) }),
  );
  return { columns, indexes };
}

describe('table layouts', () => {
  it.skipIf(!installed && process.env.KTS_REQUIRE_PEERS !== '1')(
    'are those of the installed Kamailio (needs package kamailio-sqlite-modules)',
    () => {
      const upstream = new Sqlite(':memory:');
      const scripts = readdirSync(UPSTREAM).filter((file) => file.endsWith('-create.sql'));
      for (const file of ['standard-create.sql', ...scripts.filter((f) => f !== 'standard-create.sql')]) {
        upstream.exec(readFileSync(`${UPSTREAM}/${file}`, 'utf8'));
      }
      const versions = new Map(
        upstream.prepare('SELECT table_name, table_version FROM version').raw().all() as [string, number][],
      );
      const ours = new Sqlite(':memory:');
      for (const table of TABLES.values()) {
        for (const sql of sqliteDdl(table)) ours.exec(sql);
        expect(layout(ours, table.name), table.name).toEqual(layout(upstream, table.name));
        expect(table.version, table.name).toBe(versions.get(table.name));
      }
    },
  );

  it('are made once, with their versions', () => {
    const db = value(new SqliteDriver().openSync('sqlite://:memory:'));
    const some = [...TABLES.values()].slice(0, 4);
    value(createSchema(db, some));
    value(createSchema(db, [...TABLES.values(), queueTable('alerts')]));
    expect(value(db.query({ table: 'version' })).rows).toHaveLength(TABLES.size);
    expect(value(db.query({ table: 'alerts' })).columns.map((c) => c.name)).toEqual(['id', 'key', 'val']);
    expect(value(db.tableVersion('version'))).toBe(1);
    value(db.rawQuery("UPDATE version SET table_version = 3 WHERE table_name = 'acc'"));
    expect(errorCode(createSchema(db, TABLES.values()))).toBe('version');
  });
});
