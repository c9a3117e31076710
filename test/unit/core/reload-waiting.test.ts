import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { type Server, startServer } from '../../../src/core/server.js';
import { request } from '../tm/harness.js';

let dir: string;
let server: Server;
let clock: VirtualClock;
let log: string[];

const write = (route: string): void =>
  writeFileSync(
    join(dir, 'k.cfg'),
    `listen=udp:127.0.0.1:0\nloadmodule "pv"\nloadmodule "tm"\nloadmodule "xlog"\nloadmodule "async"\nrequest_route { ${route} }`,
  );

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kts-reload-'));
  clock = new VirtualClock();
  log = [];
  write('async_sleep("5"); xlog("L_ERR", "first\\n");');
  const result = await startServer({
    configFile: 'k.cfg',
    cwd: dir,
    env: {},
    compat: '5.6',
    defines: new Map(),
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    allowMissing: new Set(),
    debugOffset: 0,
    sink: { write: ({ source, text }) => void (/script|async/.test(source) && log.push(text.trim())) },
    clock,
    args: [],
    onKill: () => {},
  });
  if (!result.ok) throw new Error([...result.reasons, ...result.diagnostics.map((d) => d.title)].join('\n'));
  ({ server } = result);
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

function arrives(callId: string): void {
  const { network } = server.thread;
  const socket = network.sockets[0]!;
  void server.thread.receive(request('OPTIONS', { callId }), {
    srcIp: '127.0.0.1',
    srcPort: 9,
    dstIp: '127.0.0.1',
    dstPort: socket.port,
    proto: 'udp',
    family: 4,
    socket,
    connectionId: 0,
  });
}

test('a block that waits in async_sleep() ends as it began, whatever is reloaded', async () => {
  arrives('c1');
  write('async_sleep("5"); xlog("L_ERR", "second\\n");');
  expect((await server.reload()).ok).toBe(true);
  arrives('c2');
  clock.advance(6000);
  expect(log).toEqual(['first', 'second']);
});

test('async_sleep() goes on as before when a reload is refused', async () => {
  arrives('c1');
  write('async_sleep("5"); xlog("L_ERR", "second\\n"); no_such_function();');
  expect((await server.reload()).ok).toBe(false);
  arrives('c2');
  clock.advance(6000);
  expect(log).toEqual(['first', 'first']);
});

test('async_sleep() goes on as before when the sockets do not suit a reload', async () => {
  arrives('c1');
  write('async_sleep("5"); xlog("L_ERR", "second\\n"); force_send_socket(udp:127.0.0.1:9); route(NONE); ');
  expect((await server.reload()).ok).toBe(false);
  arrives('c2');
  clock.advance(6000);
  expect(log).toEqual(['first', 'first']);
});

test('a block that two reloads have replaced is said to be gone', async () => {
  arrives('c1');
  for (const text of ['second', 'third']) {
    write(`async_sleep("5"); xlog("L_ERR", "${text}\\n");`);
    expect((await server.reload()).ok).toBe(true);
  }
  clock.advance(6000);
  expect(log).toEqual(['no route [0.0] to go on with']);
});
