import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import type { SipMessage } from '../../sip/message.js';
import { FAKED } from '../../tm/branch.js';
import { TFlag, type Transaction } from '../../tm/transaction.js';
import { tmOf } from '../tm/api.js';
import type { Tm } from '../tm/state.js';
import { STATISTICS } from './statistics.js';

/** Module tmx of one script thread. */
export class Tmx {
  readonly tm: Tm;
  /** Requests whose route runs, by what identifies them: for `t_precheck_trans()`. */
  readonly #running = new Map<string, SipMessage>();

  constructor(
    readonly host: Host,
    private readonly precheck: boolean,
  ) {
    const tm = tmOf(host);
    if (tm === undefined) throw new ConfigError('module tmx needs module tm');
    this.tm = tm as Tm;
    for (const [name, s] of Object.entries(STATISTICS)) {
      host.statistics.gauge('tmx', name, () => s.read(this.tm.layer.counts), s.doc);
    }
    if (precheck) host.hooks.postRequest.push((ctx) => this.#finished(ctx));
  }

  /** `t_precheck_trans()`: another run over the same request is under way. */
  isBeingHandled(ctx: ScriptContext): boolean {
    const { msg } = ctx;
    if (!this.precheck || msg.method === 'ACK' || msg.method === 'CANCEL') return false;
    const key = identity(msg);
    const running = this.#running.get(key);
    if (running !== undefined && running !== msg) return true;
    this.#running.set(key, msg);
    return false;
  }

  #finished(ctx: ScriptContext): void {
    if (this.#running.size === 0) return;
    const key = identity(ctx.msg);
    if (this.#running.get(key) === ctx.msg) this.#running.delete(key);
  }

  /** The reply that the run is about: the one at hand, or the picked one of a failure route. */
  pickedReply(ctx: ScriptContext): SipMessage | null {
    const t = this.tm.known(ctx);
    const reply = t?.branches[t.picked]?.reply ?? null;
    return reply === null || reply === FAKED ? null : reply;
  }

  /** The request behind a reply, or behind the run's transaction. */
  requestOf(ctx: ScriptContext): SipMessage | null {
    if (ctx.msg.isRequest) return null;
    return asReceived(this.tm.layer.current(ctx)?.request ?? null);
  }

  /** `t_drop()`: the transaction ends without a reply. */
  drop(ctx: ScriptContext, status: number): number {
    const t = this.tm.known(ctx);
    if (t === null) return -1;
    t.status = status;
    this.tm.layer.release(t);
    return 0;
  }

  suspend(ctx: ScriptContext): number {
    const { suspension } = this.tm.layer;
    const begun = suspension.begin(ctx);
    if (begun === 0) return 0;
    if (begun === null) {
      this.host.log.error('tmx', 'cannot create the transaction');
      return -1;
    }
    if (suspension.suspend(ctx) >= 0) return 1;
    this.host.log.error('tmx', 'failed to suppend the processing');
    return -1;
  }

  /** `t_continue()`; waits only for a transaction of another thread. */
  resume(index: number, label: number, name: string): number | Promise<number> {
    const route = this.host.routes.find('main', name);
    if (route === null) {
      this.host.log.error('tmx', `unable to find route block [${name}]`);
      return -1;
    }
    if (!route.defined) {
      this.host.log.error('tmx', `empty action lists in route block [${name}]`);
      return -1;
    }
    const { handover, table, suspension } = this.tm.layer;
    if (handover === null || table.at(index, label) !== null) {
      return this.#resumed(index, label, suspension.resume(index, label, route));
    }
    return handover
      .pull(index, label, { table: 'main', name: route.name })
      .then((code) => this.#resumed(index, label, code));
  }

  #resumed(index: number, label: number, code: number): number {
    if (code >= 0) return 1;
    this.host.log.warn('tmx', `resuming the processing of transaction [${index}:${label}] failed`);
    return -1;
  }

  /** `t_cancel_branches()` in a reply route. */
  cancelBranches(ctx: ScriptContext, which: 'all' | 'others' | 'this'): number {
    const t = this.tm.known(ctx);
    if (t === null || !t.isInvite) return -1;
    const final = ctx.msg.status >= 200;
    const current = t.branches[ctx.branch];
    if (which === 'this') {
      if (final || current === undefined || !current.cancelable) return -1;
      this.tm.layer.canceling.branch(current, { unreplied: 'stop' });
      return 1;
    }
    const except = which === 'others' || final ? ctx.branch : -1;
    if (!t.branches.some((b) => b.index !== except && b.cancelable)) return -1;
    this.tm.layer.canceling.cancelAll(t, { unreplied: 'stop', except });
    return 1;
  }

  /** Cancels the INVITE of a Call-ID and CSeq number, and sets a flag for its later routes. */
  cancelCall(callId: string, cseq: string, flag: number, cause: number): number {
    const t = this.tm.layer.matcher.byCallId(callId, Number(cseq));
    if (t === null) return -1;
    if (flag > 0 && flag < 32) t.messageFlags |= 1 << flag;
    this.tm.layer.canceling.cancelAll(t, { unreplied: 'stop', cause: cause >= 100 && cause <= 699 ? cause : 0 });
    return 1;
  }

  cancelBranchAt(index: number, label: number, branch: number): number {
    const b = this.tm.layer.table.at(index, label)?.branches[branch];
    if (b === undefined || !b.cancelable) return -1;
    this.tm.layer.canceling.branch(b, { unreplied: this.tm.layer.canceling.unreplied() });
    return 1;
  }

  replyToCall(callId: string, cseq: string, status: number, reason: string): number {
    const t = this.tm.layer.matcher.byCallId(callId, Number(cseq));
    if (t === null || t.request === null) return -1;
    const over = this.tm.layer.context(t, t.request, RouteKind.REQUEST);
    return this.tm.layer.server.reply(t, over, status, reason) > 0 ? 1 : -1;
  }

  /** `t_uac_ack_local()`: the ACK to a 2xx that `t_set_no_auto_ack` left open. */
  acknowledge(headers: string, body: string, t: Transaction | null): number {
    if (t === null || !t.has(TFlag.LOCAL) || !t.isInvite) return -1;
    for (const branch of t.branches) {
      const { reply } = branch;
      if (reply === null || reply === FAKED || reply.status < 200 || reply.status >= 300) continue;
      const lines = headers === '' || headers.endsWith('\n') ? headers : `${headers}\r\n`;
      return this.tm.layer.local.acknowledge(branch, reply, lines, body) ? 1 : -1;
    }
    return -1;
  }
}

/** A message without what scripts did to it since. */
export function asReceived(msg: SipMessage | null): SipMessage | null {
  if (msg === null) return null;
  const copy = msg.copy();
  copy.newUri = null;
  copy.dstUri = '';
  return copy;
}

function identity(msg: SipMessage): string {
  return `${msg.via1?.branch ?? ''} ${msg.callId ?? ''} ${msg.cseq?.numberText ?? ''} ${msg.method}`;
}
