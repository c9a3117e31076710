import { VirtualClock } from '../../../src/clock/clock.js';
import { DriverRegistry } from '../../../src/db/registry.js';
import { SqliteDriver } from '../../../src/db/sqlite/driver.js';
import { listenSocket } from '../../../src/net/listen-socket.js';
import { Level, Log, type LogRecord } from '../../../src/observe/log.js';
import { Statistics } from '../../../src/observe/statistics.js';
import { defaultSettings } from '../../../src/registry/core-settings.js';
import { noHooks } from '../../../src/registry/hooks.js';
import type { Host } from '../../../src/registry/host.js';
import type { ModuleDef } from '../../../src/registry/module.js';
import { LocalZone } from '../../../src/shm/local-zone.js';
import { SipMessage } from '../../../src/sip/message.js';
import type { ReceiveInfo } from '../../../src/sip/receive-info.js';
import { soloThreads } from '../solo-threads.js';

/** The socket that messages of tests come in on. */
export const SOCKET = listenSocket(0, { proto: 'udp', address: '127.0.0.1', port: 5060 }, 5060);
export const OTHER_SOCKET = listenSocket(1, { proto: 'udp', address: '127.0.0.1', port: 5080 }, 5080);

/** A host of modules with nothing around it: virtual time, local state, no network, no script. */
export interface FakeHost {
  readonly host: Host;
  readonly clock: VirtualClock;
  readonly records: LogRecord[];
}

/** Defaults of a module's parameters, with some of them set. */
export function paramsOf(module: ModuleDef<never>, set: Readonly<Record<string, unknown>> = {}): never {
  const values: Record<string, unknown> = {};
  for (const [name, def] of Object.entries(module.params)) values[name] = def.type === 'list' ? [] : def.default;
  return { ...values, ...set } as never;
}

export function fakeHost(parts: Partial<Host> = {}): FakeHost {
  const clock = new VirtualClock();
  const records: LogRecord[] = [];
  const databases = new DriverRegistry();
  databases.register(new SqliteDriver());
  const sockets = [SOCKET, OTHER_SOCKET];
  const host = {
    settings: defaultSettings(),
    compat: '5.6',
    clock,
    log: new Log({ write: (record) => records.push(record) }, Level.DBG, () => clock.now()),
    zone: new LocalZone(clock),
    databases,
    statistics: new Statistics(),
    threadIndex: 0,
    threads: soloThreads(),
    hooks: noHooks(),
    routes: { find: () => null, runEvent: () => null },
    cfg: { register: () => {} },
    network: {
      sockets,
      findSocket: (proto: string | null, address: string, port: number) =>
        sockets.find((s) => (proto === null || s.proto === proto) && s.address === address && s.port === port) ?? null,
      connection: () => null,
    },
    bindEnv: { moduleState: () => undefined },
    isMyself: (name: string, port: number) => sockets.some((s) => s.address === name && s.port === port),
    ...parts,
  } as unknown as Host;
  return { host, clock, records };
}

const RECEIVED: Omit<ReceiveInfo, 'socket'> = {
  srcIp: '127.0.0.1',
  srcPort: 5090,
  dstIp: '127.0.0.1',
  dstPort: 5060,
  proto: 'udp',
  family: 4,
  connectionId: 0,
};

/** A request with what every request has; `headers` come last. */
export function request(method: string, uri: string, headers: readonly string[] = []): SipMessage {
  const text = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bKtest',
    'From: <sip:alice@atlanta.example.com>;tag=ft',
    ...(headers.some((h) => h.startsWith('To:')) ? [] : ['To: <sip:bob@biloxi.example.com>']),
    'Call-ID: call@test',
    `CSeq: 1 ${method}`,
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const msg = SipMessage.parse(text, { ...RECEIVED, socket: SOCKET });
  if (!(msg instanceof SipMessage)) throw new Error(msg.reason);
  return msg;
}
