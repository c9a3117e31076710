import type { Destination, Proto } from '../net/transport.js';
import { type ScriptContext, Stop } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { type BranchTarget, branchTarget } from '../sip/branches.js';
import type { SipMessage } from '../sip/message.js';
import { Branch } from './branch.js';
import { TmError } from './errors.js';
import type { TransactionLayer } from './layer.js';
import { RunDid, type Transaction } from './transaction.js';

/** A fixed next hop or transport for a relay. */
export interface RelayTo {
  /** `sip:host:port` that takes the place of `$du` and the R-URI; null keeps them. */
  readonly uri: string | null;
  readonly proto: Proto | null;
  /** Replies are swallowed (`t_replicate`). */
  readonly replicate?: boolean;
}

export const ANYWHERE: RelayTo = { uri: null, proto: null };

/** One relay in progress: the branches to add and what became of those before. */
interface Step {
  readonly t: Transaction;
  readonly ctx: ScriptContext;
  readonly to: RelayTo;
  readonly targets: readonly BranchTarget[];
  /** The destination set beside the Request-URI, which branch routes go on seeing. */
  readonly others: readonly BranchTarget[];
  readonly first: number;
  next: number;
  lowest: number;
  added: number;
}

/** Adds branches to transactions and sends them (RFC 3261 §16.6). */
export class Forwarding {
  constructor(private readonly layer: TransactionLayer) {}

  /**
   * Forwards a request to its destination set on an existing transaction.
   * @returns 1 or a negative `TmError`. When names have to be resolved or a branch route waits, it is 1 at once and
   *   `t.forwarding` settles with the result.
   */
  forward(ctx: ScriptContext, t: Transaction, to: RelayTo = ANYWHERE): number {
    const { msg } = ctx;
    if (t.isCanceled) return this.#refuseCanceled(t, msg);
    if (t.branches.length === 0 && t.editMark < 0) t.editMark = msg.hasEdits ? msg.edits.mark() : 0;
    const targets: BranchTarget[] = [];
    if (msg.uriFresh) targets.push(mainTarget(msg));
    const others = msg.otherBranches;
    for (const b of others) targets.push(b);
    msg.clearBranches();
    msg.uriFresh = false;
    const step: Step = {
      t,
      ctx,
      to,
      targets,
      others,
      first: t.branches.length,
      next: 0,
      lowest: TmError.UNSPECIFIED,
      added: 0,
    };
    return this.#run(step);
  }

  #run(step: Step): number {
    const { t } = step;
    const route = t.arming.onBranch;
    t.arming.onBranch = null;
    for (; step.next < step.targets.length; step.next++) {
      const target = step.targets[step.next]!;
      const branchCtx = route === null ? null : this.#branchContext(step, target);
      if (branchCtx !== null && route !== null) {
        const ran = route.run(branchCtx);
        if (typeof ran !== 'number') return this.#goOn(step, route.run.bind(route), branchCtx, ran);
        if (this.#dropped(step, branchCtx)) continue;
      }
      if (t.isCanceled) return this.#refuseCanceled(t, step.ctx.msg);
      const hops = this.#resolve(step, target, branchCtx);
      if (hops instanceof Promise) return this.#goOn(step, route?.run.bind(route) ?? null, branchCtx, hops);
      this.#install(step, target, branchCtx, hops);
    }
    return this.#finish(step);
  }

  /** Continues a relay that has to wait; other events of the transaction queue meanwhile. */
  #goOn(
    step: Step,
    run: ((ctx: ScriptContext) => number | Promise<number>) | null,
    branchCtx: ScriptContext | null,
    pending: Promise<number> | Promise<readonly Destination[]>,
  ): number {
    const { t } = step;
    const work = async (): Promise<number> => {
      let ctx = branchCtx;
      let first: number | readonly Destination[] | null = await pending;
      for (; step.next < step.targets.length; step.next++) {
        const target = step.targets[step.next]!;
        if (first === null && run !== null) {
          ctx = this.#branchContext(step, target);
          await run(ctx);
        }
        const hops = Array.isArray(first) ? (first as readonly Destination[]) : null;
        first = null;
        if (hops === null && ctx !== null && this.#dropped(step, ctx)) continue;
        if (t.isCanceled) return this.#refuseCanceled(t, step.ctx.msg);
        this.#install(step, target, ctx, hops ?? (await this.#resolve(step, target, ctx)));
        if (run === null) ctx = null;
      }
      return this.#finish(step);
    };
    const held = t.hold(work()).catch((error: unknown) => {
      this.layer.host.log.error('tm', `relay failed: ${String(error)}`);
      return TmError.BUG as number;
    });
    t.forwarding = held;
    void held.then((result) => {
      t.forwarding = null;
      if (result > 0 || step.ctx.kind !== RouteKind.REQUEST) return;
      this.layer.relay.failed(t, result, step.to.replicate === true);
      this.layer.endOfRun(step.ctx);
    });
    return 1;
  }

  /** The run of a branch route: over a copy of the request, so that its changes are this branch's only. */
  #branchContext(step: Step, target: BranchTarget): ScriptContext {
    const msg = step.ctx.msg.copy();
    msg.newUri = target.uri;
    msg.dstUri = target.dstUri;
    msg.pathVector = target.path;
    msg.instance = target.instance;
    msg.ruid = target.ruid;
    msg.locationUa = target.locationUa;
    msg.bflags = target.flags;
    msg.forceSocket = target.forceSocket;
    msg.otherBranches = step.others;
    const ctx = this.layer.context(step.t, msg, RouteKind.BRANCH);
    ctx.attrs = step.ctx.attrs;
    ctx.branch = step.t.branches.length;
    return ctx;
  }

  #dropped(step: Step, branchCtx: ScriptContext): boolean {
    step.ctx.msg.flags = branchCtx.msg.flags;
    if ((branchCtx.stop & Stop.DROP) === 0) return false;
    step.lowest = Math.min(step.lowest, TmError.CONFIG);
    return true;
  }

  #resolve(
    step: Step,
    target: BranchTarget,
    branchCtx: ScriptContext | null,
  ): readonly Destination[] | Promise<readonly Destination[]> {
    const msg = branchCtx?.msg ?? null;
    const uri = step.to.uri ?? (msg === null ? target.dstUri || target.uri : msg.dstUri || msg.currentUri);
    const socket = msg === null ? target.forceSocket : msg.forceSocket;
    const proto = step.to.proto;
    return this.layer.host.proxy.nextHops(uri, proto === null ? { socket } : { proto, socket });
  }

  #install(step: Step, target: BranchTarget, branchCtx: ScriptContext | null, hops: readonly Destination[]): void {
    const { t } = step;
    const dst = sendFlags(hops[0], (branchCtx ?? step.ctx).msg);
    if (dst === undefined) {
      step.lowest = Math.min(step.lowest, TmError.BAD_ADDRESS);
      return;
    }
    const branch = this.newBranch(t, dst);
    if (typeof branch === 'number') {
      step.lowest = Math.min(step.lowest, branch);
      return;
    }
    const ctx = branchCtx ?? step.ctx;
    const { msg } = ctx;
    branch.alternatives = hops.length > 1 ? hops.slice(1) : [];
    branch.uri = branchCtx === null ? target.uri : msg.currentUri;
    branch.path = branchCtx === null ? target.path : msg.pathVector;
    branch.flags = branchCtx === null ? target.flags : msg.bflags;
    branch.instance = target.instance;
    branch.ruid = target.ruid;
    branch.locationUa = target.locationUa;
    branch.forceSocket = branchCtx === null ? target.forceSocket : msg.forceSocket;
    this.build(ctx, branch, dst);
    branch.firstOfStep = branch.index === step.first;
    t.branches.push(branch);
    step.added++;
  }

  /** Sets the request that a branch sends to `dst`, or over another transport when it is too long for that one. */
  build(ctx: ScriptContext, branch: Branch, dst: Destination): void {
    const { proxy } = this.layer.host;
    const path = branch.path === '' ? null : branch.path;
    const text = (to: Destination): string =>
      proxy.buildForward(ctx, { dst: to, uri: branch.uri, branch: branch.id, path });
    branch.packet.text = text(dst);
    const wide = proxy.forSize(ctx.msg, dst, branch.packet.text.length);
    if (wide !== dst) branch.packet.text = text(wide);
    branch.packet.dst = wide;
  }

  /** A branch that is not yet part of its transaction; a `TmError` when there can be none. */
  newBranch(t: Transaction, dst: Destination | null): Branch | number {
    const { host } = this.layer;
    const index = t.branches.length;
    if (index >= host.settings.max_branches) {
      host.log.error('tm', 'maximum number of branches exceeded');
      return TmError.TOO_MANY_BRANCHES;
    }
    if (dst !== null && host.network.socketFor(dst) === null) {
      host.log.error(
        'tm',
        `can't fwd to af ${dst.address.includes(':') ? 10 : 2}, proto ${dst.proto} (no corresponding listening socket)`,
      );
      return TmError.NO_SOCKET;
    }
    const branch = this.makeBranch(t, dst);
    branch.onReply = t.arming.onReply;
    branch.onFailure = t.arming.onFailure;
    branch.onBranchFailure = t.arming.onBranchFailure;
    return branch;
  }

  /** The next branch of a transaction, with nothing armed and no timer running. */
  makeBranch(t: Transaction, dst: Destination | null): Branch {
    const branch = new Branch(t, t.branches.length, this.layer.host.clock, this.layer.failover);
    branch.packet.dst = dst;
    return branch;
  }

  /** Starts retransmission and final-response timers of a branch that was sent (RFC 3261 §17.1.1.2, §17.1.2.2). */
  startTimers(branch: Branch): void {
    const { t, packet } = branch;
    const reliable = packet.dst === null || packet.dst.proto !== 'udp';
    packet.start(reliable ? 0 : t.t1, t.t2, this.lifeLeft(t, t.fr));
  }

  /** A wait cut to what is left of the transaction's life. */
  lifeLeft(t: Transaction, wait: number): number {
    return Math.max(1, Math.min(wait, t.endOfLife - this.layer.host.clock.now()));
  }

  #finish(step: Step): number {
    const { t, ctx } = step;
    t.messageFlags = ctx.msg.flags;
    if (step.added === 0) {
      const nothingToTry = step.targets.length === 0;
      if (nothingToTry) {
        this.layer.host.log.error('tm', 'no branches for forwarding');
        t.error = Math.min(step.lowest, TmError.CONFIG);
        return TmError.UNSPECIFIED;
      }
      if (step.lowest !== TmError.CONFIG) this.layer.host.log.error('tm', 'failure to add branches');
      t.error = step.lowest;
      return step.lowest;
    }
    let sent = 0;
    // Failover appends branches of its own while this runs.
    for (let i = step.first; i < t.branches.length; i++) {
      if (this.layer.failover.send(ctx, t.branches[i]!)) sent++;
    }
    if (sent === 0) {
      t.error = TmError.SEND;
      return TmError.UNSPECIFIED;
    }
    t.error = 0;
    t.runDid |= RunDid.FORWARDED;
    return 1;
  }

  #refuseCanceled(t: Transaction, msg: SipMessage): number {
    msg.clearBranches();
    t.messageFlags = msg.flags;
    t.error = TmError.CANCELED;
    return TmError.UNSPECIFIED;
  }
}

/** The Request-URI's own branch. */
function mainTarget(msg: SipMessage): BranchTarget {
  const target = branchTarget(msg.currentUri);
  target.dstUri = msg.dstUri;
  target.path = msg.pathVector;
  target.q = msg.q;
  target.flags = msg.bflags;
  target.forceSocket = msg.forceSocket;
  target.instance = msg.instance;
  target.ruid = msg.ruid;
  target.locationUa = msg.locationUa;
  return target;
}

/** A destination with what the script said about connections (`set_forward_no_connect`, `set_forward_close`). */
function sendFlags(dst: Destination | undefined, msg: SipMessage): Destination | undefined {
  if (dst === undefined || (!msg.forwardNoConnect && !msg.forwardClose)) return dst;
  return { ...dst, noConnect: msg.forwardNoConnect, closeAfterSend: msg.forwardClose };
}
