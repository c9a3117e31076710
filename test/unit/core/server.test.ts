import { createSocket, type Socket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import type { ServerOptions } from '../../../src/core/options.js';
import { checkConfig, type Server, startServer } from '../../../src/core/server.js';
import { MODULES } from '../../../src/modules/index.js';
import { levelWord } from '../../../src/observe/log.js';
import { ConfigError, defineModule, type ModuleDef } from '../../../src/registry/module.js';
import { request } from './script-bench.js';

let dir: string;
let log: string[];
let port: number;
const opened: (Server | Socket)[] = [];

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = await bindUdp(0);
  const { port: n } = socket.address();
  await new Promise<void>((done) => socket.close(done));
  return n;
}

function bindUdp(n: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(n, '127.0.0.1', () => resolve(socket));
  });
}

const canBind = async (n: number): Promise<boolean> => {
  try {
    const socket = await bindUdp(n);
    await new Promise<void>((done) => socket.close(done));
    return true;
  } catch {
    return false;
  }
};

function options(config: string, more: Partial<ServerOptions> = {}): ServerOptions {
  writeFileSync(join(dir, 'k.cfg'), config, 'latin1');
  return {
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
    sink: { write: (r) => log.push(`${levelWord(r.level)}: ${r.text}`) },
    clock: new VirtualClock(),
    args: ['test'],
    onKill: () => {},
    ...more,
  };
}

async function started(config: string, more?: Partial<ServerOptions>): Promise<Server> {
  const result = await startServer(options(config, more));
  if (!result.ok) throw new Error([...result.reasons, ...result.diagnostics.map((d) => d.title)].join('\n'));
  opened.push(result.server);
  return result.server;
}

async function refusal(config: string, more?: Partial<ServerOptions>) {
  const result = await startServer(options(config, more));
  if (result.ok) {
    opened.push(result.server);
    throw new Error('it started');
  }
  return { reasons: result.reasons, codes: result.diagnostics.map((d) => d.code) };
}

/** What modules of tests did, in order. */
let steps: string[];

function moduleOf(name: string, more: Partial<Parameters<typeof defineModule>[0]> = {}): ModuleDef {
  return defineModule({
    name,
    doc: 'For tests.',
    configure: () => name,
    start: () => void steps.push(`${name} starts`),
    stop: () => void steps.push(`${name} stops`),
    ...more,
  }) as unknown as ModuleDef;
}

/** Makes a module loadable for one test. */
function offer(def: ModuleDef): void {
  const table = MODULES as Record<string, () => Promise<ModuleDef>>;
  table[def.name] = async () => def;
  offered.push(def.name);
}
const offered: string[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kts-server-'));
  log = [];
  steps = [];
  port = await freePort();
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  for (const name of offered.splice(0)) delete (MODULES as Record<string, unknown>)[name];
  rmSync(dir, { recursive: true, force: true });
});

const listen = () => `listen=udp:127.0.0.1:${port}\n`;

test('starts, says where it listens, stops and can be started again', async () => {
  const config = `debug=2\n${listen()}request_route { exit; }`;
  const server = await started(config);
  expect(log).toEqual([`INFO: listening on udp:127.0.0.1:${port}`]);
  expect(await canBind(port)).toBe(false);
  await server.close();
  await server.close();
  expect(await canBind(port)).toBe(true);
  await started(config);
});

test('messages that come while it stops are not routed', async () => {
  let release = () => {};
  offer(moduleOf('slowstop', { stop: () => new Promise<void>((done) => (release = done)) }));
  const server = await started(`${listen()}loadmodule "slowstop"\nrequest_route { log(1, "routed"); }\ndebug=3`);
  const routed = vi.spyOn(server.thread.routes, 'run');
  const closing = server.close();
  const client = await bindUdp(0);
  opened.push(client);
  await new Promise((sent) => client.send(Buffer.from(request()), port, '127.0.0.1', sent));
  for (let i = 0; i < 20; i++) await new Promise((done) => setImmediate(done));
  release();
  await closing;
  expect(routed).not.toHaveBeenCalled();
});

describe('a start that fails leaves nothing open', () => {
  test('a port in use: one sentence, and the other sockets are closed', async () => {
    const other = await freePort();
    const taken = await bindUdp(port);
    opened.push(taken);
    const config = `listen=udp:127.0.0.1:${other}\n${listen()}loadmodule "pv"\nrequest_route { exit; }`;
    expect(await refusal(config)).toEqual({
      reasons: [expect.stringContaining(`udp:127.0.0.1:${port}: address already in use`)],
      codes: [],
    });
    expect(await canBind(other)).toBe(true);
    await new Promise<void>((done) => taken.close(done));
    opened.pop();
    await started(config);
  });

  test('an address that is not here', async () => {
    expect((await refusal('listen=udp:192.0.2.1:5060\nrequest_route { exit; }')).reasons[0]).toContain('192.0.2.1');
  });

  test('a name that does not resolve', async () => {
    const { reasons } = await refusal(`${listen()}listen=udp:no-such-host.invalid:5060\nrequest_route { exit; }`);
    expect(reasons).toEqual(['could not resolve no-such-host.invalid']);
    expect(await canBind(port)).toBe(true);
  });

  test('a config that is not there', async () => {
    expect((await refusal('', { configFile: 'other.cfg' })).reasons).toEqual([
      expect.stringContaining('loading config file(other.cfg)'),
    ]);
  });

  test('an include that cannot be read, an error in the text, a module that is not here: found before anything opens', async () => {
    expect((await refusal(`${listen()}include_file "gone.cfg"\nrequest_route { exit; }`)).codes).toHaveLength(1);
    expect((await refusal(`${listen()}request_route { exit }`)).codes).toHaveLength(1);
    expect((await refusal(`${listen()}loadmodule "dialog"\nrequest_route { exit; }`)).codes).toEqual(['KTS1004']);
    expect((await refusal(`${listen()}request_route { route(X); }`)).codes).toEqual(['KTS1050']);
  });

  test('a module that refuses its parameters', async () => {
    offer(
      moduleOf('picky', {
        configure: () => {
          throw new ConfigError('wants more');
        },
      }),
    );
    offer(moduleOf('first'));
    expect((await refusal(`${listen()}loadmodule "first"\nloadmodule "picky"\nrequest_route { exit; }`)).codes).toEqual(
      ['KTS1010'],
    );
    expect(steps).toEqual([]);
  });

  test.each([
    ['refuses', new ConfigError('no database'), 'no database'],
    ['breaks', new TypeError('x is not a function'), 'module broken did not start: x is not a function'],
  ])(
    'a module that %s at start: it and those before it are stopped, those after it never start',
    async (_what, error, reason) => {
      offer(moduleOf('first'));
      offer(
        moduleOf('broken', {
          start: async () => {
            steps.push('broken starts');
            throw error;
          },
        }),
      );
      offer(moduleOf('last'));
      const config = `${listen()}loadmodule "first"\nloadmodule "broken"\nloadmodule "last"\nrequest_route { exit; }`;
      expect((await refusal(config)).reasons).toEqual([reason]);
      expect(steps).toEqual(['first starts', 'broken starts', 'broken stops', 'first stops']);
      expect(await canBind(port)).toBe(true);
      expect(existsSync(join(dir, 'kamailio.pid'))).toBe(false);
    },
  );

  test('a module that does not stop properly does not keep the others from it', async () => {
    offer(moduleOf('first'));
    offer(
      moduleOf('stubborn', {
        stop: () => {
          throw new Error('no');
        },
      }),
    );
    const server = await started(`${listen()}loadmodule "first"\nloadmodule "stubborn"\nrequest_route { exit; }`);
    await server.close();
    expect(steps).toEqual(['first starts', 'stubborn starts', 'first stops']);
    expect(log).toContain('ERROR: stopping failed: no');
    expect(await canBind(port)).toBe(true);
  });

  test('a socket that the script names and that is not open', async () => {
    const { reasons } = await refusal(`${listen()}request_route { force_send_socket(udp:127.0.0.1:1); }`);
    expect(reasons).toEqual([expect.stringContaining('bad force_send_socket argument')]);
    expect(await canBind(port)).toBe(true);
  });
});

describe('event_route[core:worker-one-init]', () => {
  test('runs once, before any message', async () => {
    await started(`debug=3\n${listen()}request_route { exit; }\nevent_route[core:worker-one-init] { log(1, "init"); }`);
    expect(log.filter((l) => l.includes('init'))).toHaveLength(1);
  });

  test('drop keeps the server from starting', async () => {
    const { reasons } = await refusal(
      `${listen()}request_route { exit; }\nevent_route[core:worker-one-init] { drop; }`,
    );
    expect(reasons).toEqual(['event_route[core:worker-one-init] dropped: the server does not start']);
    expect(await canBind(port)).toBe(true);
  });

  test('one that throws as well', async () => {
    offer(
      moduleOf('bomb', {
        functions: {
          explode: {
            args: [],
            routes: ['ANY'],
            doc: '',
            suspends: false,
            literalOnly: false,
            bind: () => () => {
              throw new Error('bang');
            },
          },
        },
      }),
    );
    const { reasons } = await refusal(
      `${listen()}loadmodule "bomb"\nrequest_route { exit; }\nevent_route[core:worker-one-init] { explode(); }`,
    );
    expect(reasons).toEqual(['event_route[core:worker-one-init] failed: bang']);
    expect(await canBind(port)).toBe(true);
  });
});

describe('modules', () => {
  test('start in load order and stop in reverse', async () => {
    for (const name of ['a1', 'b2', 'c3']) offer(moduleOf(name));
    const server = await started(
      `${listen()}loadmodule "b2"\nloadmodule "a1"\nloadmodule "c3"\nrequest_route { exit; }`,
    );
    await server.close();
    expect(steps).toEqual(['b2 starts', 'a1 starts', 'c3 starts', 'c3 stops', 'a1 stops', 'b2 stops']);
  });

  test('one that is allowed to be missing: its functions fail and say so, its variables are undefined', async () => {
    const config = `debug=3\n${listen()}loadmodule "pv"\nloadmodule "dialog"\nrequest_route { exit; }
      event_route[core:worker-one-init] {
        if (!is_known_dlg()) log(1, "failed");
        $var(x) = $dlg(h_id);
        if ($dlg(h_id) == $null) log(1, "undefined");
      }`;
    await started(config, { allowMissing: new Set(['dialog']) });
    expect(log.filter((l) => !l.startsWith('INFO'))).toEqual([
      `ERROR: is_known_dlg() of module dialog is not here: it fails at ${dir}/k.cfg:7`,
      'NOTICE: failed',
      'NOTICE: undefined',
    ]);
  });
});

describe('checkConfig', () => {
  test('opens nothing and tells what -c would accept from what a start would', async () => {
    const taken = await bindUdp(port);
    opened.push(taken);
    const check = async (text: string) => {
      const result = await checkConfig(options(listen() + text));
      return 'ok' in result ? result : { ...result, diagnostics: result.diagnostics.map((d) => d.code) };
    };
    expect(await check('request_route { exit; }')).toMatchObject({ accepted: true, startable: true, reasons: [] });
    expect(await check('request_route { route(X); }')).toMatchObject({
      accepted: true,
      startable: false,
      diagnostics: ['KTS1050'],
    });
    expect(await check('request_route { nosuch(); }')).toMatchObject({ accepted: false, startable: false });
    expect(await check('listen=udp:nohost.invalid:5060\nrequest_route { exit; }')).toMatchObject({
      accepted: false,
      startable: false,
      diagnostics: [],
      reasons: ['could not resolve nohost.invalid'],
    });
  });
});
