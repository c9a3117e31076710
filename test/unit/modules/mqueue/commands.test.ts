import { expect, it } from 'vitest';
import { commands } from '../../../../src/modules/mqueue/commands.js';
import type { Host } from '../../../../src/registry/host.js';
import type { RpcParam } from '../../../../src/rpc/params.js';
import { RpcTable } from '../../../../src/rpc/table.js';
import type { RpcValue } from '../../../../src/rpc/value.js';
import { makeMqueue } from './host.js';

/** An answer as plain data. */
function plain(value: RpcValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value.kind === 'array') return value.items.map(plain);
  if (value.kind === 'double') return value.value;
  return Object.fromEntries(value.fields.map(([name, field]) => [name, plain(field)]));
}

function asked(...queues: string[]) {
  const { state } = makeMqueue(queues, null);
  const table = new RpcTable();
  for (const [name, def] of Object.entries(commands)) {
    table.register({ name, doc: def.doc, run: def.bind(state, undefined as unknown as Host) });
  }
  return async (method: string, ...params: RpcParam[]): Promise<unknown> => {
    const reply = await table.execute({ method: `mqueue.${method}`, params, protocol: 'jsonrpc' });
    if (reply === undefined) throw new Error(`no command ${method}`);
    if (!reply.ok) return reply.fault.code;
    return reply.list ? reply.values.map(plain) : plain(reply.values[0]!);
  };
}

it('adds, shows, lists and removes items', async () => {
  const ask = asked('name=q', 'name=r;size=1;addmode=1');
  expect(await ask('peek', 'q')).toBe(404);
  expect(await ask('add', 'q', 'a', '1')).toEqual({ name: 'q', size: 1 });
  expect(await ask('add', 'q', 5, 6)).toEqual({ name: 'q', size: 2 });
  expect(await ask('add', 'q', 'a')).toBe(400);
  expect(await ask('add', 'nosuch', 'a', '1')).toBe(404);
  expect(await ask('peek', 'q')).toEqual({ key: 'a', val: '1' });
  expect(await ask('list', 'q')).toEqual([
    { key: 'a', val: '1' },
    { key: '5', val: '6' },
  ]);
  expect(await ask('list', 'q', 1)).toHaveLength(1);
  expect(await ask('list', 'q', 0)).toEqual([]);
  expect(await ask('fetch', 'q')).toEqual({ key: 'a', val: '1' });
  expect(await ask('flush', 'q')).toEqual({ flushed: 1 });
  expect(await ask('get_size', 'q')).toEqual({ name: 'q', size: 0 });
  expect(await ask('flush')).toBe(400);
});

it('counts', async () => {
  const ask = asked('name=r;size=1;addmode=1');
  for (const key of ['a', 'a', 'b']) await ask('add', 'r', key, 'v');
  expect(await ask('stats')).toEqual([
    {
      name: 'r',
      size: 1,
      max_size: 1,
      dbmode: 0,
      addmode: 'keep-first',
      held: 0,
      added: 2,
      replaced: 0,
      duplicates: 1,
      fetched: 0,
      dropped: 1,
      oldest_age: 0,
    },
  ]);
});
