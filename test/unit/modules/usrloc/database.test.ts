import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../../../src/db/schema/create.js';
import { USRLOC_TABLES } from '../../../../src/db/schema/usrloc.js';
import type { ContactInfo } from '../../../../src/modules/usrloc/contact.js';
import type { Domain } from '../../../../src/modules/usrloc/domain.js';
import usrloc, { type Usrloc } from '../../../../src/modules/usrloc/index.js';
import { temporaryDirectory, value } from '../../db/fixture.js';
import { fakeHost, paramsOf } from '../fake-host.js';

const directory = temporaryDirectory();
let files = 0;

function newDatabase(): string {
  const url = `sqlite:///${join(directory, `location-${files++}.db`)}`;
  const db = value(fakeHost().host.databases.openSync(url));
  value(createSchema(db, USRLOC_TABLES));
  db.close();
  return url;
}

/** Starts usrloc over a database; `end` writes what is left and closes it. */
async function run(url: string, mode: number, set: Record<string, unknown> = {}) {
  const fake = fakeHost();
  const state: Usrloc = usrloc.configure(fake.host, paramsOf(usrloc as never, { db_url: url, db_mode: mode, ...set }));
  const domain = state.domain('location');
  await state.start();
  return { ...fake, state, domain, end: () => state.stop() };
}

function rows(url: string): string[] {
  const db = value(fakeHost().host.databases.openSync(url));
  const found = value(
    db.query({ table: 'location', columns: ['username', 'contact', 'q'], order: [{ column: 'contact' }] }),
  );
  db.close();
  return found.rows.map((row) => row.join(' '));
}

function info(state: Usrloc, address: string, more: Partial<ContactInfo> = {}): ContactInfo {
  return {
    address,
    received: '',
    path: '',
    expires: state.now() + 100,
    q: 500,
    callId: 'c1',
    cseq: 1,
    flags: 0,
    cflags: 0,
    userAgent: 'test',
    socket: 'udp:127.0.0.1:5060',
    lastModified: state.now(),
    methods: 5951,
    instance: '',
    regId: 0,
    serverId: 0,
    connectionId: -1,
    xavp: [],
    ...more,
  };
}

const add = (state: Usrloc, domain: Domain, address: string, more: Partial<ContactInfo> = {}) =>
  domain.change('alice', (record) => record.insert(state.newRuid(), info(state, address, more)));

describe('write-through (db_mode 1)', () => {
  test('a contact is in the database when the change is done, and is loaded by the next run', async () => {
    const url = newDatabase();
    const first = await run(url, 1);
    await add(first.state, first.domain, 'sip:a@10.0.0.1', {
      path: '<sip:10.1.1.1;lr>',
      instance: '<urn:uuid:1>',
      regId: 3,
    });
    expect(rows(url)).toEqual(['alice sip:a@10.0.0.1 0.5']);
    await first.end();
    const second = await run(url, 1);
    const contacts = await second.domain.contactsOf('alice');
    expect(contacts).toMatchObject([
      {
        address: 'sip:a@10.0.0.1',
        q: 500,
        path: '<sip:10.1.1.1;lr>',
        instance: '<urn:uuid:1>',
        regId: 3,
        methods: 5951,
        state: 'CS_SYNC',
      },
    ]);
    await second.end();
  });

  test('updates and removals reach the database', async () => {
    const url = newDatabase();
    const { state, domain, end } = await run(url, 1);
    await add(state, domain, 'sip:a@10.0.0.1');
    await domain.change('alice', (record) =>
      record.update(record.contacts[0]!, info(state, 'sip:a@10.0.0.1', { q: 900, cseq: 2 })),
    );
    expect(rows(url)).toEqual(['alice sip:a@10.0.0.1 0.9']);
    await domain.change('alice', (record) => record.delete(record.contacts[0]!));
    expect(rows(url)).toEqual([]);
    expect(await domain.contactsOf('alice')).toBeUndefined();
    await end();
  });

  test('contacts kept in memory only never reach it', async () => {
    const url = newDatabase();
    const { state, domain, end } = await run(url, 1);
    await add(state, domain, 'sip:a@10.0.0.1', { flags: 1 });
    await end();
    expect(rows(url)).toEqual([]);
  });
});

describe('write-back (db_mode 2)', () => {
  test('the timer writes, and the end does', async () => {
    const url = newDatabase();
    const { state, domain, end } = await run(url, 2);
    await add(state, domain, 'sip:a@10.0.0.1');
    expect(rows(url)).toEqual([]);
    expect(await state.flush()).toBe(true);
    expect(rows(url)).toEqual(['alice sip:a@10.0.0.1 0.5']);
    await add(state, domain, 'sip:b@10.0.0.1');
    await end();
    expect(rows(url)).toEqual(['alice sip:a@10.0.0.1 0.5', 'alice sip:b@10.0.0.1 0.5']);
  });

  test('a removed contact is invalid at once and leaves the database with the timer', async () => {
    const url = newDatabase();
    const { state, domain, end } = await run(url, 2);
    await add(state, domain, 'sip:a@10.0.0.1');
    await state.flush();
    await domain.change('alice', (record) => record.delete(record.contacts[0]!));
    expect(await domain.contactsOf('alice')).toMatchObject([{ expires: 10 }]);
    await state.flush();
    expect(rows(url)).toEqual([]);
    expect(await domain.contactsOf('alice')).toBeUndefined();
    await end();
  });
});

describe('database only (db_mode 3)', () => {
  test('every look reads the database, every change writes it', async () => {
    const url = newDatabase();
    const { state, domain, end } = await run(url, 3);
    await add(state, domain, 'sip:a@10.0.0.1');
    const other = await run(url, 3);
    expect(await other.domain.contactsOf('alice')).toMatchObject([{ address: 'sip:a@10.0.0.1' }]);
    const ruid = ((await domain.contactsOf('alice')) as readonly { ruid: string }[])[0]!.ruid;
    expect(await other.domain.contactByRuid(ruid)).toMatchObject({ aor: 'alice' });
    await other.end();
    expect(value(await state.store!.count('location', 'users', false))).toBe(1);
    await end();
  });

  test('the timer deletes expired rows', async () => {
    const url = newDatabase();
    const { state, domain, clock, end } = await run(url, 3);
    await add(state, domain, 'sip:a@10.0.0.1');
    clock.advance(50_000);
    await state.flush();
    expect(rows(url)).toHaveLength(1);
    clock.advance(60_000);
    await state.flush();
    expect(rows(url)).toEqual([]);
    await end();
  });
});

test('loading without writing (db_mode 4) leaves the database alone', async () => {
  const url = newDatabase();
  const first = await run(url, 1);
  await add(first.state, first.domain, 'sip:a@10.0.0.1');
  await first.end();
  const { state, domain, end } = await run(url, 4);
  await add(state, domain, 'sip:b@10.0.0.1');
  await end();
  expect(rows(url)).toEqual(['alice sip:a@10.0.0.1 0.5']);
});

test('a table of another layout keeps usrloc from starting', async () => {
  const url = newDatabase();
  const db = value(fakeHost().host.databases.openSync(url));
  value(
    db.change({
      op: 'update',
      table: 'version',
      values: [{ column: 'table_version', value: 8 }],
      where: [{ column: 'table_name', value: 'location' }],
    }),
  );
  db.close();
  await expect(run(url, 1)).rejects.toThrow();
});

test('attributes of a contact come back from the database', async () => {
  const url = newDatabase();
  const set = { xavp_contact: 'ul' };
  const first = await run(url, 1, set);
  await add(first.state, first.domain, 'sip:a@10.0.0.1', {
    xavp: [
      ['n', 7],
      ['t', 'text'],
    ],
  });
  await first.end();
  const second = await run(url, 1, set);
  const contacts = (await second.domain.contactsOf('alice')) as readonly ContactInfo[];
  expect([...contacts[0]!.xavp].sort()).toEqual([
    ['n', 7],
    ['t', 'text'],
  ]);
  await second.end();
});
