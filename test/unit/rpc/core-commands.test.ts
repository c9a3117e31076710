import { describe, expect, it } from 'vitest';
import { faultPacket, requestPacket } from '../../../src/rpc/binrpc-write.js';
import { handleJsonRpc } from '../../../src/rpc/jsonrpc.js';
import type { RpcParam } from '../../../src/rpc/params.js';
import { binrpcWire } from '../../../src/rpc/protocol.js';
import type { ServerFacts } from '../../../src/rpc/server-facts.js';
import { RpcTable } from '../../../src/rpc/table.js';
import { fault, list, type RpcValue, reply, struct } from '../../../src/rpc/value.js';
import { STARTED, tableOf } from './fixture.js';

function run(method: string, params: readonly RpcParam[] = [], facts: Partial<ServerFacts> = {}) {
  return tableOf(facts).execute({ method, params, protocol: 'jsonrpc' });
}

const tcp: ReturnType<ServerFacts['tcp']> = {
  readers: 1,
  maxConnections: 2048,
  maxTlsConnections: 100,
  writeQueuedBytes: 7,
  options: { connect_timeout: 10, send_timeout: 10 },
  connections: [
    {
      id: 1,
      type: 'TLS',
      state: 'CONN_OK',
      timeout: 5,
      lifetime: 120,
      source: { address: '10.0.0.1', port: 4000 },
      destination: { address: '10.0.0.2', port: 5061 },
    },
  ],
};

describe('core commands', () => {
  it('tell the time as ctime does', async () => {
    const up = { now: 'Mon May  6 13:02:03 2024', up_since: 'Mon May  6 12:00:00 2024', uptime: 3723 };
    expect(await run('core.uptime')).toEqual(reply(struct(up)));
    const info = await run('core.runinfo', [], { now: () => STARTED + 90_061_000 });
    expect(JSON.stringify(info)).toContain('"1d 1h 1m 1s"');
  });

  it('scale shared memory', async () => {
    const total = async (...params: RpcParam[]) =>
      JSON.stringify(await run('core.shmmem', params)).match(/"total",(\d+)/)?.[1];
    expect(await total()).toBe('67108864');
    expect(await total('b')).toBe('67108864');
    expect(await total('KB')).toBe('65536');
    expect(await total('m')).toBe('64');
    expect(await total('g')).toBe('0');
    expect(await run('core.shmmem', ['kk'])).toEqual(fault(500, 'bad param, (use b|k|m|g)'));
  });

  it('tell of TCP, or that it is off', async () => {
    for (const name of ['core.tcp_info', 'core.tcp_list', 'core.tcp_options']) {
      expect(await run(name)).toEqual(fault(500, 'tcp support disabled'));
    }
    const on = { tcp: () => tcp };
    expect(await run('core.tcp_options', [], on)).toEqual(reply(struct({ connect_timeout: 10, send_timeout: 10 })));
    expect(JSON.stringify(await run('core.tcp_info', [], on))).toContain('["opened_tls_connections",1]');
    expect(JSON.stringify(await run('core.tcp_list', [], on))).toContain('["dst_port",5061]');
  });

  it('send signals after the answer', async () => {
    const signals: number[] = [];
    const kill = (signal: number) => signals.push(signal);
    expect(await run('core.kill', [], { kill })).toEqual(reply());
    expect(signals).toEqual([]);
    await run('core.kill', [10], { kill });
    await new Promise((resolve) => setImmediate(resolve));
    expect(signals).toEqual([15, 10]);
  });

  it('list processes, modules, defines and arguments', async () => {
    expect(await run('core.psx')).toMatchObject({
      list: true,
      values: [struct({ IDX: 0, PID: 10, DSC: 'main process - attendant' }), {}],
    });
    expect(await run('core.modules')).toEqual(list(['sl', 'kex']));
    expect(await run('core.ppdefines_full')).toEqual(
      list([struct({ name: 'KAMAILIO_5', type: 0, value: 'none' }), struct({ name: 'X', type: 0, value: '1' })]),
    );
    expect(await run('core.arg')).toEqual(list(['kamailio', '-f', 'k.cfg']));
  });

  it('know all commands', async () => {
    const names = await run('system.listMethods');
    if (!names?.ok) throw new Error('no list');
    expect(names.values).toEqual([...names.values].sort());
    expect(names.values).toContain('core.echo');
    expect(await run('system.methodHelp', ['test.last'])).toEqual(reply('d'));
    expect(await run('system.methodHelp', ['test.values'])).toEqual(reply('undocumented'));
    expect(await run('system.methodSignature', ['core.ps'])).toEqual(fault(500, 'Not Implemented Yet'));
  });
});

describe('the table', () => {
  it('keeps the first of a name and reports what is thrown', async () => {
    const errors: unknown[] = [];
    const table = new RpcTable((method, error) => errors.push(method, (error as Error).message));
    const command = { name: 'a.b', doc: '', run: () => reply(1) };
    expect(table.register(command)).toBe(true);
    expect(table.register({ ...command, run: () => reply(2) })).toBe(false);
    table.register({ name: 'a.late', doc: '', run: () => Promise.reject(new Error('late')) });
    const request = (method: string) => table.execute({ method, params: [], protocol: 'binrpc' });
    expect(await request('a.b')).toEqual(reply(1));
    expect(await request('a.c')).toBeUndefined();
    expect(await request('a.late')).toEqual(fault(500, 'Internal Server Error'));
    expect(errors).toEqual(['a.late', 'late']);
  });

  it('survives an answer that cannot be printed', async () => {
    const errors: string[] = [];
    const table = new RpcTable((method) => errors.push(method));
    table.register({ name: 'a.bad', doc: '', run: () => reply(struct({ x: undefined as unknown as RpcValue })) });
    const json = await handleJsonRpc(table, '{"jsonrpc":"2.0","method":"a.bad","id":1}', { pretty: false });
    expect(json.body).toContain('"code":500');
    const packet = await binrpcWire(table).datagram(requestPacket(1, 'a.bad', []));
    expect(packet).toEqual(faultPacket(1, { code: 500, message: 'Internal Server Error' }));
    expect(errors).toEqual(['a.bad', 'a.bad']);
  });
});

describe('parameters', () => {
  const scan = async (protocol: 'jsonrpc' | 'binrpc', params: readonly RpcParam[], ...signatures: string[]) => {
    const table = new RpcTable();
    let seen: unknown[] = [];
    table.register({
      name: 'p',
      doc: '',
      run: (call) => {
        seen = signatures.map((s) => call.scan(s)).map((r) => (r.ok ? r.args : 'refused'));
        return reply();
      },
    });
    await table.execute({ method: 'p', params, protocol });
    return seen;
  };
  const half = { kind: 'double', value: 2.5 } as const;

  it('are read on from where the last reading stopped', async () => {
    expect(await scan('jsonrpc', ['a', 1, half], 'S', 'd*f', '*s')).toEqual([['a'], [1, 2.5], [undefined]]);
  });

  it('convert over binrpc only when asked to', async () => {
    expect(await scan('binrpc', ['12'], 'd')).toEqual(['refused']);
    expect(await scan('binrpc', ['12', '1.5x', 7], '.d.f.s')).toEqual([[12, 1.5, '7']]);
    expect(await scan('binrpc', ['x'], '.d')).toEqual(['refused']);
    expect(await scan('binrpc', [3, half], 'ff')).toEqual([[3, 2.5]]);
    expect(await scan('binrpc', [half], 'd')).toEqual(['refused']);
    expect(await scan('binrpc', [half], '.d')).toEqual([[2]]);
  });

  it('are cut to their width', async () => {
    expect(await scan('binrpc', [2 ** 32 + 1, -1, -1, 0, half], 'dulbf')).toEqual([[1, 4294967295, -1, false, 2.5]]);
    // As the real jsonrpcs was seen to: a number that does not fit becomes what the machine makes of it.
    expect(await scan('jsonrpc', [2 ** 32 + 1, -1, -7], 'dud')).toEqual([[-(2 ** 31), 4294967295, -7]]);
    expect(await scan('jsonrpc', [1e20], '.s')).toEqual([['0']]);
    expect(await scan('jsonrpc', [-1], 'J')).toEqual([[18446744073709551615n]]);
  });

  it('of an unknown letter are refused', async () => {
    expect(await scan('jsonrpc', ['a'], 'x')).toEqual(['refused']);
  });
});
