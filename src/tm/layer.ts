import type { RouteRef } from '../registry/arguments.js';
import type { Host } from '../registry/host.js';
import { Attributes } from '../script/attributes.js';
import { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import type { SipMessage } from '../sip/message.js';
import { Method } from '../sip/methods.js';
import { Arming, takeArming, transactionOf } from './arming.js';
import { Canceling } from './cancel.js';
import { errorReply, TmError } from './errors.js';
import { Failover } from './failover.js';
import { Failure } from './failure.js';
import { Forwarding } from './forward.js';
import { Handover } from './handover.js';
import { letGo } from './letting-go.js';
import { Match, Matcher, type RequestMatch } from './matching.js';
import { Relay } from './relay.js';
import { ReplyHandling } from './reply-handling.js';
import { ServerSide } from './server-side.js';
import type { TmSettings } from './settings.js';
import { countsOfAll, type TmCounts, TmStatistics } from './statistics.js';
import { Suspension } from './suspend.js';
import { RunDid, TFlag, Transaction } from './transaction.js';
import { TransactionTable } from './transaction-table.js';
import { LocalRequests } from './uac.js';

/** The transaction layer of one script thread: its transactions and the parts that work on them. */
export class TransactionLayer {
  readonly table: TransactionTable;
  readonly statistics: TmStatistics;
  readonly matcher: Matcher;
  readonly server: ServerSide;
  readonly forwarding: Forwarding;
  readonly failover: Failover;
  readonly relay: Relay;
  readonly replies: ReplyHandling;
  readonly canceling: Canceling;
  readonly failure: Failure;
  readonly suspension: Suspension;
  readonly local: LocalRequests;
  /** What several threads take for each other's transactions; null when there is only one. */
  readonly handover: Handover | null;
  /** Told of every new transaction, to observe it (accounting, dialogs). */
  readonly onCreated: ((t: Transaction, ctx: ScriptContext) => void)[] = [];
  /** The reply route for replies that belong to no transaction (`on_sl_reply`). */
  strayReplyRoute: RouteRef | null = null;

  constructor(
    readonly host: Host,
    readonly settings: TmSettings,
  ) {
    this.table = new TransactionTable(host.threadIndex);
    this.statistics = new TmStatistics(host.threads.tallies(host.threadIndex));
    this.matcher = new Matcher(this.table, settings, host.log);
    this.server = new ServerSide(this);
    this.forwarding = new Forwarding(this);
    this.failover = new Failover(this);
    this.relay = new Relay(this);
    this.replies = new ReplyHandling(this);
    this.canceling = new Canceling(this);
    this.failure = new Failure(this);
    this.suspension = new Suspension(this);
    this.local = new LocalRequests(this);
    this.handover = host.threads.count > 1 ? new Handover(this) : null;
  }

  /** What the layers of all threads have done. */
  get counts(): TmCounts {
    return this.host.threads.count === 1 ? this.statistics : countsOfAll(this.host.threads);
  }

  /** Takes part in the message flow. */
  attach(): void {
    this.host.hooks.onReply.push((ctx) => this.replies.received(ctx));
    this.host.hooks.postRequest.push((ctx) => this.endOfRun(ctx));
    this.host.hooks.beforeWait.push((ctx) => this.beforeWait(ctx));
    this.host.hooks.unfinished.push({
      count: () => this.counts.current - this.counts.waiting,
      concerns: ({ msg }) => this.matcher.request(msg).status !== Match.NONE || this.matcher.sameBranch(msg) !== null,
    });
  }

  /**
   * Looks the message's transaction up once; later calls give what is known.
   * @returns a {@link Match} status
   */
  lookup(ctx: ScriptContext): RequestMatch {
    const msg = ctx.msg;
    const known = transactionOf(msg);
    if (known !== null) return { status: Match.FOUND, t: known, canceled: false };
    if (!msg.isRequest) {
      const branch = this.matcher.reply(msg);
      if (branch === null) return { status: Match.NONE, t: null, canceled: false };
      ctx.branch = branch.index;
      this.#bind(ctx, branch.t);
      return { status: Match.FOUND, t: branch.t, canceled: false };
    }
    const match = this.matcher.request(msg);
    if (match.status === Match.FOUND && match.t !== null) this.#bind(ctx, match.t);
    return match;
  }

  /** The transaction that a run is about: the one set for it, or the one its message matches. */
  current(ctx: ScriptContext): Transaction | null {
    if (ctx.transaction instanceof Transaction) return ctx.transaction;
    // A server that replies statelessly only has nothing to compare with.
    if (this.table.size === 0 && ctx.msg.isRequest && transactionOf(ctx.msg) === null) return null;
    const match = this.lookup(ctx);
    return match.status === Match.FOUND ? match.t : null;
  }

  /**
   * Makes the request's transaction unless it is a retransmission, which is answered here.
   * @returns 1 made (or an ACK, which makes none), 0 absorbed, `TmError.SCRIPT` when it exists already, another
   *   negative code on malformed requests
   */
  create(ctx: ScriptContext): number {
    const msg = ctx.msg;
    if (transactionOf(msg) !== null) return TmError.SCRIPT;
    const match = this.matcher.request(msg);
    if (match.status === Match.ERROR) return TmError.BAD_REQUEST;
    if (match.status === Match.FOUND && match.t !== null) {
      this.#bind(ctx, match.t);
      this.absorb(match.t, msg);
      return 0;
    }
    if (msg.methodId === Method.ACK) return 1;
    if (msg.parsedUri === null) {
      this.host.log.error('tm', 'uri invalid');
      ctx.lastError = TmError.BAD_URI;
      return TmError.BAD_REQUEST;
    }
    if (this.handover !== null && !this.handover.claim(msg)) return 0;
    const t = this.#make(ctx, msg);
    if (match.canceled) t.flags |= TFlag.CANCELED;
    this.#bind(ctx, t);
    return 1;
  }

  /** A request that matched a live transaction: a retransmission, or an ACK that ends it (RFC 3261 §17.2.1). */
  absorb(t: Transaction, msg: SipMessage): void {
    if (msg.methodId === Method.ACK) {
      if (t.observers !== null) for (const o of t.observers) o.negativeAckReceived?.(t, msg);
      this.server.acknowledged(t);
      return;
    }
    if (t.observers !== null) for (const o of t.observers) o.requestRetransmitted?.(t, msg);
    this.server.retransmit(t);
  }

  /** A transaction with no request of its own: this server is the client. */
  createLocal(
    callId: string,
    cseq: number,
    method: string,
    methodId: number,
    attrs: Attributes = new Attributes(),
    arming: Arming = new Arming(),
  ): Transaction {
    const { index, label } = this.table.allocate();
    const now = this.host.clock.now();
    const t = new Transaction(index, label, null, callId, cseq, method, methodId, attrs, arming, now);
    t.flags = TFlag.LOCAL;
    this.#setTimers(t);
    this.table.add(t);
    this.statistics.created++;
    this.statistics.local++;
    this.statistics.uac++;
    return t;
  }

  /** Takes in a transaction that another thread made. */
  adopt(t: Transaction): void {
    this.table.add(t);
    this.statistics.created++;
    this.handover?.adopted(t);
    if (t.request === null) return;
    const ctx = this.context(t, t.request, 0);
    for (const tell of this.onCreated) tell(t, ctx);
  }

  /** Ends a transaction after the wait time, in which late messages are still absorbed. */
  wait(t: Transaction): void {
    if (t.waitTimer !== null || !t.inTable) return;
    t.waitSince = this.host.clock.now();
    if (t.runEnded) letGo(t);
    this.statistics.waiting++;
    t.waitTimer = this.host.clock.after(this.settings.wt_timer, () => this.destroy(t));
  }

  /** Lets a transaction go at once. */
  destroy(t: Transaction): void {
    if (!t.inTable) return;
    t.stopBranches();
    for (const branch of t.branches) branch.cancel?.stop();
    t.response?.stop();
    if (t.waitTimer !== null) this.statistics.waiting--;
    t.waitTimer?.cancel();
    t.waitTimer = null;
    this.table.remove(t);
    this.handover?.ended(t);
    this.statistics.freed++;
    if (t.isLocal) this.statistics.local--;
    if (t.observers !== null) for (const o of t.observers) o.destroyed?.(t);
  }

  /** Stops everything and enters the wait state without an answer (`t_release()`). */
  release(t: Transaction): void {
    t.runDid |= RunDid.RELEASED;
    t.response?.stop();
    t.stopBranches();
    this.wait(t);
  }

  /** Answers with the reply for an internal error and ends the transaction. */
  kill(t: Transaction, error: number): void {
    if (t.request === null) {
      this.wait(t);
      return;
    }
    const { status, reason } = errorReply(error);
    const ctx = this.context(t, t.request, 0);
    if (this.server.reply(t, ctx, status, reason) < 0) this.release(t);
  }

  /** A run over a message of a transaction. */
  context(t: Transaction, msg: SipMessage, kind: number): ScriptContext {
    const ctx = new ScriptContext(msg, kind, t.attrs);
    ctx.transaction = t;
    return ctx;
  }

  #make(ctx: ScriptContext, msg: SipMessage): Transaction {
    const { index, label } = this.table.allocate();
    const now = this.host.clock.now();
    const arming = takeArming(msg);
    const t = new Transaction(
      index,
      label,
      msg,
      msg.callId ?? '',
      msg.cseq?.number ?? 0,
      msg.method,
      msg.methodId,
      ctx.attrs,
      arming,
      now,
    );
    const s = this.settings;
    t.flags =
      ((s.auto_inv_100 !== 0 ? TFlag.AUTO_INV_100 : 0) |
        (s.disable_6xx_block !== 0 ? TFlag.DISABLE_6XX : 0) |
        arming.setFlags) &
      ~arming.clearFlags;
    if (s.e2e_cancel_reason === 0 && (arming.clearFlags & TFlag.NO_E2E_CANCEL_REASON) === 0)
      t.flags |= TFlag.NO_E2E_CANCEL_REASON;
    t.messageFlags = msg.flags;
    t.routing = {
      newUri: msg.newUri,
      dstUri: msg.dstUri,
      path: msg.pathVector,
      forceSocket: msg.forceSocket,
      msgFlags: msg.msgFlags,
    };
    this.#setTimers(t);
    this.table.add(t);
    this.handover?.made(t);
    this.statistics.created++;
    for (const tell of this.onCreated) tell(t, ctx);
    return t;
  }

  #setTimers(t: Transaction): void {
    const a = t.arming;
    const s = this.settings;
    t.fr = a.fr || this.timerOverrides?.fr(t) || s.fr_timer;
    t.frInvite = a.frInvite || this.timerOverrides?.frInvite(t) || s.fr_inv_timer;
    t.t1 = a.t1 || s.retr_timer1;
    t.t2 = a.t2 || s.retr_timer2;
    const life = t.isInvite ? a.inviteLifetime || s.max_inv_lifetime : a.nonInviteLifetime || s.max_noninv_lifetime;
    t.endOfLife = t.created + life;
  }

  /** Reads `fr_timer_avp` and `fr_inv_timer_avp`; 0 when the AVP gives nothing. */
  timerOverrides: { fr(t: Transaction): number; frInvite(t: Transaction): number } | null = null;

  #bind(ctx: ScriptContext, t: Transaction): void {
    ctx.msg.transaction = t;
    ctx.transaction = t;
  }

  /** A request that is about to wait gets its transaction, so that retransmissions are absorbed meanwhile. */
  beforeWait(ctx: ScriptContext): number {
    const { msg } = ctx;
    const isLocal = msg.received.socket.index < 0;
    if (!msg.isRequest || msg.methodId === Method.ACK || ctx.kind !== RouteKind.REQUEST || isLocal) return 1;
    const t = this.suspension.begin(ctx);
    if (t === null) return TmError.UNSPECIFIED;
    if (t !== 0) this.server.autoTrying(t, ctx);
    return t === 0 ? 0 : 1;
  }

  /** The script is done with a request: a transaction that it left without an answer or a branch gets one. */
  endOfRun(ctx: ScriptContext): void {
    const t = transactionOf(ctx.msg);
    if (t === null || t.request !== ctx.msg || t.forwarding !== null) return;
    const did = t.runDid;
    t.runDid = RunDid.FORWARDED;
    t.runEnded = true;
    if (t.waitTimer !== null) letGo(t);
    if ((did & (RunDid.FORWARDED | RunDid.REPLIED | RunDid.RELEASED)) !== 0 || t.status >= 200) return;
    if ((did & RunDid.FAILED) !== 0) {
      this.kill(t, t.error || TmError.UNSPECIFIED);
      return;
    }
    this.host.log.warn('tm', "script writer didn't release transaction");
    this.release(t);
  }
}
