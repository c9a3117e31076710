import { VirtualClock } from '../../../src/clock/clock.js';
import { StatelessProxy } from '../../../src/core/proxy.js';
import type { Destination, ListenSocket } from '../../../src/net/transport.js';
import { Log, type LogRecord } from '../../../src/observe/log.js';
import { Statistics } from '../../../src/observe/statistics.js';
import type { RouteRef, RouteTable } from '../../../src/registry/arguments.js';
import { defaultSettings } from '../../../src/registry/core-settings.js';
import { noHooks } from '../../../src/registry/hooks.js';
import type { Host } from '../../../src/registry/host.js';
import { ScriptContext } from '../../../src/script/context.js';
import { RouteKind } from '../../../src/script/route-kind.js';
import { SipMessage } from '../../../src/sip/message.js';
import type { ReceiveInfo } from '../../../src/sip/receive-info.js';
import { TransactionLayer } from '../../../src/tm/layer.js';
import { TM_DEFAULTS, type TmSettings } from '../../../src/tm/settings.js';
import { soloThreads } from '../solo-threads.js';

const socketOf = (proto: 'udp' | 'tcp', index: number): ListenSocket => ({
  index,
  name: '',
  proto,
  family: 4,
  address: '127.0.0.1',
  port: 5060,
  agname: '',
  virtual: false,
  text: `${proto}:127.0.0.1:5060`,
  fd: -1,
});

/** A packet that the server sent. */
export interface Sent {
  readonly to: Destination;
  readonly text: string;
  readonly at: number;
  /** Says that it could not be sent after all (streams). */
  readonly undelivered?: (() => void) | undefined;
}

/** The transaction layer over a network that only remembers, and time that only moves when told. */
export class Bench {
  readonly clock: VirtualClock;
  readonly sent: Sent[] = [];
  readonly logged: LogRecord[] = [];
  readonly settings: TmSettings;
  readonly host: Host;
  readonly layer: TransactionLayer;
  readonly routes = new Map<string, RouteRef>();
  /** Addresses of names; a name that is not here resolves at once to itself. */
  readonly names = new Map<string, string[] | Promise<string[]>>();
  /** Packets to these ports cannot be sent. */
  readonly deadPorts = new Set<number>();
  readonly udp = socketOf('udp', 0);
  readonly tcp = socketOf('tcp', 1);
  readonly #start: number;

  /** @param joined - what it shares with others, as one of the threads of a server */
  constructor(
    settings: Partial<TmSettings> = {},
    core: Partial<ReturnType<typeof defaultSettings>> = {},
    joined: Partial<Pick<Host, 'threads' | 'zone'>> & { readonly clock?: VirtualClock } = {},
  ) {
    this.clock = joined.clock ?? new VirtualClock();
    const threads = joined.threads ?? soloThreads();
    this.#start = this.clock.now();
    this.settings = { ...TM_DEFAULTS, ...settings };
    const hooks = noHooks();
    const coreSettings = { ...defaultSettings(), ...core };
    const sockets = [this.udp, this.tcp];
    const network = {
      sockets,
      send: (to: Destination, text: string, undelivered?: () => void) => {
        if (this.deadPorts.has(to.port)) return false;
        this.sent.push({ to, text, at: this.clock.now() - this.#start, undelivered });
        return true;
      },
      socketFor: (d: Destination) => d.socket ?? sockets.find((s) => s.proto === d.proto) ?? null,
      findSocket: () => null,
    };
    const resolver = {
      resolve: (name: string, port: number, proto: string | null) => {
        const addresses = this.names.get(name) ?? [name];
        const found = (list: string[]) =>
          list.map((address) => ({ proto: proto ?? 'udp', address, port: port || 5060 }));
        return addresses instanceof Promise ? addresses.then(found) : found(addresses);
      },
    };
    const log = new Log({ write: (record) => this.logged.push(record) }, 2);
    const proxy = new StatelessProxy({
      network: network as never,
      resolver: resolver as never,
      log,
      settings: coreSettings,
      serverLine: 'Server: kts\r\n',
      onsendRoute: () => this.routes.get('onsend:') ?? null,
      compat: '5.6',
      hooks,
      mtuProto: () => undefined,
    });
    this.host = {
      settings: coreSettings,
      compat: '5.6',
      clock: this.clock,
      log,
      network,
      statistics: new Statistics(),
      hooks,
      proxy,
      threadIndex: threads.index,
      threads,
      zone: joined.zone,
      routes: {
        find: (table: RouteTable, name: string) => this.routes.get(`${table}:${name}`) ?? null,
        unsetVars: () => [],
      },
      cfg: { register: () => {} },
    } as unknown as Host;
    this.layer = new TransactionLayer(this.host, this.settings);
    this.layer.attach();
  }

  /** A route of the program, written as a function. */
  route(table: RouteTable, name: string, run: (ctx: ScriptContext) => unknown): RouteRef {
    const ref: RouteRef = { name, defined: true, run: (ctx) => (run(ctx) ?? 1) as number | Promise<number> };
    this.routes.set(`${table}:${name}`, ref);
    return ref;
  }

  received(proto: 'udp' | 'tcp' = 'udp', srcPort = 5062): ReceiveInfo {
    const socket = proto === 'udp' ? this.udp : this.tcp;
    return {
      srcIp: '127.0.0.1',
      srcPort,
      dstIp: '127.0.0.1',
      dstPort: 5060,
      proto,
      family: 4,
      socket,
      connectionId: proto === 'udp' ? 0 : 7,
    };
  }

  /** A request comes in and runs through `script`. */
  request(text: string, script: (ctx: ScriptContext) => void, proto: 'udp' | 'tcp' = 'udp'): ScriptContext {
    const msg = SipMessage.parse(text, this.received(proto));
    if (!(msg instanceof SipMessage)) throw new Error(msg.reason);
    const ctx = new ScriptContext(msg, RouteKind.REQUEST);
    script(ctx);
    for (const hook of this.host.hooks.postRequest) hook(ctx);
    return ctx;
  }

  /** An INVITE (or other) to `sip:bob@127.0.0.1:5070` that is relayed as it is. */
  relay(
    method = 'INVITE',
    before: (ctx: ScriptContext) => void = () => {},
    branch = 'z9hG4bKa1',
    proto: 'udp' | 'tcp' = 'udp',
  ): ScriptContext {
    return this.request(
      request(method, { branch }),
      (ctx) => {
        before(ctx);
        this.layer.relay.relay(ctx);
      },
      proto,
    );
  }

  /** A reply comes back to a request that the server sent. */
  reply(to: Sent, status: number, reason = 'X', tag = 'b', headers = '', method?: string): boolean | Promise<boolean> {
    const sent = SipMessage.parse(to.text, this.received());
    if (!(sent instanceof SipMessage)) throw new Error(sent.reason);
    const vias = sent.vias.map((v) => `Via: ${v.text}\r\n`).join('');
    const text =
      `SIP/2.0 ${status} ${reason}\r\n${vias}From: ${sent.bodyOf(2)}\r\nTo: ${sent.bodyOf(3)};tag=${tag}\r\n` +
      `Call-ID: ${sent.callId}\r\nCSeq: ${sent.cseq?.number} ${method ?? sent.method}\r\n${headers}Content-Length: 0\r\n\r\n`;
    const msg = SipMessage.parse(text, this.received('udp', to.to.port));
    if (!(msg instanceof SipMessage)) throw new Error(msg.reason);
    const ctx = new ScriptContext(msg, RouteKind.CORE_ONREPLY);
    ctx.reply = msg;
    return this.host.hooks.onReply[0]!(ctx);
  }

  /** First lines of what was sent since the last call. */
  #seen = 0;
  news(): string[] {
    const fresh = this.sent.slice(this.#seen);
    this.#seen = this.sent.length;
    return fresh.map((s) => s.text.slice(0, s.text.indexOf('\r\n')));
  }

  /** What was sent with this first line's start, oldest first. */
  all(start: string): Sent[] {
    return this.sent.filter((s) => s.text.startsWith(start));
  }
  last(start: string): Sent {
    const found = this.all(start).at(-1);
    if (found === undefined) throw new Error(`nothing sent that starts with ${start}`);
    return found;
  }

  advance(ms: number): void {
    this.clock.advance(ms);
  }

  errors(): string[] {
    return this.logged.filter((r) => r.level <= 0).map((r) => r.text);
  }
}

export interface RequestParts {
  readonly branch?: string;
  readonly uri?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly headers?: string;
}

export function request(method: string, parts: RequestParts = {}): string {
  const tag = parts.toTag === undefined ? '' : `;tag=${parts.toTag}`;
  return (
    `${method} ${parts.uri ?? 'sip:bob@127.0.0.1:5070'} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5062;branch=${parts.branch ?? 'z9hG4bKa1'}\r\n` +
    `From: <sip:alice@a>;tag=fa\r\nTo: <sip:bob@b>${tag}\r\nCall-ID: ${parts.callId ?? 'c1'}\r\nCSeq: 1 ${method}\r\n` +
    `Max-Forwards: 70\r\n${parts.headers ?? ''}Content-Length: 0\r\n\r\n`
  );
}
