import type { CfgVariableDef, Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import type { Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { buildApplied } from '../../sip/build.js';
import { errorReply } from '../../tm/errors.js';
import { TransactionLayer } from '../../tm/layer.js';
import { Match } from '../../tm/matching.js';
import { failureRequest } from '../../tm/message-copy.js';
import { TM_DEFAULTS, type TmSettings } from '../../tm/settings.js';
import { RunDid, TFlag, Transaction } from '../../tm/transaction.js';
import type { TmApi } from './api.js';
import { readRequest, type WrittenRequest } from './local-requests.js';
import { PARAMS } from './params.js';

export type TmParams = ParamValues<typeof PARAMS>;

/** Module tm of one script thread. */
export class Tm implements TmApi {
  readonly layer: TransactionLayer;
  readonly params: TmParams;

  constructor(
    readonly host: Host,
    params: TmParams,
  ) {
    this.params = params;
    const settings = { ...params };
    this.layer = new TransactionLayer(host, settings);
    const fr = avpName(params.fr_timer_avp, 'fr_timer_avp');
    const frInvite = avpName(params.fr_inv_timer_avp, 'fr_inv_timer_avp');
    if (fr !== null || frInvite !== null) {
      this.layer.timerOverrides = {
        fr: (t) => (fr === null ? 0 : seconds(t.attrs.get(fr))),
        frInvite: (t) => (frInvite === null ? 0 : seconds(t.attrs.get(frInvite))),
      };
    }
    this.layer.attach();
  }

  /** Resolves what only the bound program knows, and lets cfg_rpc change the settings. */
  start(): void {
    this.host.cfg.register('tm', cfgVariables(this.layer.settings));
    const { on_sl_reply } = this.params;
    if (on_sl_reply !== null) this.layer.strayReplyRoute = this.host.routes.find('onreply', on_sl_reply);
  }

  error(text: string): void {
    this.host.log.error('tm', text);
  }

  /** The run's transaction, looked up if need be; null is logged with what upstream says. */
  required(
    ctx: ScriptContext,
    complaint = 'cannot check a message for which no T-state has been established',
  ): Transaction | null {
    const t = this.layer.current(ctx);
    if (t === null) this.error(complaint);
    return t;
  }

  /** The run's transaction as far as it is known already. */
  known(ctx: ScriptContext): Transaction | null {
    if (ctx.transaction instanceof Transaction) return ctx.transaction;
    return ctx.msg.transaction instanceof Transaction ? ctx.msg.transaction : null;
  }

  /** `t_reply()`. */
  reply(ctx: ScriptContext, status: number, reason: string): number {
    if (ctx.msg.isRequest && ctx.msg.method === 'ACK') return -1;
    const t = this.required(ctx, 'cannot send a t_reply to a message for which no T-state has been established');
    if (t === null || t.request === null) return -1;
    t.flags |= TFlag.SCRIPT_REPLY;
    return this.layer.server.reply(t, ctx, status, reason);
  }

  replyIfTransaction(ctx: ScriptContext, status: number, reason: string): number | null {
    const t =
      ctx.kind === RouteKind.REQUEST || ctx.kind === RouteKind.FAILURE ? this.layer.current(ctx) : this.known(ctx);
    return t === null || t.request === null ? null : this.reply(ctx, status, reason);
  }

  /** `t_reply_error()`: answers for the last relay's error. */
  replyError(ctx: ScriptContext): number {
    const t = this.layer.current(ctx);
    if (t === null) return -1;
    const { status, reason } = errorReply(t.error || -1);
    return this.reply(ctx, status, reason);
  }

  replyErrorIfTransaction(ctx: ScriptContext): number | null {
    return this.layer.current(ctx) === null ? null : this.replyError(ctx);
  }

  localTag(ctx: ScriptContext): string | null {
    const t = this.layer.current(ctx);
    return t === null ? null : this.layer.server.toTag(t);
  }

  onTransaction(callback: (t: Transaction, ctx: ScriptContext) => void): void {
    this.layer.onCreated.push(callback);
  }

  /** `t_newtran()`. */
  newTransaction(ctx: ScriptContext): number {
    const made = this.layer.create(ctx);
    if (made === -10) this.host.log.notice('tm', 'transaction already in process');
    return made;
  }

  /** `t_check_trans()`: 1 belongs to a transaction, 0 absorbed (the script ends), -1 new. */
  checkTransaction(ctx: ScriptContext): number {
    const inside = RouteKind.FAILURE | RouteKind.BRANCH | RouteKind.BRANCH_FAILURE | RouteKind.TM_ONREPLY;
    if ((ctx.kind & inside) !== 0) return 1;
    const { msg } = ctx;
    if (msg.isRequest && msg.method === 'CANCEL') return this.lookupCancel(ctx, false);
    const match = this.layer.lookup(ctx);
    if (!msg.isRequest) return match.status === Match.FOUND ? 1 : -1;
    if (match.t === null) return -1;
    if (match.status === Match.E2E_ACK) {
      this.layer.server.ackPasses(match.t, msg);
      return 1;
    }
    if (match.status !== Match.FOUND) return -1;
    this.layer.absorb(match.t, msg);
    return 0;
  }

  /** `t_lookup_cancel()`: whether the CANCEL's INVITE is known; its flags replace the CANCEL's on request. */
  lookupCancel(ctx: ScriptContext, takeFlags: boolean): number {
    if (ctx.msg.method !== 'CANCEL') {
      this.host.log.warn('tm', 'using t_lookup_cancel() without a CANCEL request');
      return -1;
    }
    const invite = this.layer.matcher.sameBranch(ctx.msg);
    if (invite === null) return -1;
    if (takeFlags) ctx.msg.flags = invite.messageFlags;
    return 1;
  }

  /** `t_relay_cancel()`: 0 when the CANCEL was dealt with, 1 when there is no INVITE for it. */
  relayCancel(ctx: ScriptContext): number {
    if (ctx.msg.method !== 'CANCEL') return 1;
    const invite = this.layer.matcher.sameBranch(ctx.msg);
    if (invite === null) return 1;
    const made = this.layer.create(ctx);
    const t = this.known(ctx);
    if (made === 0) return 0;
    if ((made < 0 && made !== -10) || t === null) return made < 0 ? made : -1;
    this.layer.canceling.received(ctx, t, invite);
    t.runDid |= RunDid.FORWARDED;
    return 0;
  }

  /** `t_uac_send()`. */
  uacSend(written: WrittenRequest): number {
    const read = readRequest(this, written);
    if (typeof read === 'string') {
      this.error(read);
      return -1;
    }
    const sent = this.layer.local.send(read.request, { socket: read.socket });
    return sent === null ? -1 : 1;
  }

  /** `t_msg_apply_changes()`: the branch's message is read again with the changes so far. */
  applyBranchChanges(ctx: ScriptContext): number {
    if (ctx.kind !== RouteKind.BRANCH) return -1;
    const { msg } = ctx;
    const uri = msg.newUri;
    const dst = msg.dstUri;
    if (!msg.reload(buildApplied(msg))) return -1;
    msg.newUri = uri;
    msg.dstUri = dst;
    return 1;
  }

  /** `t_cell_append_branches()`: the run's destination set goes to another transaction. */
  appendBranches(ctx: ScriptContext, index: number, label: number): number {
    const t = this.layer.table.at(index, label);
    if (t === null || t.request === null || t.status >= 200) return -1;
    const msg = failureRequest(t, 0);
    if (msg === null) return -1;
    msg.uriFresh = false;
    msg.otherBranches = ctx.msg.otherBranches;
    ctx.msg.clearBranches();
    const run = this.layer.context(t, msg, RouteKind.FAILURE);
    return this.layer.forwarding.forward(run, t) > 0 ? 1 : -1;
  }

  /** Lets transactions go that should have ended long ago; how many there were. */
  clean(): number {
    const now = this.host.clock.now();
    let cleaned = 0;
    for (const t of [...this.layer.table]) {
      if (now - Math.max(t.endOfLife, t.waitSince) < HARD_LIMIT || t.busy) continue;
      this.layer.destroy(t);
      cleaned++;
    }
    return cleaned;
  }

  stop(): void {
    for (const t of [...this.layer.table]) this.layer.destroy(t);
  }
}

/** How far beyond its end a transaction counts as forgotten. */
const HARD_LIMIT = 90_000;

/** The name inside `$avp(name)`, `$avp(s:name)` or a bare name. */
function avpName(text: string | null, param: string): string | null {
  if (text === null || text === '') return null;
  const open = text.indexOf('(');
  if (!text.startsWith('$')) return text;
  if (open < 0 || !text.endsWith(')') || !/^\$avp$/.test(text.slice(0, open))) {
    throw new ConfigError(`malformed or non AVP ${text} AVP definition`, param);
  }
  const inner = text.slice(open + 1, -1);
  return inner.startsWith('s:') ? inner.slice(2) : inner;
}

/** An AVP's seconds in milliseconds; 0 when it gives nothing usable. */
function seconds(value: Stored | null): number {
  const n = typeof value === 'string' ? Number.parseInt(value, 10) : Number(value ?? 0);
  return Number.isFinite(n) && n > 0 ? n * 1000 : 0;
}

/** The settings that can change while the server runs: upstream's cfg group `tm`. */
function cfgVariables(settings: TmSettings): Record<string, CfgVariableDef> {
  const variables: Record<string, CfgVariableDef> = {};
  const values = settings as unknown as Record<string, number | string>;
  for (const [name, initial] of Object.entries(TM_DEFAULTS)) {
    const type = typeof initial === 'number' ? 'int' : 'string';
    variables[name] = {
      type,
      doc: PARAMS[name as keyof typeof PARAMS].doc,
      read: () => values[name] ?? null,
      write: (value) => {
        if (typeof value !== typeof initial) return `${name} takes ${type === 'int' ? 'a number' : 'a text'}`;
        values[name] = value;
        return null;
      },
    };
  }
  return variables;
}
