import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ctlRpc } from '../oracle/rpc-client.js';
import { Peer, request } from '../unit/sip-server.js';
import { ScriptedServer } from './scripted-server.js';

const TABLE = 'id(int,auto) who(str) d(double,null)\n1:zoe:0.50\n';

const config = (dir: string): string => `#!KAMAILIO
debug=1
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "ctl.so"
loadmodule "db_text.so"
loadmodule "sqlops.so"
modparam("ctl", "binrpc", "unixs:${dir}/ctl")
modparam("db_text", "default_connection", "text://${dir}")
modparam("sqlops", "sqlcon", "ca=>text://${dir}")
request_route {
  sql_query("ca", "replace calls set d=1 where who=\\"$ci\\"");
  sl_send_reply("200", "$sqlrows(ca)");
}
`;

let dir: string;
let server: ScriptedServer;
let peer: Peer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kts-text-'));
  writeFileSync(join(dir, 'calls'), TABLE);
  server = await ScriptedServer.start(config(dir), { dir, env: { KTS_WORKERS: '2' } });
  peer = await Peer.open();
});

afterEach(async () => {
  await peer.close();
  if (server.running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('worker threads share the tables of thread 0, which are written when the server is told to, and when it ends', async () => {
  const ask = (method: string, ...args: string[]) => ctlRpc(join(dir, 'ctl'), method, args);
  const rows = () => readFileSync(join(dir, 'calls'), 'latin1').trim().split('\n').slice(1);
  const calls = 20;
  for (let i = 0; i < calls; i++) {
    peer.send(request('OPTIONS', peer, 'sip:a@b', '', i + 1), server.port, server.address);
    expect((await peer.next()).split('\r\n')[0]).toBe('SIP/2.0 200 1');
  }
  expect(await ask('db_text.query', 'select id, who from calls where id<3')).toEqual({
    result: ['id(int,auto) who(str)\n', '2:call-1', '1:zoe', '\ntotal rows 2 / 2'],
  });
  expect(rows()).toEqual(['1:zoe:0.50']);
  await ask('db_text.dump');
  expect(rows().length).toBe(calls + 1);
  expect(new Set(rows().map((row) => row.split(':')[0])).size).toBe(calls + 1);
  await ask('db_text.query', 'delete from calls where id>1');
  await server.stop();
  expect(rows()).toEqual(['1:zoe:0.50']);
});
