import type { ScriptContext } from '../script/context.js';
import { buildCancel } from '../sip/build-client.js';
import { Hdr } from '../sip/header-names.js';
import type { SipMessage } from '../sip/message.js';
import type { Branch } from './branch.js';
import { extraHeaders } from './extra-headers.js';
import type { TransactionLayer } from './layer.js';
import { TimedPacket } from './timed-packet.js';
import { TFlag, type Transaction } from './transaction.js';

/** How branches are canceled. */
export interface CancelHow {
  /** Stop them for good: the transaction is over. */
  readonly kill?: boolean;
  /** Send a CANCEL even if nothing came back yet (RFC 3261 §9.1 forbids it). */
  readonly force?: boolean;
  /** What to do with branches that nothing came back on: the method of `cancel_b_method`. */
  readonly unreplied?: 'fake487' | 'retransmit' | 'force' | 'stop';
  /** Status that makes the CANCEL necessary, for its Reason header; 0 when there is none. */
  readonly cause?: number;
  /** Whole Reason header lines in place of one made from `cause`. */
  readonly reason?: string | null;
  /** Branches to spare. */
  readonly except?: number;
  /** The CANCEL had to wait for a provisional reply: upstream gives no reason text then. */
  readonly late?: boolean;
}

/** `Reason` texts by cause. */
const CAUSE_TEXT: Readonly<Record<number, string>> = { 200: 'Call completed elsewhere' };

/** CANCEL in both directions (RFC 3261 §9, §16.10). */
export class Canceling {
  constructor(private readonly layer: TransactionLayer) {}

  /**
   * Handles a received CANCEL whose INVITE is known: answers it and cancels what is open.
   * @param cancel - the CANCEL's own transaction
   */
  received(ctx: ScriptContext, cancel: Transaction, invite: Transaction): void {
    const { server } = this.layer;
    if (invite.observers !== null) for (const o of invite.observers) o.cancelReceived?.(invite, ctx.msg);
    invite.flags |= TFlag.CANCELED;
    const open = invite.branches.filter((b) => b.cancelable);
    if (open.every((b) => b.blind)) {
      if (invite.request !== null && invite.status < 200) {
        server.reply(invite, this.layer.context(invite, invite.request, ctx.kind), 487, 'Request canceled');
      }
      server.reply(cancel, ctx, 200, 'ok -- no more pending branches');
      return;
    }
    if (!invite.has(TFlag.NO_E2E_CANCEL_REASON)) invite.cancelReason ??= reasonHeaders(ctx.msg);
    for (const branch of open) {
      this.branch(branch, { unreplied: branch.blind ? 'fake487' : this.unreplied(), reason: invite.cancelReason });
    }
    server.reply(cancel, ctx, 200, 'canceling');
  }

  /** Cancels every open branch; how many stay active. */
  cancelAll(t: Transaction, how: CancelHow): number {
    let active = 0;
    for (const branch of t.branches) {
      if (branch.index === how.except || !branch.cancelable) continue;
      if (this.branch(branch, branch.blind ? { ...how, unreplied: 'fake487' } : how)) active++;
    }
    return active;
  }

  /** What `cancel_b_method` says of branches without an answer. */
  unreplied(): NonNullable<CancelHow['unreplied']> {
    const method = this.layer.settings.cancel_b_method;
    return method === 0 ? 'fake487' : method === 2 ? 'force' : 'retransmit';
  }

  /** Cancels one branch; true when it stays active until its final reply or timeout. */
  branch(branch: Branch, how: CancelHow): boolean {
    const { t } = branch;
    branch.canceled = true;
    const answered = branch.status >= 100;
    const unreplied = how.force ? 'force' : (how.unreplied ?? 'stop');
    if (how.kill) {
      branch.packet.stop();
      if (!answered && !how.force) {
        if (branch.blind && t.status < 200) this.layer.replies.fake(branch, 487);
        return false;
      }
    } else if (!answered && unreplied !== 'force') {
      if (unreplied === 'fake487') {
        branch.packet.stop();
        this.layer.replies.fake(branch, 487);
        return false;
      }
      if (unreplied === 'stop') branch.packet.stopRetransmissions();
      return true;
    } else {
      branch.packet.stopRetransmissions();
    }
    this.#send(branch, this.#reason(t, how));
    return how.kill !== true;
  }

  /** A provisional reply came on a branch that is to be canceled: sends the CANCEL, or sends it again. */
  provisional(branch: Branch): void {
    const { t } = branch;
    if (branch.cancel !== null) {
      const { dst } = branch.cancel;
      if (dst !== null) this.layer.host.proxy.send(null, dst, branch.cancel.text);
      return;
    }
    branch.packet.stopRetransmissions();
    const reason = t.cancelReason ?? this.#reason(t, { cause: t.status >= 200 ? t.status : 0, late: true });
    this.#send(branch, reason);
  }

  #reason(t: Transaction, how: CancelHow): string {
    if (how.reason != null) return how.reason;
    const cause = how.cause ?? 0;
    if (cause <= 0 || this.layer.settings.local_cancel_reason === 0) return t.cancelReason ?? '';
    const text = how.late ? undefined : CAUSE_TEXT[cause];
    return `Reason: SIP;cause=${cause}${text === undefined ? '' : `;text="${text}"`}\r\n`;
  }

  #send(branch: Branch, reason: string): void {
    const { t } = branch;
    const { host, settings } = this.layer;
    const dst = branch.packet.dst;
    if (dst === null) return;
    const plain = buildCancel(branch.packet.text, extraHeaders(branch.packet.text, settings.ac_extra_hdrs));
    if (plain === null) return;
    const text = `${plain.slice(0, -2)}${reason}\r\n`;
    const packet = new TimedPacket(host.clock, {
      resend: () => host.proxy.send(null, dst, text),
      expired: () => {},
    });
    packet.text = text;
    packet.dst = dst;
    branch.cancel = packet;
    host.proxy.send(null, dst, text);
    packet.start(dst.proto === 'udp' ? t.t1 : 0, t.t2, t.fr);
  }
}

/** The Reason header lines of a CANCEL (RFC 3326). */
function reasonHeaders(msg: SipMessage): string {
  let lines = '';
  for (let i = msg.firstHeader(Hdr.REASON); i >= 0; i = msg.nextHeader(i, Hdr.REASON)) {
    lines += msg.raw.slice(msg.headerStart(i), msg.headerEnd(i));
  }
  return lines;
}
