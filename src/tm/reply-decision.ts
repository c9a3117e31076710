import type { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { buildForwardedReply } from '../sip/build.js';
import { Hdr } from '../sip/header-names.js';
import type { SipMessage } from '../sip/message.js';
import { type Branch, FAKED, type StoredReply } from './branch.js';
import { errorReply, reasonPhrase, TmError, UNDELIVERED } from './errors.js';
import type { TransactionLayer } from './layer.js';
import { NONE, OPEN, pickBranch } from './reply-picking.js';
import { TFlag, type Transaction } from './transaction.js';

/** What became of a reply. */
export const Outcome = {
  /** Not wanted: a retransmission, or too late. */
  DISCARDED: 0,
  /** Kept until the other branches have ended. */
  STORED: 1,
  PROVISIONAL: 2,
  /** The transaction has its final reply. */
  COMPLETED: 3,
  /** A further 2xx of an INVITE that was answered already (RFC 3261 §16.7 step 5). */
  LATE_2XX: 4,
  /** Kept; a 6xx ends the other branches (RFC 3261 §16.7 step 5). */
  CANCEL_OTHERS: 5,
} as const;

/** Decides which replies go upstream (RFC 3261 §16.7). */
export class ReplyDecision {
  constructor(private readonly layer: TransactionLayer) {}

  /**
   * Takes a reply into account and relays what has to be relayed.
   * @param reply - null for one that stands in for a reply that did not come
   * @param ctx - the reply's run; null with `reply`
   */
  decide(
    branch: Branch,
    reply: SipMessage | null,
    status: number,
    ctx: ScriptContext | null,
  ): number | Promise<number> {
    const { t } = branch;
    const invite2xx = t.isInvite && status >= 200 && status < 300;
    if (t.status >= 200) {
      if (!invite2xx) return Outcome.DISCARDED;
      branch.status = status;
      this.#pass(t, branch, reply, status, ctx, false);
      return Outcome.LATE_2XX;
    }
    if (branch.status >= 200 && !(invite2xx && branch.status < 300)) {
      const expected = branch.status === status || branch.status === 487 || (branch.status === 408 && status === 487);
      if (!expected) {
        this.layer.host.log.error('tm', `status rewrite by UAS: stored: ${branch.status}, received: ${status}`);
      }
      return Outcome.DISCARDED;
    }
    branch.status = status;
    if (status >= 300) return this.#negative(branch, reply, status, ctx);
    if (status !== 100 || this.layer.settings.relay_100 !== 0) this.#pass(t, branch, reply, status, ctx, status >= 200);
    return status >= 200 ? Outcome.COMPLETED : Outcome.PROVISIONAL;
  }

  #negative(
    branch: Branch,
    reply: SipMessage | null,
    status: number,
    ctx: ScriptContext | null,
  ): number | Promise<number> {
    const { t } = branch;
    const stored: StoredReply = reply ?? FAKED;
    if (branch.onBranchFailure !== null) {
      branch.reply = stored;
      const wait = this.layer.failure.runBranch(t, branch);
      if (wait !== null) return wait.then(() => this.#pick(branch, stored, status, ctx));
    }
    return this.#pick(branch, stored, status, ctx);
  }

  #pick(branch: Branch, stored: StoredReply, status: number, ctx: ScriptContext | null): number | Promise<number> {
    const { t } = branch;
    branch.reply = null;
    const pick = this.#pickOf(t, branch.index, status);
    if (pick.branch === OPEN) {
      branch.reply = stored;
      if (status < 600 || t.has(TFlag.SIX_HUNDRED | TFlag.DISABLE_6XX)) return Outcome.STORED;
      t.flags |= TFlag.SIX_HUNDRED;
      return Outcome.CANCEL_OTHERS;
    }
    const picked = t.branches[pick.branch];
    if (pick.branch === NONE || picked === undefined) return Outcome.DISCARDED;
    // All branches have ended; a failure route may add new ones.
    const before = t.branches.length;
    branch.reply = stored;
    t.flags &= ~TFlag.SIX_HUNDRED;
    const hadRoute = picked.onFailure !== null;
    const wait = this.layer.failure.run(t, picked, pick.status);
    const go = (): number => this.#afterFailure(branch, picked, stored, status, ctx, before, hadRoute);
    return wait === null ? go() : wait.then(go);
  }

  #afterFailure(
    branch: Branch,
    picked: Branch,
    stored: StoredReply,
    status: number,
    ctx: ScriptContext | null,
    before: number,
    hadRoute: boolean,
  ): number {
    const { t } = branch;
    const added = t.branches.length > before;
    const mode = t.dropMode;
    const dropped = hadRoute && (mode === 3 ? added : mode !== 0);
    if (dropped) this.#dropReplies(t, before, mode);
    if (t.status >= 200) {
      branch.reply = null;
      return Outcome.COMPLETED;
    }
    if (t.has(TFlag.SUSPENDED)) return Outcome.STORED;
    let winner = picked;
    if (added) {
      if (!dropped) branch.reply = null;
      const again = this.#pickOf(t, dropped ? -1 : branch.index, status);
      if (again.branch === OPEN) {
        branch.reply = dropped ? null : stored;
        return dropped ? Outcome.DISCARDED : Outcome.STORED;
      }
      const found = t.branches[again.branch];
      if (found !== undefined) winner = found;
      else if (dropped) return this.#allFailed(t, branch, stored, ctx);
      if (!dropped) branch.reply = stored;
    } else if (dropped) {
      return this.#allFailed(t, branch, stored, ctx);
    }
    const reply = winner.reply;
    this.#pass(t, winner, reply === FAKED ? null : reply, winner.status, winner === branch ? ctx : null, true);
    return Outcome.COMPLETED;
  }

  /** The replies so far are not to be relayed and nothing better came: an error of our own. */
  #allFailed(t: Transaction, branch: Branch, stored: StoredReply, ctx: ScriptContext | null): number {
    if (t.isLocal) this.#pass(t, branch, stored === FAKED ? null : stored, branch.status, ctx, true);
    else this.layer.kill(t, t.error || TmError.UNSPECIFIED);
    return Outcome.COMPLETED;
  }

  #dropReplies(t: Transaction, before: number, mode: number): void {
    let from = 0;
    if (mode === 2) {
      from = before - 1;
      while (from > 0 && !t.branches[from]?.firstOfStep) from--;
    }
    for (let i = Math.max(0, from); i < before; i++) t.branches[i]!.reply = null;
  }

  #pickOf(t: Transaction, current: number, status: number): ReturnType<typeof pickBranch> {
    const ignoreOpen = t.has(TFlag.CONTINUING) ? t.blindBranch : -1;
    return pickBranch(t.branches, current, status, this.layer.settings.faked_reply_prio, ignoreOpen);
  }

  /** Sends a branch's reply upstream, or tells whoever made the request. */
  #pass(
    t: Transaction,
    branch: Branch,
    reply: SipMessage | null,
    status: number,
    ctx: ScriptContext | null,
    completes: boolean,
  ): void {
    if (t.isLocal) {
      this.layer.local.replied(t, branch, reply, status);
      return;
    }
    const made = this.#replacement(t, reply, status);
    if (made !== null) {
      this.layer.server.pass(t, null, made.status, made.text, branch.index, completes);
      return;
    }
    if (reply === null) return;
    const stream = this.layer.server.destination(t)?.proto !== 'udp';
    const text = buildForwardedReply(reply, {
      needsLength: stream,
      viaParams: this.layer.host.proxy.replyViaParams(reply, t.attrs),
    });
    const run = ctx !== null && ctx.msg === reply ? ctx : this.layer.context(t, reply, RouteKind.TM_ONREPLY);
    this.layer.server.pass(t, run, reply.status, text, branch.index, completes);
  }

  /** A reply made here in place of the branch's: none came, 503, or several challenges. Null when it goes as it is. */
  #replacement(t: Transaction, reply: SipMessage | null, status: number): { status: number; text: string } | null {
    const s = this.layer.settings;
    const { request } = t;
    if (request === null) return null;
    let code = reply === null && t.isCanceled ? 487 : status;
    let reason = reasonPhrase(code);
    if (reply === null && code === 408) {
      code = s.reply_408_code;
      reason = s.reply_408_reason;
    } else if (reply === null && code === UNDELIVERED) {
      reason = errorReply(TmError.SEND).reason;
    } else if (reply !== null && status === 503 && s.remap_503_500 !== 0) {
      code = 500;
    } else if (s.aggregate_challenges !== 0 && (code === 401 || code === 407)) {
      const headers = challenges(t);
      if (headers.replies < 2 && reply !== null) return null;
      if (headers.replies > 1) request.replyEdits.addHeader(headers.text);
    } else if (reply !== null) {
      return null;
    }
    const ctx = this.layer.context(t, request, RouteKind.REQUEST);
    const tag = code >= 180 && request.toTag === '' ? this.layer.server.toTag(t) : null;
    return { status: code, text: this.layer.host.proxy.buildReply(ctx, code, reason, tag) };
  }
}

/** Every challenge header of the transaction's 401 and 407 replies (RFC 3261 §16.7 step 7). */
function challenges(t: Transaction): { replies: number; text: string } {
  let replies = 0;
  let text = '';
  for (const { reply } of t.branches) {
    if (reply === null || reply === FAKED || (reply.status !== 401 && reply.status !== 407)) continue;
    replies++;
    for (let i = 0; i < reply.headerCount; i++) {
      const id = reply.headerId(i);
      if (id !== Hdr.WWW_AUTHENTICATE && id !== Hdr.PROXY_AUTHENTICATE) continue;
      text += reply.raw.slice(reply.headerStart(i), reply.headerEnd(i));
    }
  }
  return { replies, text };
}
