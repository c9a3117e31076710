import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.js';
import { TextDriver } from '../../../src/db/text/driver.js';
import { TextStore } from '../../../src/db/text/store.js';
import { errorCode, temporaryDirectory, value } from './fixture.js';

const root = temporaryDirectory();
let count = 0;

/** A database of these tables. */
async function database(tables: Record<string, string>, settings: { rereads?: boolean; emptyStrings?: boolean } = {}) {
  const directory = join(root, `${++count}`);
  mkdirSync(directory);
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(directory, name), text, 'latin1');
  const warnings: string[] = [];
  const store = new TextStore(
    { delimiter: ':', emptyStrings: false, maxField: 64, maxRows: 1000, rereads: false, ...settings },
    (text) => warnings.push(text),
  );
  const driver = new TextDriver(root, store.run);
  return {
    directory,
    warnings,
    store,
    db: value(await driver.open(`text://${directory}`)) as Database,
    open: (url: string) => driver.open(url),
    file: (name: string) => readFileSync(join(directory, name), 'latin1'),
  };
}

const USERS = 'id(int,auto) name(str) q(double,null) note(string,null)\n1:ann:0.50:\n4:bob::x\\:y\n';

async function names(db: Database): Promise<unknown[]> {
  return value(await db.query({ table: 'users', columns: ['name'] })).rows.map((row) => row[0]);
}

describe('files that cannot be read', () => {
  const bad: Record<string, [text: string, where: string]> = {
    'an empty file': ['', ':1:1: the first line has to declare'],
    'no columns': ['\n1\n', ':1:1: the first line has to declare'],
    'a column without type': ['id(int) name\n', ':1:8: expected a column'],
    'an unknown type': ['id(int) name(xml)\n', ':1:8: column name: unknown type xml'],
    'an unknown attribute': ['id(int,x)\n', ':1:1: column id: unknown attribute x'],
    'an auto column of text': ['id(str,auto)\n', ':1:1: column id: only an int column can be auto'],
    'two auto columns': ['a(int,auto) b(int,auto)\n', ':1:12: column b: another column is auto'],
    'a column twice': ['a(int) A(str)\n', ':1:7: column A: declared twice'],
    'no number': ['a(str) b(int)\nx:1\n\ny:1x\n', ':4:3: column b: not a number'],
    'a number out of range': ['a(int)\n99999999999999999999\n', ':2:1: column a: number out of range'],
    'no fraction': ['a(double)\n1e5\n', ':2:1: column a: not a number'],
    'an unknown escape': ['a(str)\nab\\qc\n', ':2:3: column a: unknown escape \\q'],
    'an escape at the end': ['a(str)\nab\\\n', ':2:3: column a: unknown escape \\'],
    'too many fields': ['a(str) b(str)\nx:y:z\n', ':2:5: more fields than the 2 columns'],
    'too few fields': ['a(str) b(int)\nx\n', ':2:2: no field for column b'],
    'null where there must be a value': ['a(int) b(str)\n:x\n', ':2:1: null value not allowed for column a'],
    'a field that is too long': [
      `a(str)\n${'x'.repeat(65)}\n`,
      ':2:1: column a: more than 64 characters: please increase',
    ],
  };
  it.each(Object.entries(bad))('%s', async (_, [text, where]) => {
    const { db, directory } = await database({ t: text });
    const read = await db.query({ table: 't' });
    expect(read.ok ? 'read' : read.error.message).toContain(`${join(directory, 't')}${where}`);
  });

  it('other tables can be read all the same, and this one when it has been mended', async () => {
    const { db, directory } = await database({ t: 'a(int)\nx\n', users: USERS });
    expect(errorCode(await db.query({ table: 't' }))).toBe('other');
    expect(await names(db)).toEqual(['ann', 'bob']);
    writeFileSync(join(directory, 't'), 'a(int)\n1\n');
    expect(value(await db.query({ table: 't' })).rows).toEqual([[1]]);
  });
});

describe('names', () => {
  it.each(['../users', '/etc/passwd', '.', '..', '', '.users', 'a\0b', 'x'.repeat(300)])(
    'no table %j',
    async (table) => {
      const { db } = await database({ users: USERS });
      expect(errorCode(await db.query({ table }))).toBe('syntax');
    },
  );
  it('a directory has to be there', async () => {
    const { open, directory } = await database({ users: USERS });
    expect(errorCode(await open('text://')), 'no path').toBe('url');
    expect(errorCode(await open(`text://${directory}/nosuch`))).toBe('gone');
    expect(errorCode(await open(`text://${directory}/users`)), 'a file').toBe('gone');
  });
  it('relative URLs begin at the base directory', async () => {
    const { open, directory } = await database({ users: USERS });
    const db = value(await open(`text://${directory.slice(root.length + 1)}`));
    expect(await names(db)).toEqual(['ann', 'bob']);
  });
});

describe('SQL', () => {
  it.each([
    ["select name from users where id=1 or name='bob' and id=4 order by name desc", ['bob', 'ann']],
    ['select name from users where q = 0.5', ['ann']],
    ['select name from users where q is null', ['bob']],
    ['select name from users where note is not null', ['bob']],
    ['select name from users where note="X:Y"', ['bob']],
    ["select name from users where name='it\\'s'", []],
    ['select name from users where id>-1', ['ann', 'bob']],
  ])('%s', async (sql, wanted) => {
    const { db } = await database({ users: USERS });
    expect(value(await db.rawQuery(sql)).rows.map((row) => row[0])).toEqual(wanted);
  });

  it.each([
    'select',
    'select name',
    'select name from',
    'select name from users where',
    'select name from users where id',
    'select name from users where id=',
    'select name from users where id="1',
    'select name from users where id=1 and',
    'select name from users; delete from users where id=1',
    'select name from users limit 1',
    'select nosuch from users',
    'select name from users order by nosuch',
    'update users set name="x"',
    'update users set nosuch="x" where id=1',
    'replace users set name="x" where id>1',
    'delete users',
    `select name from users where name="${'\\'.repeat(50_001)}`,
  ])('refuses %.60s', async (sql) => {
    const { db } = await database({ users: USERS });
    expect(errorCode(await db.rawQuery(sql))).toBe('syntax');
    expect(await names(db)).toEqual(['ann', 'bob']);
  });
});

describe('changes', () => {
  it('reach the file at the end, in the place of the old one', async () => {
    const { db, directory, file } = await database({ users: USERS });
    chmodSync(join(directory, 'users'), 0o600);
    const before = statSync(join(directory, 'users')).ino;
    const inserted = value(await db.insert('users', [{ column: 'name', value: 'a:b\n\\\0\t\r' }]));
    expect(inserted).toEqual({ affected: 1, lastInsertId: 5 });
    value(await db.update('users', [{ column: 'q', value: 0.125 }], [{ column: 'id', value: 4 }]));
    value(await db.update('users', [{ column: 'q', value: 1e-7 }], [{ column: 'id', value: 5 }]));
    expect(file('users')).toBe(USERS);
    await db.close();
    expect(file('users')).toBe(
      'id(int,auto) name(str) q(double,null) note(string,null)\n5:a\\:b\\n\\\\\\0\\t\\r:0.0000001:\n1:ann:0.50:\n4:bob:0.125:x\\:y\n',
    );
    const after = statSync(join(directory, 'users'));
    expect(after.ino).not.toBe(before);
    expect(after.mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['users']);
    expect(errorCode(await db.query({ table: 'users' }))).toBe('gone');
  });

  it('a file that did not change is not written, a link stays one', async () => {
    const { db, directory, store, file } = await database({ users: USERS, real: USERS });
    symlinkSync('real', join(directory, 'link'));
    const before = statSync(join(directory, 'users')).ino;
    await names(db);
    value(await db.delete('link', [{ column: 'name', value: 'ann' }]));
    expect(await store.save()).toBe(true);
    expect(statSync(join(directory, 'users')).ino).toBe(before);
    expect(file('real')).not.toContain('ann');
  });

  it('all of a transaction or nothing', async () => {
    const { db, store, file } = await database({ users: USERS });
    const add = (name: string | null) =>
      ({ op: 'insert', table: 'users', values: [{ column: 'name', value: name }] }) as const;
    expect(errorCode(await db.transaction([add('x'), add(null)]))).toBe('constraint');
    expect(await names(db)).toEqual(['ann', 'bob']);
    await store.save();
    expect(file('users')).toBe(USERS);
    expect(value(await db.transaction([add('x'), add('y')])).map((done) => done.lastInsertId)).toEqual([5, 6]);
    expect(await names(db)).toEqual(['y', 'x', 'ann', 'bob']);
  });

  it('values of other types are refused', async () => {
    const { db } = await database({ users: `${USERS}`, v: 'i(int) b(blob) t(time)\n' });
    const set = (column: string, given: never) => db.update('users', [{ column, value: given }]);
    expect(errorCode(await set('id', 'x' as never))).toBe('constraint');
    expect(errorCode(await set('id', 1.5 as never))).toBe('constraint');
    expect(errorCode(await set('name', 1 as never))).toBe('constraint');
    expect(errorCode(await set('name', null as never))).toBe('constraint');
    const row = [
      { column: 'i', value: 7n },
      { column: 'b', value: Buffer.from([0, 255]) },
      { column: 't', value: new Date(5000) },
    ];
    value(await db.insert('v', row));
    const { columns, rows } = value(await db.query({ table: 'v' }));
    expect(columns.map((c) => c.type)).toEqual(['int', 'blob', 'datetime']);
    expect(rows).toEqual([[7, Buffer.from([0, 255]), new Date(5000)]]);
  });

  it('insertUpdate goes by its key', async () => {
    const { db } = await database({ users: USERS });
    const values = [
      { column: 'name', value: 'ann' },
      { column: 'note', value: 'new' },
    ];
    value(await db.insertUpdate('users', values, ['name']));
    value(await db.insertUpdate('users', [{ column: 'name', value: 'eve' }], ['name']));
    const { rows } = value(await db.query({ table: 'users', columns: ['id', 'name', 'note'] }));
    expect(rows).toEqual([
      [5, 'eve', null],
      [1, 'ann', 'new'],
      [4, 'bob', 'x:y'],
    ]);
  });

  it('a directory that cannot be written to is told, and tried again', async () => {
    const { db, store, directory, warnings, file } = await database({ users: USERS });
    value(await db.delete('users', [{ column: 'id', value: 1 }]));
    // A directory in place of the file: rename fails for everybody, root included.
    rmSync(join(directory, 'users'));
    mkdirSync(join(directory, 'users', 'in-the-way'), { recursive: true });
    expect(await store.save()).toBe(false);
    expect(warnings.join()).toMatch(/table users was not written: .*users/);
    expect(readdirSync(directory)).toEqual(['users']);
    rmSync(join(directory, 'users'), { recursive: true });
    expect(await store.save()).toBe(true);
    expect(file('users')).toContain('4:bob');
  });
});

describe('files that others change', () => {
  const later = (path: string) => utimesSync(path, new Date(), new Date(Date.now() + 5000));

  it('are read again with db_mode 1 only', async () => {
    for (const rereads of [false, true]) {
      const { db, directory } = await database({ users: USERS }, { rereads });
      await names(db);
      writeFileSync(join(directory, 'users'), 'name(str)\nzoe\n');
      later(join(directory, 'users'));
      expect(await names(db)).toEqual(rereads ? ['zoe'] : ['ann', 'bob']);
    }
  });

  it('win over what was not written yet, which is told', async () => {
    const { db, directory, warnings, store } = await database({ users: USERS }, { rereads: true });
    value(await db.delete('users'));
    await store.save();
    expect(await names(db)).toEqual([]);
    expect(warnings).toEqual([]);
    value(await db.insert('users', [{ column: 'name', value: 'lost' }]));
    writeFileSync(join(directory, 'users'), USERS);
    later(join(directory, 'users'));
    expect(await names(db)).toEqual(['ann', 'bob']);
    expect(warnings.join()).toContain('was changed by others');
  });
});

it('reads a last line without its end, and empty text where null is not allowed', async () => {
  const { db } = await database({ t: 'a(str) b(str,null)\n:\nx:y' });
  expect(value(await db.query({ table: 't' })).rows).toEqual([
    ['', null],
    ['x', 'y'],
  ]);
});

it('fetches in chunks', async () => {
  const rows = Array.from({ length: 999 }, (_, i) => `${i}`).join('\n');
  const { db } = await database({ t: `a(int)\n${rows}\n` });
  const cursor = db.fetch({ table: 't' }, 400);
  const sizes: number[] = [];
  for (;;) {
    const chunk = value(await cursor.next()).rows.length;
    sizes.push(chunk);
    if (chunk === 0) break;
  }
  await cursor.close();
  expect(sizes).toEqual([400, 400, 199, 0]);
});

it('checks versions of tables', async () => {
  const { db } = await database({ version: 'table_name(str) table_version(int)\nusers:3\n', users: USERS });
  expect(value(await db.tableVersion('users'))).toBe(3);
  expect(value(await db.tableVersion('other'))).toBe(0);
  expect(errorCode(await db.checkTable('users', 4))).toBe('version');
  value(await db.checkTable('users', 3));
});
