import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { type Server, startServer } from '../../../src/core/server.js';
import { MODULES } from '../../../src/modules/index.js';
import type { ModuleDef } from '../../../src/registry/module.js';
import { ScriptContext } from '../../../src/script/context.js';
import { RouteKind } from '../../../src/script/route-kind.js';
import { type Fake, fakeModule } from './fake-module.js';

const table = MODULES as Record<string, () => Promise<ModuleDef>>;
let dir: string;
let port: number;
let server: Server;

beforeEach(async () => {
  table.fake = async () => fakeModule;
  dir = mkdtempSync(join(tmpdir(), 'kts-reload-'));
  port = await new Promise((resolve) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const { port: n } = socket.address();
      socket.close(() => resolve(n));
    });
  });
});
afterEach(async () => {
  await server.close();
  delete table.fake;
  rmSync(dir, { recursive: true, force: true });
});

const write = (routes: string, top = '') =>
  writeFileSync(
    join(dir, 'k.cfg'),
    `listen=udp:127.0.0.1:${port}\nloadmodule "pv"\nloadmodule "fake"\n${top}\nflags A:1\n${routes}`,
  );

async function start(routes: string, top?: string): Promise<Fake> {
  write(routes, top);
  const result = await startServer({
    configFile: 'k.cfg',
    cwd: dir,
    env: {},
    compat: '6.x',
    defines: new Map(),
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    allowMissing: new Set(),
    debugOffset: 0,
    sink: { write: () => {} },
    clock: new VirtualClock(),
    args: [],
    onKill: () => {},
  });
  if (!result.ok) throw new Error(result.reasons.join('\n') + result.diagnostics.map((d) => d.title).join('\n'));
  server = result.server;
  return server.thread.state(fakeModule) as Fake;
}

/** Runs the request route as a message would. */
function run(): Promise<void> {
  const { routes } = server.thread;
  const code = routes.find('main', '0')!.run(new ScriptContext(routes.fakeRequest(), RouteKind.REQUEST));
  return Promise.resolve(code).then(() => undefined);
}

const FIRST = 'request_route { $var(n) = $var(n) + 1; say("first $var(n)"); route(A); }\nroute[A] { say("A"); }';
const SECOND =
  'request_route { $var(n) = $var(n) + 1; say("second $var(n)"); route(B); }\nroute[B] { say("B"); setflag(NEW); }';

test('routes, flags and defines are taken over; variables, module states and sockets stay', async () => {
  const fake = await start(FIRST);
  await run();
  const [socket] = server.thread.network.sockets;
  write(`#!define WHAT "x"\nflags NEW:5\n${SECOND}\nroute[C] { say("$def(WHAT)"); }`);
  expect(await server.reload()).toMatchObject({ ok: true, reasons: [] });
  await run();
  expect(fake.said).toEqual(['first 1', 'A', 'second 2', 'B']);
  expect(server.thread.state(fakeModule)).toBe(fake);
  expect(server.thread.network.sockets[0]).toBe(socket);
  expect(server.thread.routes.find('main', 'A')).toBeNull();
});

test('who holds a route runs the new code; what waits ends with the old', async () => {
  const fake = await start('request_route { hold("x"); say("old end"); }\nroute[A] { say("old A"); }');
  const held = server.thread.routes.find('main', 'A')!;
  const waiting = run();
  write('request_route { say("new"); }\nroute[A] { say("new A"); }');
  expect((await server.reload()).ok).toBe(true);
  await fake.release('x');
  await waiting;
  await run();
  await held.run(new ScriptContext(server.thread.routes.fakeRequest(), RouteKind.REQUEST));
  expect(fake.said).toEqual(['old end', 'new', 'new A']);
});

describe('what is refused leaves everything as it was', () => {
  test.each([
    ['a syntax error', 'request_route { say("new") }', '', []],
    ['an unknown function', 'request_route { nosuch(); }', '', []],
    ['a route that does not exist', 'request_route { say("new"); route(GONE); }', '', []],
    ['a bad expression', 'request_route { if ($var(x) =~ "(") say("new"); }', '', []],
    ['a socket that is not open', 'request_route { force_send_socket(udp:127.0.0.1:1); }', '', [/force_send_socket/]],
    ['a core parameter', SECOND, 'max_while_loops=7', [/^only a restart can change: core parameter max_while_loops$/]],
    ['a module parameter', SECOND, 'modparam("fake", "count", 4)', [/parameter count of module fake/]],
    ['another module', SECOND, 'loadmodule "maxfwd"', [/new module maxfwd/]],
    ['a further address', SECOND, 'listen=udp:127.0.0.1:5999', [/addresses to listen on/]],
    ['an alias', SECOND, 'alias=a.test', [/aliases/]],
    ['a variable', SECOND, 'grp.a=1', [/variables/]],
  ])('%s', async (_what, routes, top, reasons) => {
    const fake = await start(FIRST);
    write(routes, top);
    const result = await server.reload();
    expect(result.ok).toBe(false);
    expect(result.reasons).toEqual(reasons.map((r) => expect.stringMatching(r)));
    if (reasons.length === 0) expect(result.diagnostics.some((d) => d.severity === 'error')).toBe(true);
    await run();
    expect(fake.said).toEqual(['first 1', 'A']);
    write(SECOND.replace('NEW', 'A'));
    expect(await server.reload()).toMatchObject({ ok: true });
  });

  test('a file that is gone', async () => {
    const fake = await start(FIRST);
    rmSync(join(dir, 'k.cfg'));
    expect(await server.reload()).toMatchObject({ ok: false, reasons: [expect.stringContaining('k.cfg')] });
    await run();
    expect(fake.said).toEqual(['first 1', 'A']);
  });
});

test('the same config at other lines is the same', async () => {
  await start(FIRST, 'grp.a=1\nmodparam("fake", "each", "x")\nalias=a.test');
  write(`# a comment\n${FIRST}`, '\n\n\ngrp.a=1\n\nmodparam("fake", "each", "x")\n\nalias=a.test');
  expect(await server.reload()).toMatchObject({ ok: true, reasons: [] });
});
