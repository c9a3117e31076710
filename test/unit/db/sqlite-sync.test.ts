import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { DbValue, SyncDatabase } from '../../../src/db/database.js';
import { DriverRegistry } from '../../../src/db/registry.js';
import { SqliteDriver } from '../../../src/db/sqlite/driver.js';
import { errorCode, temporaryDirectory, value } from './fixture.js';

const directory = temporaryDirectory();
let files = 0;

function open(url = 'sqlite://:memory:'): SyncDatabase {
  return value(new SqliteDriver().openSync(url));
}

function fresh(): string {
  return join(directory, `f${files++}.db`);
}

function assign(row: Readonly<Record<string, DbValue>>) {
  return Object.entries(row).map(([column, v]) => ({ column, value: v }));
}

const TYPED = `CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, b BIGINT, d REAL, s VARCHAR(9), x TEXT,
  w TIMESTAMP WITHOUT TIME ZONE, o BLOB, CONSTRAINT u UNIQUE (s))`;

function typed(): SyncDatabase {
  const db = open();
  value(db.rawQuery(TYPED));
  return db;
}

describe('values', () => {
  it('come back with the types of their columns', () => {
    const db = typed();
    const row = {
      i: -5,
      b: 9_007_199_254_740_993n,
      d: 2,
      s: 'Zo\xc3\xab',
      x: '',
      w: new Date('2024-05-06T07:08:09Z'),
      o: Buffer.from([0, 255]),
    };
    value(db.change({ op: 'insert', table: 't', values: assign(row) }));
    const rows = value(db.query({ table: 't', columns: ['i', 'b', 'd', 's', 'x', 'w', 'o'] }));
    expect(rows.columns.map((c) => c.type)).toEqual([
      'int',
      'bigint',
      'double',
      'string',
      'string',
      'datetime',
      'blob',
    ]);
    expect(rows.rows).toEqual([Object.values(row)]);
    // Other programs see the text as UTF-8, and whole numbers as integers.
    const seen = value(db.rawQuery('SELECT length(s), typeof(i), typeof(d), typeof(w) FROM t'));
    expect(seen.rows).toEqual([[3, 'integer', 'real', 'real']]);
  });

  it('may be null', () => {
    const db = typed();
    value(db.change({ op: 'insert', table: 't', values: assign({ i: null, s: null, w: null }) }));
    expect(value(db.query({ table: 't', columns: ['i', 's', 'w'] })).rows).toEqual([[null, null, null]]);
  });

  it('keep bytes that are no UTF-8', () => {
    const db = typed();
    const bytes = 'a\xff\xfe\0b';
    value(db.change({ op: 'insert', table: 't', values: assign({ s: bytes }) }));
    expect(value(db.query({ table: 't', columns: ['s'], where: [{ column: 's', value: bytes }] })).rows).toEqual([
      [bytes],
    ]);
  });

  it('of time are Julian days in the file, as db_sqlite keeps them; texts are read too', () => {
    const db = typed();
    const when = new Date('2024-05-06T07:08:09Z');
    value(db.change({ op: 'insert', table: 't', values: assign({ w: when }) }));
    expect(value(db.rawQuery("SELECT strftime('%s', w) FROM t")).rows).toEqual([[String(when.getTime() / 1000)]]);
    value(db.rawQuery("INSERT INTO t (w) VALUES ('2000-01-01 00:00:01')"));
    expect(value(db.query({ table: 't', columns: ['w'] })).rows[1]).toEqual([new Date('2000-01-01T00:00:01Z')]);
  });
});

describe('queries', () => {
  const db = typed();
  for (let i = 0; i < 6; i++) {
    value(db.change({ op: 'insert', table: 't', values: assign({ i, s: `k${i}`, d: i % 2 === 0 ? null : i }) }));
  }
  const ids = (
    where: { column: string; op?: '=' | '<' | '>' | '<=' | '>=' | '!=' | '&'; value: DbValue }[],
    anyOf = false,
  ) => value(db.query({ table: 't', columns: ['i'], where, anyOf, order: [{ column: 'i' }] })).rows.map((r) => r[0]);

  it('compare with every operator', () => {
    expect(ids([{ column: 'i', value: 3 }])).toEqual([3]);
    expect(ids([{ column: 'i', op: '<', value: 2 }])).toEqual([0, 1]);
    expect(ids([{ column: 'i', op: '<=', value: 2 }])).toEqual([0, 1, 2]);
    expect(ids([{ column: 'i', op: '>', value: 4 }])).toEqual([5]);
    expect(ids([{ column: 'i', op: '>=', value: 4 }])).toEqual([4, 5]);
    expect(ids([{ column: 'i', op: '!=', value: 3 }])).toEqual([0, 1, 2, 4, 5]);
    expect(ids([{ column: 'i', op: '&', value: 4 }])).toEqual([4, 5]);
    expect(ids([{ column: 'd', value: null }])).toEqual([0, 2, 4]);
    expect(ids([{ column: 'd', op: '!=', value: null }])).toEqual([1, 3, 5]);
  });

  it('join conditions, order and limit', () => {
    const both = [
      { column: 'i', op: '>' as const, value: 2 },
      { column: 'd', value: null },
    ];
    expect(ids(both)).toEqual([4]);
    expect(ids(both, true)).toEqual([0, 2, 3, 4, 5]);
    const top = db.query({ table: 't', columns: ['s'], order: [{ column: 'i', descending: true }], limit: 2 });
    expect(value(top).rows).toEqual([['k5'], ['k4']]);
  });

  it('come in chunks', () => {
    const chunks = [...db.fetch({ table: 't', columns: ['i'], order: [{ column: 'i' }] }, 4)].map(
      (c) => value(c).rows.length,
    );
    expect(chunks).toEqual([4, 2]);
    expect([...db.fetch({ table: 'nope' }, 4)].map(errorCode)).toEqual(['syntax']);
  });
});

describe('changes', () => {
  it('tell what they did', () => {
    const db = typed();
    const insert = (s: string) => value(db.change({ op: 'insert', table: 't', values: assign({ s, i: 1 }) }));
    expect(insert('a')).toEqual({ affected: 1, lastInsertId: 1 });
    expect(insert('b')).toEqual({ affected: 1, lastInsertId: 2 });
    expect(value(db.change({ op: 'update', table: 't', values: assign({ i: 7 }) }))).toEqual({
      affected: 2,
      lastInsertId: undefined,
    });
    value(db.change({ op: 'replace', table: 't', values: assign({ s: 'a', i: 8 }) }));
    value(db.change({ op: 'insertUpdate', table: 't', values: assign({ s: 'b', i: 9 }), key: ['s'] }));
    value(db.change({ op: 'insertUpdate', table: 't', values: assign({ s: 'c', i: 10 }) }));
    expect(value(db.query({ table: 't', columns: ['s', 'i'], order: [{ column: 's' }] })).rows).toEqual([
      ['a', 8],
      ['b', 9],
      ['c', 10],
    ]);
    expect(value(db.change({ op: 'delete', table: 't', where: [{ column: 'i', op: '>', value: 8 }] })).affected).toBe(
      2,
    );
  });

  it('of a transaction happen all or not at all', () => {
    const db = typed();
    const change = (s: string) => ({ op: 'insert' as const, table: 't', values: assign({ s }) });
    expect(errorCode(db.transaction([change('a'), change('b'), change('a')]))).toBe('constraint');
    expect(value(db.query({ table: 't' })).rows).toEqual([]);
    expect(value(db.transaction([change('a'), change('b')]))).toHaveLength(2);
  });

  it('cannot break out of names', () => {
    const db = typed();
    expect(errorCode(db.query({ table: 't"; DROP TABLE t; --' }))).toBe('syntax');
    expect(value(db.query({ table: 't' })).rows).toEqual([]);
  });
});

describe('failures', () => {
  it('have codes', () => {
    const db = open();
    expect(errorCode(db.rawQuery('SELEKT 1'))).toBe('syntax');
    expect(errorCode(db.query({ table: 'absent' }))).toBe('syntax');
    expect(errorCode(db.rawQuery('SELECT 1; SELECT 2'))).toBe('syntax');
    db.close();
    expect(errorCode(db.query({ table: 'absent' }))).toBe('gone');
    expect(errorCode(new SqliteDriver().openSync('sqlite:///no/such/directory/file.db'))).toBe('gone');
    expect(errorCode(new SqliteDriver().openSync('mysql://h/d'))).toBe('url');
    expect(errorCode(new SqliteDriver().openSync('sqlite://'))).toBe('url');
  });

  it('tell that another writer holds the file', () => {
    const path = fresh();
    const driver = new SqliteDriver();
    expect(driver.configure('db_set_busy_timeout', `${path}=0`)).toBeUndefined();
    const db = value(driver.openSync(`sqlite://${path}`));
    value(db.rawQuery(TYPED));
    const other = new Sqlite(path);
    other.exec('BEGIN IMMEDIATE');
    expect(errorCode(db.change({ op: 'insert', table: 't', values: assign({ i: 1 }) }))).toBe('locked');
    other.close();
    db.close();
  });
});

describe('the driver', () => {
  it('keeps to the journal mode and to reading where told', () => {
    const path = fresh();
    const mode = (db: SyncDatabase) => value(db.rawQuery('PRAGMA journal_mode')).rows[0]?.[0];
    const plain = open(`sqlite://${path}`);
    expect(mode(plain)).toBe('wal');
    value(plain.rawQuery(TYPED));
    plain.close();
    const driver = new SqliteDriver();
    expect(driver.configure('db_set_journal_mode', `${path}=DELETE;`)).toBeUndefined();
    const other = value(driver.openSync(`sqlite://${path}`));
    expect(mode(other)).toBe('delete');
    other.close();
    expect(driver.configure('db_set_readonly', path)).toBeUndefined();
    const reader = value(driver.openSync(`sqlite://${path}`));
    expect(errorCode(reader.change({ op: 'insert', table: 't', values: assign({ i: 1 }) }))).toBe('readonly');
    reader.close();
    driver.configure('db_set_readonly', `${path}.absent`);
    expect(errorCode(driver.openSync(`sqlite://${path}.absent`))).toBe('gone');
    expect(existsSync(`${path}.absent`)).toBe(false);
  });

  it('refuses parameters that make no sense', () => {
    const driver = new SqliteDriver();
    expect(driver.configure('db_set_journal_mode', '/x=SIDEWAYS')).toMatch('SIDEWAYS');
    expect(driver.configure('db_set_journal_mode', '/x')).toMatch('/x');
    expect(driver.configure('db_set_busy_timeout', '/x=soon')).toMatch('soon');
    expect(driver.configure('other', 1)).toMatch('other');
  });

  it('is found by scheme', () => {
    const registry = new DriverRegistry();
    expect(errorCode(registry.openSync('sqlite://:memory:'))).toBe('url');
    registry.register(new SqliteDriver());
    expect(value(registry.openSync('SQLITE://:memory:'.toLowerCase())).url).toBe('sqlite://:memory:');
    expect(errorCode(registry.openSync('mysql://x/y'))).toBe('url');
  });
});
