import { VirtualClock } from '../../../src/clock/clock.js';
import { Receiver } from '../../../src/core/receive.js';
import { receiveCounters } from '../../../src/core/statistics.js';
import { RECEIVE, ROUTE, unpackReceive, type WireMessage } from '../../../src/net/wire.js';
import { Log, type LogRecord } from '../../../src/observe/log.js';
import { Statistics } from '../../../src/observe/statistics.js';
import type { RouteTable } from '../../../src/registry/arguments.js';
import { TALLIES } from '../../../src/registry/threads.js';
import type { ScriptContext } from '../../../src/script/context.js';
import { LocalZone } from '../../../src/shm/local-zone.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { SipMessage } from '../../../src/sip/message.js';
import { Exchange } from '../../../src/threads/exchange.js';
import { transactionOf } from '../../../src/tm/arming.js';
import type { TmSettings } from '../../../src/tm/settings.js';
import { Bench, request } from './harness.js';

const GROUP = { name: 'w', workers: 2, nonblock: false, usleep: 0, queue: 100 };

/** Transaction layers of three threads of one server: 0 receives, 1 and 2 are workers, joined as in a server. */
export class Joined {
  readonly clock = new VirtualClock();
  readonly zone = new LocalZone(this.clock);
  readonly loads = new Int32Array(new SharedArrayBuffer(12));
  readonly logged: LogRecord[] = [];
  readonly benches: readonly Bench[];
  readonly exchanges: readonly Exchange[];
  readonly #receivers: Receiver[] = [];

  constructor(settings: Partial<TmSettings> = {}) {
    const tallies = new Float64Array(3 * TALLIES);
    const log = new Log({ write: (record) => this.logged.push(record) }, 3);
    this.exchanges = [0, 1, 2].map(
      (index) =>
        new Exchange({
          index,
          group: index === 0 ? '' : 'w',
          groups: [GROUP],
          members: new Map([['w', [1, 2]]]),
          count: 3,
          loads: this.loads,
          tallies,
          log,
          later: (work) => queueMicrotask(work),
          after: (ms, work) => void this.clock.after(ms, work),
        }),
    );
    this.benches = this.exchanges.map(
      (threads) => new Bench(settings, {}, { threads, zone: this.zone, clock: this.clock }),
    );
    this.benches.forEach(({ host }, index) => {
      for (const kind of [RECEIVE, ROUTE]) {
        this.exchanges[index]!.handle<WireMessage>(kind, ({ raw, from }) =>
          this.#receiver(index).receive(raw, unpackReceive(from, host.network)!, true),
        );
      }
    });
    for (const worker of [1, 2]) this.connect(worker);
  }

  connect(worker: number): void {
    const [main] = this.exchanges;
    const other = this.exchanges[worker]!;
    main!.connect(worker, { post: (letters) => other.receive(structuredClone(letters)) });
    other.connect(0, { post: (letters) => main!.receive(structuredClone(letters)) });
  }

  /** What thread 0 sends to a worker is lost from now on, as with one that is about to die. */
  disconnect(worker: number): void {
    this.exchanges[0]!.connect(worker, { post: () => {} });
  }

  /** The message loop of a thread, over the routes that are there when it is first needed. */
  #receiver(index: number): Receiver {
    const { log, hooks, routes } = this.benches[index]!.host;
    const counters = new Statistics();
    return (this.#receivers[index] ??= new Receiver({
      log,
      hooks,
      routes,
      forwardReply: () => true,
      counters: receiveCounters(counters),
      distribute: null,
    }));
  }

  /** A route that every thread has. */
  route(table: RouteTable, name: string, run: (ctx: ScriptContext, bench: Bench) => unknown): void {
    for (const bench of this.benches) bench.route(table, name, (ctx) => run(ctx, bench));
  }

  /** A message comes in from the network. */
  async receive(text: string): Promise<void> {
    await this.#receiver(0).receive(text, this.benches[0]!.received());
    await this.settled();
  }

  /** A request is suspended in thread 0 and moved to a worker, which is to go on with `route`. */
  async suspended(method = 'INVITE', parts: Parameters<typeof request>[1] = {}) {
    const main = this.benches[0]!;
    const ctx = main.request(request(method, parts), (x) => {
      main.layer.suspension.begin(x);
      main.layer.suspension.suspend(x);
    });
    await this.settled();
    const t = transactionOf(ctx.msg)!;
    return { t, ctx, index: t.index, label: t.label };
  }

  /** The text of a reply to what a thread sent last with that method. */
  replyTo(thread: number, method: string, status: number): string {
    const sent = SipMessage.parse(this.benches[thread]!.last(method).text, this.benches[thread]!.received());
    if (!(sent instanceof SipMessage)) throw new Error(sent.reason);
    const vias = sent.vias.map((v) => `Via: ${v.text}\r\n`).join('');
    return (
      `SIP/2.0 ${status} X\r\n${vias}From: ${sent.bodyOf(Hdr.FROM)}\r\nTo: ${sent.bodyOf(Hdr.TO)};tag=b\r\n` +
      `Call-ID: ${sent.callId}\r\nCSeq: ${sent.cseq?.number} ${sent.method}\r\nContent-Length: 0\r\n\r\n`
    );
  }

  /** What a question between threads gives. */
  async asked<T>(question: () => Promise<T>): Promise<T | 'no answer'> {
    return Promise.race([question(), this.settled().then(() => 'no answer' as const)]);
  }

  /** The keys of requests that have an owner. */
  owned(): string[] {
    return this.zone
      .map('tm:owners')
      .scan({})
      .map(({ key }) => key);
  }

  /** Every transaction that there is, by thread. */
  sizes(): number[] {
    return this.benches.map(({ layer }) => layer.table.size);
  }

  /** First lines of what all threads have sent. */
  sent(): string[] {
    return this.benches.flatMap(({ sent }) => sent.map(({ text }) => text.slice(0, text.indexOf('\r\n'))));
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settled();
  }

  async settled(): Promise<void> {
    for (let i = 0; i < 8; i++) await new Promise((done) => setImmediate(done));
  }
}
