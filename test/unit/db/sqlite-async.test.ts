import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Change, Database } from '../../../src/db/database.js';
import { DriverRegistry } from '../../../src/db/registry.js';
import { createSchema } from '../../../src/db/schema/create.js';
import { TABLES } from '../../../src/db/schema/tables.js';
import { SqliteDriver } from '../../../src/db/sqlite/driver.js';
import { errorCode, temporaryDirectory, value } from './fixture.js';

const directory = temporaryDirectory();
const driver = new SqliteDriver();
const registry = new DriverRegistry();
registry.register(driver);
const url = `sqlite://${join(directory, 'shared.db')}`;
const opening = (async (): Promise<Database> => {
  const sync = value(driver.openSync(url));
  value(createSchema(sync, TABLES.values()));
  sync.close();
  return value(await registry.open(url));
})();

afterAll(() => registry.closeAll());

function account(username: string): Change & { op: 'insert' } {
  return { op: 'insert', table: 'subscriber', values: [{ column: 'username', value: username }] };
}

async function accounts(db: Database): Promise<unknown[]> {
  const rows = value(await db.query({ table: 'subscriber', columns: ['username'], order: [{ column: 'id' }] }));
  return rows.rows.map((r) => r[0]);
}

describe('a database in its own thread', () => {
  it('does what it is asked in the order of asking, each change alone', async () => {
    const db = await opening;
    const before = db.query({ table: 'subscriber' });
    const changes = ['a', 'b', 'a', 'c'].map((name) => db.change(account(name)));
    const after = accounts(db);
    expect(value(await before).rows).toEqual([]);
    expect((await Promise.all(changes)).map(errorCode)).toEqual(['none', 'none', 'constraint', 'none']);
    expect(await after).toEqual(['a', 'b', 'c']);
  });

  it('rolls a transaction back without touching its neighbours', async () => {
    const db = await opening;
    const results = await Promise.all([
      db.change(account('d')),
      db.transaction([account('e'), account('d')]),
      db.transaction([account('f'), account('g')]),
    ]);
    expect(results.map(errorCode)).toEqual(['none', 'constraint', 'none']);
    expect(await accounts(db)).toEqual(['a', 'b', 'c', 'd', 'f', 'g']);
  });

  it('has the short forms', async () => {
    const db = await opening;
    const where = [{ column: 'key_name', value: 'k' }];
    const row = (key_value: string) => [
      { column: 'key_name', value: 'k' },
      { column: 'key_value', value: key_value },
    ];
    expect(value(await db.insert('htable', row('1'))).lastInsertId).toBe(1);
    expect(value(await db.update('htable', row('2'), where)).affected).toBe(1);
    expect(value(await db.replace('htable', [{ column: 'id', value: 1 }, ...row('3')])).affected).toBe(1);
    expect(value(await db.insertUpdate('htable', [{ column: 'id', value: 1 }, ...row('4')], ['id'])).affected).toBe(1);
    expect(value(await db.rawQuery('SELECT key_value FROM htable WHERE id = ?', [1])).rows).toEqual([['4']]);
    expect(value(await db.delete('htable', where)).affected).toBe(1);
  });

  it('checks table versions', async () => {
    const db = await opening;
    expect(value(await db.tableVersion('location'))).toBe(9);
    expect(value(await db.tableVersion('nothing'))).toBe(0);
    expect(errorCode(await db.checkTable('location', 9))).toBe('none');
    expect(errorCode(await db.checkTable('location', 8))).toBe('version');
  });

  it('gives rows in chunks while it does other work', async () => {
    const db = await opening;
    const cursor = db.fetch({ table: 'subscriber', columns: ['username'], order: [{ column: 'id' }] }, 4);
    const first = value(await cursor.next()).rows;
    value(await db.change(account('z')));
    const second = value(await cursor.next()).rows;
    expect([...first, ...second].map((r) => r[0])).toEqual(['a', 'b', 'c', 'd', 'f', 'g']);
    expect(value(await cursor.next()).rows).toEqual([]);
    expect(errorCode(await db.fetch({ table: 'absent' }, 4).next())).toBe('syntax');
    const abandoned = db.fetch({ table: 'subscriber' }, 1);
    await abandoned.next();
    await abandoned.close();
    expect(value(await abandoned.next()).rows).toEqual([]);
  });

  it('says that it is closed, and finishes what was asked before', async () => {
    const db = value(await driver.open(`sqlite://${join(directory, 'closing.db')}`));
    const made = db.rawQuery('CREATE TABLE t (i INTEGER)');
    const closing = db.close();
    const late = db.query({ table: 't' });
    expect(errorCode(await made)).toBe('none');
    expect(errorCode(await late)).toBe('gone');
    await closing;
    expect(errorCode(await db.query({ table: 't' }))).toBe('gone');
    await db.close();
  });

  it('shares the file with all who open it, until the last one closes', async () => {
    const shared = `sqlite://${join(directory, 'several.db')}`;
    const [one, two] = (await Promise.all([driver.open(shared), driver.open(shared)])).map(value) as [
      Database,
      Database,
    ];
    const writing = one.rawQuery('CREATE TABLE t (i INTEGER)');
    const reading = two.query({ table: 't' });
    expect([errorCode(await writing), errorCode(await reading)]).toEqual(['none', 'none']);
    await one.close();
    expect(errorCode(await one.query({ table: 't' }))).toBe('gone');
    expect(errorCode(await two.query({ table: 't' }))).toBe('none');
    await two.close();
    const again = value(await driver.open(shared));
    expect(errorCode(await again.query({ table: 't' }))).toBe('none');
    await again.close();
  });

  it('tells why it cannot be opened', async () => {
    expect(errorCode(await driver.open('sqlite:///no/such/directory/x.db'))).toBe('gone');
  });
});
