import { type ScriptContext, Stop } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { buildAck } from '../sip/build-client.js';
import type { SipMessage } from '../sip/message.js';
import { Method } from '../sip/methods.js';
import type { Branch } from './branch.js';
import { extraHeaders } from './extra-headers.js';
import { runGuarded } from './guarded.js';
import type { TransactionLayer } from './layer.js';
import { Outcome, ReplyDecision } from './reply-decision.js';
import { TFlag } from './transaction.js';

/** What comes back on branches (RFC 3261 §16.7, §17.1). */
export class ReplyHandling {
  readonly decision: ReplyDecision;

  constructor(private readonly layer: TransactionLayer) {
    this.decision = new ReplyDecision(layer);
  }

  /** A reply that the core reply route let pass; false when it belongs to no transaction of this thread. */
  received(ctx: ScriptContext): boolean | Promise<boolean> {
    const branch = this.layer.matcher.reply(ctx.msg);
    if (branch === null) return this.#stray(ctx);
    this.layer.statistics.repliesReceived++;
    if (branch.t.busy) branch.t.defer(() => this.#process(ctx, branch));
    else this.#process(ctx, branch);
    return true;
  }

  /** Stands in for a reply that does not come: 408 after a timeout, 487 for a canceled branch, 503 for a dead one. */
  fake(branch: Branch, status: number): void {
    const { t } = branch;
    if (t.busy) {
      t.defer(() => this.fake(branch, status));
      return;
    }
    const cancel = t.isInvite && status !== 487 && branch.status >= 100 && branch.cancelable;
    branch.canceled = true;
    // Nobody has continued the suspended run: it is over, unless a failure route suspends again.
    if (branch.blind) t.flags &= ~TFlag.SUSPENDED;
    const outcome = this.decision.decide(branch, null, status, null);
    const after = (result: number): void => {
      if (cancel) this.layer.canceling.branch(branch, {});
      this.#settle(branch, result, status);
    };
    if (typeof outcome === 'number') after(outcome);
    else void outcome.then(after);
  }

  #stray(ctx: ScriptContext): boolean | Promise<boolean> {
    const route = this.layer.strayReplyRoute;
    if (route === null) return false;
    const ran = runGuarded(this.layer.host, route, ctx);
    const swallowed = (code: number): boolean => code === 0 || (ctx.stop & Stop.DROP) !== 0;
    return typeof ran === 'number' ? swallowed(ran) : ran.then(swallowed);
  }

  #process(ctx: ScriptContext, branch: Branch): void {
    const { t } = branch;
    const reply = ctx.msg;
    if (t.observers !== null) for (const o of t.observers) o.replyReceived?.(t, branch, reply);
    if (reply.cseq?.methodId === Method.CANCEL && t.isInvite) {
      if (reply.status >= 200) branch.cancel?.stop();
      else branch.cancel?.stopRetransmissions();
      return;
    }
    const before = branch.status;
    if (!this.#stopTimers(branch, reply)) return;
    const route = branch.onReply;
    if (route === null || !route.defined) {
      this.#relay(ctx, branch, before);
      return;
    }
    reply.flags = t.messageFlags;
    reply.bflags = branch.flags;
    reply.transaction = t;
    const run = this.layer.context(t, reply, RouteKind.TM_ONREPLY);
    run.branch = branch.index;
    run.reply = reply;
    // Visible to the route only: functions there look at the branch as if the reply had been taken already.
    if (reply.status > before) branch.status = reply.status;
    const ran = runGuarded(this.layer.host, route, run);
    const after = (): void => {
      branch.status = before;
      t.messageFlags = reply.flags;
      branch.flags = reply.bflags;
      if ((run.stop & Stop.DROP) !== 0 && reply.status < 200) return;
      this.#relay(run, branch, before);
    };
    if (typeof ran === 'number') after();
    else void t.hold(ran.then(after));
  }

  /** Timers and the ACK to a negative reply; false when there is nothing more to do with it. */
  #stopTimers(branch: Branch, reply: SipMessage): boolean {
    const { t, packet } = branch;
    if (reply.status >= 200) {
      packet.stop();
      if (!t.isInvite) return true;
      if (reply.status >= 300) this.#acknowledge(branch, reply);
      else if (t.isLocal && t.request === null && !t.has(TFlag.NO_AUTO_ACK))
        this.layer.local.acknowledge(branch, reply);
      return true;
    }
    if (branch.canceled) {
      this.layer.canceling.provisional(branch);
      return false;
    }
    if (t.isInvite) packet.stopRetransmissions();
    else packet.slowDown(t.t2);
    return true;
  }

  /** RFC 3261 §17.1.1.3. */
  #acknowledge(branch: Branch, reply: SipMessage): void {
    const { dst, text } = branch.packet;
    const ack = buildAck(text, reply);
    if (dst === null || ack === null) return;
    const extra = extraHeaders(text, this.layer.settings.ac_extra_hdrs);
    this.layer.host.proxy.send(
      null,
      dst,
      extra === '' ? ack : ack.replace('Content-Length:', `${extra}Content-Length:`),
    );
  }

  #relay(ctx: ScriptContext, branch: Branch, before: number): void {
    const { t } = branch;
    const reply = ctx.msg;
    const { replyLeaving } = this.layer.host.hooks;
    const dst = replyLeaving.length === 0 ? null : this.layer.server.destination(t);
    if (dst !== null) for (const hook of replyLeaving) hook(reply, dst, t.attrs);
    const { status } = reply;
    if (this.#failsOver(status)) this.layer.failover.next(branch);
    if (this.layer.suspension.holdsReply(t, branch)) return;
    this.take(ctx, branch, before);
  }

  /** Lets a reply decide about its transaction, and goes on from there. */
  take(ctx: ScriptContext, branch: Branch, before: number): void {
    const { t } = branch;
    const reply = ctx.msg;
    const { status } = reply;
    const outcome = this.decision.decide(branch, reply, status, ctx);
    const after = (result: number): void => {
      this.#settle(branch, result, status);
      branch.replied = true;
      if (!t.isInvite || status >= 200 || branch.status >= 200) return;
      const s = this.layer.settings;
      if (s.restart_fr_on_each_reply !== 0 || (before < status && (status >= 180 || before === 0))) {
        branch.packet.waitFor(this.layer.forwarding.lifeLeft(t, t.frInvite));
        branch.proceeding = true;
      }
    };
    if (typeof outcome === 'number') after(outcome);
    else void outcome.then(after);
  }

  #failsOver(status: number): boolean {
    if (status === 503) return true;
    const more = this.layer.settings.failover_reply_codes;
    return more !== '' && status >= 300 && more.split(/[,;\s]+/).includes(`${status}`);
  }

  /** What a decision means for the other branches. */
  #settle(branch: Branch, outcome: number, status: number): void {
    const { t } = branch;
    const { canceling } = this.layer;
    if (outcome === Outcome.COMPLETED) {
      t.stopBranches();
      if (t.isInvite && status < 300) canceling.cancelAll(t, { kill: true, cause: status });
      if (t.isLocal) this.layer.wait(t);
    } else if (outcome === Outcome.CANCEL_OTHERS) {
      canceling.cancelAll(t, { unreplied: canceling.unreplied(), cause: status });
    }
  }
}
