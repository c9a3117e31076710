import type { Destination } from '../net/transport.js';
import type { ScriptContext } from '../script/context.js';
import type { Branch } from './branch.js';
import { UNDELIVERED } from './errors.js';
import type { TransactionLayer } from './layer.js';
import { failureRequest } from './message-copy.js';
import { TFlag } from './transaction.js';

/** Sends branches and goes on to the next address of a destination that fails (RFC 3263 §4.3). */
export class Failover {
  constructor(private readonly layer: TransactionLayer) {}

  /**
   * Sends a branch for the first time and starts its timers. When that fails, a branch to the next address is appended
   * for the caller to send.
   * @returns true when it left, or is treated as if (`failure_exec_mode`)
   */
  send(ctx: ScriptContext | null, branch: Branch): boolean {
    const { t, packet } = branch;
    if (packet.dst === null) return false;
    const undelivered = packet.dst.proto === 'udp' ? undefined : () => this.undelivered(branch);
    if (this.layer.host.proxy.send(ctx, packet.dst, packet.text, t.attrs, undelivered)) {
      if (t.observers !== null) for (const o of t.observers) o.requestSent?.(t, branch);
      this.layer.forwarding.startTimers(branch);
      return true;
    }
    // A final status without a reply: this branch is never picked.
    branch.status = 408;
    if (this.append(branch)) return false;
    this.layer.host.log.warn('tm', `sending request on branch ${branch.index} failed`);
    if (this.layer.settings.failure_exec_mode !== 1) return false;
    branch.status = 0;
    packet.start(0, t.t2, this.layer.forwarding.lifeLeft(t, t.fr));
    return true;
  }

  /** Appends and sends branches to further addresses until one leaves; true when one did. */
  next(branch: Branch): boolean {
    const { t } = branch;
    for (let from = branch; this.append(from); ) {
      const added = t.branches[t.branches.length - 1]!;
      if (this.send(null, added)) return true;
      from = t.branches[t.branches.length - 1]!;
      if (from === added) return false;
    }
    return false;
  }

  /** Appends a branch to the next address of a failed one; false when there is none or forking is over. */
  append(branch: Branch): boolean {
    const { t } = branch;
    const { host } = this.layer;
    const dst = branch.alternatives[0];
    if (dst === undefined || host.settings.use_dns_failover === 0) return false;
    if (t.has(TFlag.DISABLE_FAILOVER | TFlag.CANCELED | TFlag.SIX_HUNDRED) || branch.canceled) return false;
    const added = this.layer.forwarding.newBranch(t, dst);
    if (typeof added === 'number') return false;
    added.alternatives = branch.alternatives.slice(1);
    branch.alternatives = [];
    added.onReply = branch.onReply;
    added.onFailure = branch.onFailure;
    added.onBranchFailure = branch.onBranchFailure;
    added.flags = branch.flags;
    added.uri = branch.uri;
    added.path = branch.path;
    added.instance = branch.instance;
    added.ruid = branch.ruid;
    added.locationUa = branch.locationUa;
    added.forceSocket = branch.forceSocket;
    this.#write(branch, added, dst);
    t.branches.push(added);
    return true;
  }

  /** Another transport or socket needs another Via; else the sent text with the new branch parameter does. */
  #write(failed: Branch, added: Branch, dst: Destination): void {
    const { t } = failed;
    const { host, settings } = this.layer;
    const before = failed.packet.dst;
    const sameSocket = before !== null && host.network.socketFor(before) === host.network.socketFor(dst);
    const msg = settings.reparse_on_dns_failover !== 0 && sameSocket ? null : failureRequest(t, failed.flags);
    if (msg === null) added.packet.text = failed.packet.text.replace(failed.id, added.id);
    else this.layer.forwarding.build(this.layer.context(t, msg, 0), added, dst);
  }

  /** A retransmission is due; false when the packet cannot be sent any more. */
  resend(branch: Branch): boolean {
    const { packet } = branch;
    if (packet.dst === null) return true;
    if (this.layer.host.proxy.send(null, packet.dst, packet.text)) return true;
    packet.stop();
    this.layer.replies.fake(branch, 503);
    return false;
  }

  /** The connection that the request waited for came to nothing, or ended before it was written. */
  undelivered(branch: Branch): void {
    const { t } = branch;
    if (t.busy) {
      t.defer(() => this.undelivered(branch));
      return;
    }
    if (!t.inTable || branch.status !== 0) return;
    branch.packet.stop();
    this.layer.host.log.warn('tm', `sending request on branch ${branch.index} failed`);
    this.next(branch);
    this.layer.replies.fake(branch, UNDELIVERED);
  }

  /** No final reply came in time (RFC 3261 §17.1, timers B and F; §16.8, timer C). */
  expired(branch: Branch): void {
    const { t } = branch;
    if (t.busy) {
      t.defer(() => this.expired(branch));
      return;
    }
    if (branch.status >= 200) return;
    branch.timedOut = true;
    if (this.#silent(branch)) {
      this.layer.wait(t);
      return;
    }
    if (branch.status === 0 && !branch.blind && this.layer.host.clock.now() < t.endOfLife) this.next(branch);
    this.layer.replies.fake(branch, 408);
  }

  /** With `noisy_ctimer` off, an INVITE that nobody ever answered on its only branch just disappears. */
  #silent(branch: Branch): boolean {
    const { t } = branch;
    return (
      this.layer.settings.noisy_ctimer === 0 &&
      t.isInvite &&
      !t.has(TFlag.NOISY | TFlag.LOCAL) &&
      t.branches.length === 1 &&
      branch.onFailure === null &&
      branch.status === 0
    );
  }
}
