import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSchema } from '../../../../src/db/schema/create.js';
import { TABLES } from '../../../../src/db/schema/tables.js';
import acc, { type Acc } from '../../../../src/modules/acc/index.js';
import { ScriptContext } from '../../../../src/script/context.js';
import { RouteKind } from '../../../../src/script/route-kind.js';
import { temporaryDirectory, value } from '../../db/fixture.js';
import { fakeHost, paramsOf, request } from '../fake-host.js';

const directory = temporaryDirectory();

test('records are stored in upstream’s table, extra columns and other tables included', async () => {
  const url = `sqlite:///${join(directory, 'acc.db')}`;
  const db = value(fakeHost().host.databases.openSync(url));
  value(createSchema(db, [TABLES.get('acc')!, TABLES.get('missed_calls')!]));
  value(db.change({ op: 'raw', sql: 'ALTER TABLE acc ADD COLUMN src VARCHAR(64)' }));
  const bindEnv = {
    moduleState: (name: string) => (name === 'tm' ? { onTransaction: () => {} } : undefined),
    format: (text: string) => () => text,
    pv: (text: string) => ({ text, name: 'fU', read: () => 'alice' }),
  };
  const { host, clock } = fakeHost({ bindEnv, stateIfLoaded: () => undefined } as never);
  const state: Acc = acc.configure(host, paramsOf(acc as never, { db_url: url, db_extra: 'src=$fU' }));
  await state.start();
  const ctx = new ScriptContext(request('INVITE', 'sip:b@c'), RouteKind.REQUEST);
  expect(await state.store(state.eventOf(ctx, '200', 'Fine'), 'acc')).toBe(true);
  expect(await state.store(state.eventOf(ctx, '200', 'Fine'), 'nowhere')).toBe(false);
  await state.stop();
  const columns = ['method', 'from_tag', 'to_tag', 'callid', 'sip_code', 'sip_reason', 'time', 'src'];
  const rows = value(db.query({ table: 'acc', columns }));
  db.close();
  expect(rows.rows).toEqual([['INVITE', 'ft', '', 'call@test', '200', 'Fine', new Date(clock.unix() * 1000), 'alice']]);
});
