import type { ScriptContext } from '../script/context.js';
import { Method } from '../sip/methods.js';
import { transactionOf } from './arming.js';
import { TmError } from './errors.js';
import { ANYWHERE, type RelayTo } from './forward.js';
import type { TransactionLayer } from './layer.js';
import { RunDid, TFlag, type Transaction } from './transaction.js';

/** What `t_relay()` does with each kind of request (RFC 3261 §16, §9.2). */
export class Relay {
  constructor(private readonly layer: TransactionLayer) {}

  /**
   * `t_relay()` in a request route: makes the transaction if there is none, answers 100, forwards.
   * @returns 1, 0 when the script has to end, or a negative `TmError`; the reply for it is sent when the script ends
   */
  relay(ctx: ScriptContext, to: RelayTo = ANYWHERE): number | Promise<number> {
    const { msg } = ctx;
    const { layer } = this;
    if (msg.methodId === Method.CANCEL) return this.#relayCancel(ctx, to);
    const made = layer.create(ctx);
    if (made === 0) return 1;
    if (made < 0 && made !== TmError.SCRIPT) return made;
    if (msg.methodId === Method.ACK) return this.#relayAck(ctx, to, made);
    const t = transactionOf(msg);
    if (t === null) return TmError.BUG;
    if (to.replicate) t.flags |= TFlag.LOCAL;
    layer.server.autoTrying(t, ctx);
    const result = layer.forwarding.forward(ctx, t, to);
    if (result > 0) return result;
    ctx.lastError = t.error || result;
    return this.failed(t, result, to.replicate === true);
  }

  /** A relay from the request route came to nothing: the script may still do better before the reply goes out. */
  failed(t: Transaction, result: number, replicated: boolean): number {
    if (replicated) {
      this.layer.release(t);
      return result;
    }
    if (t.has(TFlag.DISABLE_INTERNAL_REPLY)) return -4;
    t.runDid |= RunDid.FAILED;
    if (this.layer.settings.delayed_reply === 0 && t.status < 200) this.layer.kill(t, t.error);
    return result;
  }

  /** ACKs make no transaction: those of 2xx go on statelessly, those of negative replies end here. */
  #relayAck(ctx: ScriptContext, to: RelayTo, made: number): number | Promise<number> {
    if (made === TmError.SCRIPT) {
      const t = transactionOf(ctx.msg);
      if (t !== null) this.layer.server.acknowledged(t);
      return 1;
    }
    const { matcher } = this.layer;
    const match = this.layer.onCreated.length === 0 ? null : matcher.request(ctx.msg);
    if (match !== null && match.t !== null) this.layer.server.ackPasses(match.t, ctx.msg);
    // A caller that repeats the INVITE's branch, as it must not, and its Request-URI has the branch repeated on the other
    // side, as upstream does.
    const first = matcher.sameBranch(ctx.msg);
    const repeats = first?.request?.requestUri === ctx.msg.requestUri;
    return this.#stateless(ctx, to, 1, repeats ? first?.branches[0]?.id : undefined);
  }

  #stateless(ctx: ScriptContext, to: RelayTo, sent = 1, branch?: string): number | Promise<number> {
    const result = this.layer.host.proxy.forward(ctx, to.uri, to.proto, branch);
    return typeof result === 'number'
      ? result >= 0
        ? sent
        : result
      : result.then((code) => (code >= 0 ? sent : code));
  }

  #relayCancel(ctx: ScriptContext, to: RelayTo): number | Promise<number> {
    const invite = this.layer.matcher.sameBranch(ctx.msg);
    const mode = this.layer.settings.unmatched_cancel;
    if (invite === null && mode === 2) return 1;
    // As upstream: a CANCEL that went on statelessly ends the script.
    if (invite === null && mode === 1) return this.#stateless(ctx, to, 0);
    const made = this.layer.create(ctx);
    if (made === 0) return 1;
    if (made < 0 && made !== TmError.SCRIPT) return made;
    const t = transactionOf(ctx.msg);
    if (t === null) return TmError.BUG;
    if (invite !== null) {
      this.layer.canceling.received(ctx, t, invite);
      t.runDid |= RunDid.FORWARDED;
      return 1;
    }
    const result = this.layer.forwarding.forward(ctx, t, to);
    return result > 0 ? result : this.failed(t, result, false);
  }
}
