import type { RouteRef } from '../registry/arguments.js';
import type { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { transactionOf } from './arming.js';
import { type Branch, FAKED } from './branch.js';
import { TmError } from './errors.js';
import { runGuarded } from './guarded.js';
import type { TransactionLayer } from './layer.js';
import { failureRequest } from './message-copy.js';
import { RunDid, TFlag, Transaction } from './transaction.js';

/** What {@link Suspension.suspend} says. */
export const Suspended = { OK: 0, CANCELED: 1, FAILED: -1, ANSWERED: -3 } as const;
/** What {@link Suspension.resume} says. */
export const Resumed = { OK: 0, OVER: 1, UNKNOWN: -1, NOT_SUSPENDED: -2 } as const;

/**
 * Takes the handling of a request or reply off the running script, to be continued by another run. A request gets a
 * blind branch, whose `fr_timer` ends the wait; a reply is kept on its branch.
 */
export class Suspension {
  constructor(private readonly layer: TransactionLayer) {}

  /** Suspends; the script must end afterwards. The transaction must exist. */
  suspend(ctx: ScriptContext): number {
    const { layer } = this;
    const t = layer.current(ctx);
    if (t === null) {
      layer.host.log.error('tm', 'transaction has not been created yet');
      return Suspended.FAILED;
    }
    if (t.isCanceled) return Suspended.CANCELED;
    if (t.status >= 200) return Suspended.ANSWERED;
    const { msg } = ctx;
    if (msg.isRequest) {
      layer.server.autoTrying(t, ctx);
      if (t.branches.length === 0) t.editMark = msg.hasEdits ? msg.edits.mark() : 0;
      t.messageFlags = msg.flags;
      const blind = layer.forwarding.newBranch(t, null);
      if (typeof blind === 'number') return Suspended.FAILED;
      blind.blind = true;
      t.branches.push(blind);
      t.blindBranch = blind.index;
      t.flags |= TFlag.NOISY;
      t.runDid |= RunDid.FORWARDED;
      layer.forwarding.startTimers(blind);
    } else {
      const branch = t.branches[ctx.branch];
      if (branch === undefined) return Suspended.FAILED;
      branch.reply = msg;
      t.suspendedBranch = ctx.branch;
    }
    // A failure route comes behind the destination; a resumed run, which looks like one, may not have tried it yet.
    const tried = ctx.kind === RouteKind.FAILURE && !(t.has(TFlag.CONTINUING) && msg.uriFresh);
    t.suspendedKind = ctx.kind;
    t.flags = (t.flags | TFlag.SUSPENDED | (tried ? TFlag.URI_TRIED : 0)) & ~TFlag.CONTINUING;
    return Suspended.OK;
  }

  /** True when the reply on this branch was suspended by its route: it is not relayed now. */
  holdsReply(t: Transaction, branch: Branch): boolean {
    return t.has(TFlag.SUSPENDED) && t.suspendedKind === RouteKind.TM_ONREPLY && t.suspendedBranch === branch.index;
  }

  /**
   * Runs a route for a suspended transaction, in the context of a failure route (or of a reply route).
   * @param fresh - with script variables that nothing has set, as for a process that has not seen the message before
   */
  resume(index: number, label: number, route: RouteRef, fresh = false): number {
    const t = this.layer.table.at(index, label);
    if (t === null || t.waitTimer !== null) {
      this.layer.host.log.warn('tm', 'active transaction not found');
      return Resumed.UNKNOWN;
    }
    if (!t.has(TFlag.SUSPENDED)) {
      this.layer.host.log.warn('tm', `transaction is not suspended [${index}:${label}]`);
      return Resumed.NOT_SUSPENDED;
    }
    if (t.isCanceled) {
      t.flags &= ~TFlag.SUSPENDED;
      return Resumed.OVER;
    }
    if (t.busy) {
      t.defer(() => void this.resume(index, label, route, fresh));
      return Resumed.OK;
    }
    t.flags = (t.flags & ~TFlag.SUSPENDED) | TFlag.CONTINUING;
    const result =
      t.suspendedKind === RouteKind.TM_ONREPLY
        ? this.#resumeReply(t, route, fresh)
        : this.#resumeRequest(t, route, fresh);
    return result;
  }

  /** Gives up waiting: the transaction ends as if the route had done nothing (upstream's t_cancel_suspend). */
  revoke(t: Transaction): void {
    const blind = t.branches[t.blindBranch];
    t.flags &= ~TFlag.SUSPENDED;
    if (blind === undefined || blind.status !== 0) return;
    blind.packet.stop();
    blind.status = 500;
  }

  /** Script variables of the run's own, which nothing has set and nobody else sees. */
  #giveVars(ctx: ScriptContext): void {
    ctx.vars = this.layer.host.routes.unsetVars();
    ctx.varsOwned = true;
  }

  #resumeRequest(t: Transaction, route: RouteRef, fresh: boolean): number {
    const blind = t.branches[t.blindBranch];
    if (blind !== undefined) {
      blind.packet.stop();
      if (blind.status !== 0) {
        t.flags &= ~TFlag.CONTINUING;
        return Resumed.OVER;
      }
      // Final, so that nobody waits for it; never picked, since it has no reply.
      blind.status = 500;
    }
    const msg = failureRequest(t, blind?.flags ?? 0);
    if (msg === null) return Resumed.UNKNOWN;
    msg.uriFresh = !t.has(TFlag.URI_TRIED);
    t.flags &= ~TFlag.URI_TRIED;
    const ctx = this.layer.context(t, msg, RouteKind.FAILURE);
    ctx.branch = t.blindBranch;
    if (fresh) this.#giveVars(ctx);
    const finish = (): void => {
      t.messageFlags = msg.flags;
      if (t.forwarding !== null) {
        void t.forwarding.then(finish);
        return;
      }
      t.flags &= ~TFlag.CONTINUING;
      if (t.status < 200 && t.branches.every((b) => b.status >= 200))
        this.layer.kill(t, t.error || TmError.UNSPECIFIED);
    };
    const ran = runGuarded(this.layer.host, route, ctx);
    if (typeof ran === 'number') finish();
    else void t.hold(ran.then(finish));
    return Resumed.OK;
  }

  #resumeReply(t: Transaction, route: RouteRef, fresh: boolean): number {
    const branch = t.branches[t.suspendedBranch];
    const reply = branch?.reply;
    if (branch === undefined || reply === null || reply === undefined || reply === FAKED) {
      this.layer.host.log.warn('tm', 'no reply in t_continue for branch. not much we can do');
      return Resumed.OK;
    }
    const ctx = this.layer.context(t, reply, RouteKind.TM_ONREPLY);
    ctx.branch = branch.index;
    ctx.reply = reply;
    if (fresh) this.#giveVars(ctx);
    const finish = (): void => {
      if (t.has(TFlag.SUSPENDED)) {
        t.flags &= ~TFlag.CONTINUING;
        return;
      }
      branch.reply = null;
      this.layer.replies.take(ctx, branch, branch.status);
      t.flags &= ~TFlag.CONTINUING;
    };
    const ran = runGuarded(this.layer.host, route, ctx);
    if (typeof ran === 'number') finish();
    else void t.hold(ran.then(finish));
    return Resumed.OK;
  }

  /**
   * The transaction of the run, made when there is none yet: for functions that suspend on their own.
   * @returns 0 for a retransmission, which is absorbed: the script must end; null when there can be no transaction
   */
  begin(ctx: ScriptContext): Transaction | 0 | null {
    const { layer } = this;
    const { msg } = ctx;
    const known = ctx.transaction instanceof Transaction ? ctx.transaction : transactionOf(msg);
    if (known !== null && (ctx.kind !== RouteKind.REQUEST || known.request === msg)) return known;
    if (!msg.isRequest) return layer.current(ctx);
    if (known !== null) {
      layer.absorb(known, msg);
      return 0;
    }
    const made = layer.create(ctx);
    return made === 0 ? 0 : made > 0 ? transactionOf(msg) : null;
  }
}
