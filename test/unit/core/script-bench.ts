import { type Compat, parseConfig } from '../../../grammar/parse.js';
import type { Diagnostic } from '../../../grammar/source.js';
import { bindProgram } from '../../../src/check/bind.js';
import { Findings } from '../../../src/check/findings.js';
import type { Program } from '../../../src/check/program.js';
import { VirtualClock } from '../../../src/clock/clock.js';
import { coreModule } from '../../../src/core/module.js';
import { resolverOptions } from '../../../src/core/network-settings.js';
import { ScriptThread } from '../../../src/core/thread.js';
import { DriverRegistry } from '../../../src/db/registry.js';
import pvModule from '../../../src/modules/pv/index.js';
import { listenSocket } from '../../../src/net/listen-socket.js';
import { createNetwork } from '../../../src/net/network.js';
import { Resolver } from '../../../src/net/resolve.js';
import type { Destination, ListenSocket, ListenSpec, Network } from '../../../src/net/transport.js';
import { Log, type LogRecord, levelWord } from '../../../src/observe/log.js';
import { Statistics } from '../../../src/observe/statistics.js';
import type { ModuleDef } from '../../../src/registry/module.js';
import { RpcTable } from '../../../src/rpc/table.js';
import { LocalZone } from '../../../src/shm/local-zone.js';
import type { ReceiveInfo } from '../../../src/sip/receive-info.js';
import { soloThreads } from '../solo-threads.js';
import { dependentModule, type Fake, fakeModule, partialModule } from './fake-module.js';

const MODULES = new Map<string, ModuleDef>(
  [fakeModule, dependentModule, partialModule, pvModule as unknown as ModuleDef].map((def) => [def.name, def]),
);

export interface BoundScript {
  readonly program: Program;
  readonly findings: Findings;
  /** What the grammar found, then what the binder found. */
  readonly diagnostics: readonly Diagnostic[];
  readonly defines: ReadonlyMap<string, string | null>;
}

export interface BenchOptions {
  readonly compat?: Compat;
  readonly allowMissing?: readonly string[];
  readonly sockets?: readonly ListenSpec[];
  /** Errors of the config are for the test to look at. */
  readonly mayBeWrong?: boolean;
}

/** Parses and binds a config whose modules are `fake`, `dependent` and the real `pv`. */
export function bind(text: string, options: BenchOptions = {}): BoundScript {
  const compat = options.compat ?? '6.x';
  const parsed = parseConfig({ file: 'test.cfg', text, read: () => null, env: {}, cwd: '/', compat });
  const findings = new Findings();
  const program = bindProgram(parsed.ast, {
    compat,
    core: coreModule as unknown as ModuleDef,
    modules: MODULES,
    findings,
    allowMissing: new Set(options.allowMissing),
    expand: (t) => t,
  });
  return {
    program,
    findings,
    get diagnostics() {
      return [...parsed.diagnostics, ...findings.list];
    },
    defines: parsed.defines,
  };
}

/** One packet that left. */
export interface Sent {
  readonly to: Destination;
  readonly text: string;
}

/** A network without a wire: what is sent is kept, what is received is given to the receiver by hand. */
function wireless(specs: readonly ListenSpec[], sent: Sent[], clock: VirtualClock): Network {
  const real = createNetwork({ clock });
  real.adopt(specs.map((spec, i) => listenSocket(i, spec, spec.port)));
  const send = (to: Destination, text: string): boolean => {
    if (real.socketFor(to) === null) return false;
    sent.push({ to, text });
    return true;
  };
  return new Proxy(real, {
    get: (target, key) => {
      if (key === 'send') return send;
      const member = Reflect.get(target, key, target) as unknown;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

const SOCKETS: readonly ListenSpec[] = [{ proto: 'udp', address: '127.0.0.1', port: 5060 }];

/** A script thread over the modules of {@link bind}, driven message by message. */
export class Bench {
  readonly records: LogRecord[] = [];
  readonly sent: Sent[] = [];
  readonly clock = new VirtualClock();
  readonly thread: ScriptThread;
  readonly diagnostics: readonly Diagnostic[];
  readonly #receiver;

  constructor(text: string, options: BenchOptions = {}) {
    const bound = bind(text, options);
    const fail = () => {
      const errors = bound.diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code} ${d.title}`);
      if (errors.length > 0 && !options.mayBeWrong) throw new Error(errors.join('\n'));
    };
    fail();
    const { program, defines } = bound;
    const log = new Log({ write: (record) => this.records.push(record) }, program.settings.debug);
    const network = wireless(options.sockets ?? SOCKETS, this.sent, this.clock);
    this.thread = new ScriptThread({
      program,
      compat: options.compat ?? '6.x',
      clock: this.clock,
      log,
      network,
      resolver: new Resolver({
        clock: this.clock,
        options: resolverOptions(program.settings),
        supports: (proto) => network.sockets.some((s) => s.proto === proto),
      }),
      zone: new LocalZone(this.clock),
      databases: new DriverRegistry(),
      rpc: new RpcTable(() => {}),
      statistics: new Statistics(),
      threads: soloThreads(),
      configDir: '/',
      cwd: '/',
      runDir: '/nonexistent',
      stateDir: '/nonexistent',
      defines,
      env: {},
    });
    this.thread.configure(bound.findings);
    fail();
    this.diagnostics = bound.diagnostics;
    this.#receiver = this.thread.receiver();
  }

  get fake(): Fake {
    return this.thread.state(fakeModule) as Fake;
  }

  get said(): readonly string[] {
    return this.fake.said;
  }

  get log(): string[] {
    return this.records.map((r) => `${levelWord(r.level)}: ${r.prefix}${r.text}`);
  }

  get socket(): ListenSocket {
    return this.thread.network.sockets[0]!;
  }

  counter(name: string): number {
    return this.thread.statistics.find('core', name)?.get() ?? -1;
  }

  /** Gives a message to the loop, as if it had come in on the first socket; what waits for nothing is done on return. */
  receive(raw: string = request(), from: Partial<ReceiveInfo> = {}): void {
    const { socket } = this;
    this.#receiver.receive(raw, {
      srcIp: '192.0.2.1',
      srcPort: 5070,
      dstIp: socket.address,
      dstPort: socket.port,
      proto: socket.proto,
      family: socket.family,
      connectionId: 0,
      socket,
      ...from,
    });
  }

  /** The same, and waits for what follows without an outside event. */
  async run(raw?: string, from?: Partial<ReceiveInfo>): Promise<readonly string[]> {
    this.receive(raw, from);
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    return this.said;
  }
}

/** A config with module pv and fake around the statements of its request_route; `post` follows it. */
export function script(body: string, post = '', pre = ''): string {
  return `loadmodule "pv.so"\nloadmodule "fake.so"\n${pre}\nrequest_route {\n${body}\n}\n${post}`;
}

/** What a request_route says when one request has run through it. */
export async function says(body: string, post = '', options: BenchOptions = {}): Promise<readonly string[]> {
  return new Bench(script(body, post), options).run();
}

/** A request with the headers that routing needs; `headers` replace those of their names. */
export function request(
  headers: Readonly<Record<string, string>> = {},
  line = 'OPTIONS sip:bob@example.com SIP/2.0',
): string {
  const [method] = line.split(' ');
  const all = {
    Via: 'SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKone',
    From: '<sip:alice@example.com>;tag=a1',
    To: '<sip:bob@example.com>',
    'Call-ID': 'call-1',
    CSeq: `1 ${method}`,
    'Max-Forwards': '70',
    'Content-Length': '0',
    ...headers,
  };
  return `${line}\r\n${Object.entries(all)
    .filter(([, v]) => v !== '')
    .map(([k, v]) => `${k}: ${v}\r\n`)
    .join('')}\r\n`;
}
