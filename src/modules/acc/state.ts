import type { Assignment, Database } from '../../db/database.js';
import type { Format } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { Method } from '../../sip/methods.js';
import { reasonPhrase } from '../../tm/errors.js';
import type { TransactionObserver } from '../../tm/observer.js';
import type { Transaction } from '../../tm/transaction.js';
import rr, { type Rr } from '../rr/index.js';
import { tmOf } from '../tm/api.js';
import { type AccountingEvent, coreValues, Kind } from './event.js';
import { type Extra, type ExtraValue, parseExtras, readExtras, readLegs } from './extras.js';
import type { params as definitions } from './params.js';
import { type TimeStyle, timeColumns, timeInLog } from './time.js';

type Values = ParamValues<typeof definitions>;

/** The request's flags: routes that run after the first relay have theirs on copies, and tm keeps the newest. */
function flagsOf(t: Transaction): number {
  return t.branches.length > 0 ? t.messageFlags : (t.request?.flags ?? t.messageFlags);
}

const mask = (flag: number): number => (flag < 0 ? 0 : 1 << flag);

/** Accounts for transactions by the flags that the script sets on requests. */
export class Acc {
  readonly #flags: Readonly<Record<'log' | 'logMissed' | 'db' | 'dbMissed' | 'failed' | 'prepare', number>>;
  readonly #time: TimeStyle;
  readonly #unreported: ReadonlySet<number>;
  #logExtras: readonly Extra[] = [];
  #dbExtras: readonly Extra[] = [];
  #legs: readonly Extra[] = [];
  #accTable: Format = () => '';
  #missedTable: Format = () => '';
  #rr: Rr | undefined;
  /** By direction (1: upstream) and whether ACKs are reported (2): all transactions of one kind share theirs. */
  readonly #observers: readonly TransactionObserver[] = [0, 1, 2, 3].map((kind) =>
    this.#observer((kind & 1) !== 0, (kind & 2) !== 0),
  );
  #db: Database | null = null;

  constructor(
    private readonly host: Host,
    private readonly params: Values,
  ) {
    if (params.cdr_enable !== 0) {
      throw new ConfigError('cdr_enable needs module dialog, which is not loaded', 'cdr_enable');
    }
    this.#flags = {
      log: mask(params.log_flag),
      logMissed: mask(params.log_missed_flag),
      db: params.db_url ? mask(params.db_flag) : 0,
      dbMissed: params.db_url ? mask(params.db_missed_flag) : 0,
      failed: mask(params.failed_transaction_flag),
      prepare: mask(params.acc_prepare_flag),
    };
    this.#time = {
      mode: params.time_mode,
      attribute: params.time_attr,
      extension: params.time_exten,
      format: params.time_format,
    };
    this.#unreported = new Set((params.failed_filter ?? '').split(',').map(Number));
  }

  async start(): Promise<void> {
    const { host, params } = this;
    const most = params.acc_extra_size;
    this.#logExtras = parseExtras(params.log_extra, host.bindEnv, 'log_extra', most);
    this.#dbExtras = parseExtras(params.db_extra, host.bindEnv, 'db_extra', most);
    this.#legs = parseExtras(params.multi_leg_info, host.bindEnv, 'multi_leg_info', most);
    const wrong = this.#legs.find(({ pv }) => pv.name !== 'avp');
    if (wrong)
      throw new ConfigError(`only AVPs are accepted in multi_leg_info, not ${wrong.pv.text}`, 'multi_leg_info');
    this.#accTable = host.bindEnv.format(params.db_table_acc);
    this.#missedTable = host.bindEnv.format(params.db_table_missed_calls);
    this.#rr = host.stateIfLoaded(rr);
    if (params.detect_direction !== 0 && (this.#rr === undefined || !this.#rr.settings.appendFromTag)) {
      throw new ConfigError("detect_direction needs module rr with its 'append_fromtag' on", 'detect_direction');
    }
    if (params.db_url) {
      const opened = await host.databases.open(params.db_url);
      if (!opened.ok) throw new ConfigError(`unable to connect to the database: ${opened.error.message}`, 'db_url');
      this.#db = opened.value;
    }
    const tm = tmOf(host);
    if (tm === undefined) throw new ConfigError("can't load TM API");
    tm.onTransaction((t, ctx) => this.#follow(t, ctx));
  }

  async stop(): Promise<void> {
    await this.#db?.close();
    this.#db = null;
  }

  get hasDatabase(): boolean {
    return this.#db !== null;
  }

  noDatabase(): -1 {
    this.host.log.error('acc', 'db support not configured');
    return -1;
  }

  /** The record of `acc_log_request()` and its kin, for the request of a run. */
  eventOf(ctx: ScriptContext, code: string, reason: string): AccountingEvent {
    return { kind: Kind.REQUEST, ctx, to: ctx.msg.to, localTag: '', code, reason, upstream: false };
  }

  /** Writes a line into the log. */
  log(event: AccountingEvent): void {
    const v = coreValues(event);
    const now = this.host.clock.now();
    const or = (value: string | null): string => value ?? '';
    let line =
      `${event.kind}timestamp=${Math.floor(now / 1000)}${timeInLog(this.#time, now)}` +
      `;method=${v.method};from_tag=${or(v.fromTag)};to_tag=${or(v.toTag)};call_id=${or(v.callId)};code=${v.code};reason=${v.reason}`;
    const values = readExtras(this.#logExtras, event.ctx);
    this.#logExtras.forEach(({ name }, i) => {
      line += `;${name}=${or(values[i] ?? null)}`;
    });
    for (const leg of this.#legValues(event)) {
      this.#legs.forEach(({ name }, i) => {
        line += `;${name}=${or(leg[i] ?? null)}`;
      });
    }
    this.host.log.write(this.params.log_level, 'acc', line);
  }

  /** Writes rows into the database, one per leg; false when that failed. */
  async store(event: AccountingEvent, table: string): Promise<boolean> {
    if (this.#db === null) return false;
    const base = this.#row(event);
    const legs = this.#legs.length === 0 ? [[]] : this.#legValues(event);
    const rows = legs.map((leg) => [...base, ...this.#columns(this.#legs, leg)]);
    for (const row of rows) {
      const done = await this.#db.insert(table, row);
      if (done.ok) continue;
      this.host.log.error('acc', `failed to insert into database: ${done.error.message}`);
      return false;
    }
    return true;
  }

  #row(event: AccountingEvent): Assignment[] {
    const { params } = this;
    const v = coreValues(event);
    const now = this.host.clock.now();
    return [
      { column: params.acc_method_column, value: v.method },
      { column: params.acc_from_tag_column, value: v.fromTag ?? '' },
      { column: params.acc_to_tag_column, value: v.toTag ?? '' },
      { column: params.acc_callid_column, value: v.callId ?? '' },
      { column: params.acc_sip_code_column, value: v.code },
      { column: params.acc_sip_reason_column, value: v.reason },
      { column: params.acc_time_column, value: new Date(Math.floor(now / 1000) * 1000) },
      ...timeColumns(this.#time, now),
      ...this.#columns(this.#dbExtras, readExtras(this.#dbExtras, event.ctx)),
    ];
  }

  #columns(extras: readonly Extra[], values: readonly ExtraValue[]): Assignment[] {
    const missing = this.params.acc_extra_nullable === 1 ? null : '';
    return extras.map(({ name }, i) => ({ column: name, value: values[i] ?? missing }));
  }

  #legValues(event: AccountingEvent): ExtraValue[][] {
    return this.#legs.length === 0 ? [] : readLegs(this.#legs, event.ctx);
  }

  /** Follows a new transaction when its request asks for it. */
  #follow(t: Transaction, ctx: ScriptContext): void {
    const { msg } = ctx;
    const { params } = this;
    const f = this.#flags;
    if (!msg.isRequest || (msg.methodId === Method.CANCEL && params.report_cancels === 0)) return;
    const wanted = f.log | f.db | f.logMissed | f.dbMissed | f.prepare;
    if (params.acc_prepare_always === 0 && (msg.flags & wanted) === 0) return;
    const upstream = params.detect_direction !== 0 && this.#rr?.direction(msg) === 'upstream';
    const reportsAck = params.report_ack !== 0 && (msg.flags & (f.log | f.db)) !== 0;
    t.observe(this.#observers[(upstream ? 1 : 0) + (reportsAck ? 2 : 0)]!);
  }

  #observer(upstream: boolean, reportsAck: boolean): TransactionObserver {
    return {
      replySent: (t, status, _text, reply) => this.#onReply(t, status, reply, upstream),
      failed: (t, status, reply) => {
        if (t.isInvite) this.#onMissed(t, status, reply, upstream);
      },
      ackReceived: reportsAck ? (t, ack) => this.#onAck(t, ack, upstream) : undefined,
    };
  }

  #onReply(t: Transaction, status: number, reply: SipMessage | null, upstream: boolean): void {
    const request = t.request;
    if (request === null) return;
    if (t.isInvite && status >= 300) this.#onMissed(t, status, reply, upstream);
    if (!this.#accounts(flagsOf(t), status, reply)) return;
    const logs = (flagsOf(t) & this.#flags.log) !== 0;
    const stores = (flagsOf(t) & this.#flags.db) !== 0;
    if (logs || stores)
      this.#withBranchUri(t, status, () =>
        this.#record(
          this.#eventOfReply(Kind.ANSWERED, t, status, reply, upstream),
          logs,
          stores ? this.#accTable : null,
        ),
      );
  }

  /** Missed calls are told of once: their flags are taken off the request. */
  #onMissed(t: Transaction, status: number, reply: SipMessage | null, upstream: boolean): void {
    const request = t.request;
    if (request === null) return;
    const logs = (flagsOf(t) & this.#flags.logMissed) !== 0;
    const stores = (flagsOf(t) & this.#flags.dbMissed) !== 0;
    if (!logs && !stores) return;
    this.#withBranchUri(t, status, () =>
      this.#record(
        this.#eventOfReply(Kind.MISSED, t, status, reply, upstream),
        logs,
        stores ? this.#missedTable : null,
      ),
    );
    request.flags &= ~(this.#flags.logMissed | this.#flags.dbMissed);
    t.messageFlags &= ~(this.#flags.logMissed | this.#flags.dbMissed);
  }

  #onAck(t: Transaction, ack: SipMessage, upstream: boolean): void {
    const request = t.request;
    if (request === null) return;
    const logs = (flagsOf(t) & this.#flags.log) !== 0;
    const stores = (flagsOf(t) & this.#flags.db) !== 0;
    const event: AccountingEvent = {
      kind: Kind.ACKNOWLEDGED,
      ctx: new ScriptContext(ack, RouteKind.REQUEST, t.attrs),
      to: ack.to ?? request.to,
      localTag: '',
      code: `${t.status}`,
      reason: reasonPhrase(t.status),
      upstream,
    };
    this.#record(event, logs, stores ? this.#accTable : null);
  }

  #record(event: AccountingEvent, logs: boolean, table: Format | null): void {
    if (logs) this.log(event);
    if (table !== null) void this.store(event, table(event.ctx));
  }

  /** Whether a reply to this request is of interest. */
  #accounts(flags: number, status: number, reply: SipMessage | null): boolean {
    if (status >= 300) return (flags & this.#flags.failed) !== 0 && !this.#unreported.has(status);
    if ((flags & (this.#flags.log | this.#flags.db)) === 0) return false;
    return status >= 200 || (this.params.early_media !== 0 && reply !== null && reply.contentLength > 0);
  }

  #eventOfReply(
    kind: AccountingEvent['kind'],
    t: Transaction,
    status: number,
    reply: SipMessage | null,
    upstream: boolean,
  ): AccountingEvent {
    const request = t.request!;
    const ctx = new ScriptContext(request, RouteKind.TM_ONREPLY, t.attrs);
    ctx.transaction = t;
    ctx.reply = reply;
    ctx.branch = t.relayedBranch;
    const to = reply?.to ?? request.to;
    return {
      kind,
      ctx,
      to,
      // Upstream knows the tag of its own replies for missed calls only.
      localTag: kind === Kind.MISSED && !to?.tag ? t.localTag : '',
      code: `${status}`,
      reason: this.#reasonOf(status, reply),
      upstream,
    };
  }

  /** Replies of our own are accounted under the standard phrase, whatever they said. */
  #reasonOf(status: number, reply: SipMessage | null): string {
    if (reply !== null) {
      const header = this.params.reason_from_hf !== 0 ? reply.bodyOf(Hdr.REASON) : null;
      return header ?? reply.reason;
    }
    return reasonPhrase(status);
  }

  /** Reads values with the Request-URI of the branch whose reply it is. */
  #withBranchUri(t: Transaction, status: number, work: () => void): void {
    const request = t.request!;
    const index = t.relayedBranch >= 0 ? t.relayedBranch : status >= 300 ? t.picked : -1;
    const uri = t.branches[index]?.uri ?? '';
    const before = request.newUri;
    if (uri !== '') request.newUri = uri;
    try {
      work();
    } finally {
      if (uri !== '') request.newUri = before;
    }
  }
}
