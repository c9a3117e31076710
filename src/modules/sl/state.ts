import { bracketed } from '../../net/addresses.js';
import type { Destination } from '../../net/transport.js';
import type { Host } from '../../registry/host.js';
import { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { parseInteger, toStored, type Value } from '../../script/value.js';
import { buildForwardedReply } from '../../sip/build.js';
import { MsgFlag, SipMessage } from '../../sip/message.js';
import { Method } from '../../sip/methods.js';
import { redirectContacts } from '../../sip/redirect.js';
import { errorReply, TmError } from '../../tm/errors.js';
import { type TmApi, tmOf } from '../tm/api.js';
import { SlStatistics } from './statistics.js';

/** Bits of the module parameter `rich_redirect`. */
const RICH_FLAGS = 1;
const RICH_PATH = 2;
/** Bits of the mode of `send_reply_mode`. */
const MODE_NO_CONNECT = 1;
const MODE_CLOSE = 2;
/** How long after the last stateless reply an ACK to one may come, in milliseconds. */
const ACK_WAIT = 2000;

export interface SlSettings {
  readonly defaultCode: number;
  readonly defaultReason: string;
  readonly bindTm: boolean;
  readonly richRedirect: number;
}

/** Tells of a stateless reply before it is sent. */
export type ReplyReady = (ctx: ScriptContext, status: number, reason: string) => void;
/** Tells of an ACK to a stateless reply, which goes no further. */
export type AckFiltered = (ctx: ScriptContext) => void;

/** Stateless replies, and the choice between them and those of tm. */
export class Sl {
  readonly statistics: SlStatistics;
  readonly replyReady: ReplyReady[] = [];
  readonly ackFiltered: AckFiltered[] = [];
  /** Until when an ACK can belong to a stateless reply. */
  #acksUntil = 0;

  constructor(
    private readonly host: Host,
    private readonly settings: SlSettings,
  ) {
    this.statistics = new SlStatistics(host.statistics, host.compat === '5.6' ? 'xxx' : '1xx');
    host.hooks.preRequest.push((ctx) => !this.#absorbsAck(ctx));
  }

  /** tm, when it is loaded and `bind_tm` allows its use. */
  get tm(): TmApi | undefined {
    return this.settings.bindTm ? tmOf(this.host) : undefined;
  }

  /** The status that a script gave, or `default_code` when it is not a number. */
  statusOf(value: Value): number {
    const stored = toStored(value);
    const status = typeof stored === 'string' ? parseInteger(stored, 32) : stored;
    if (typeof status === 'number' && stored !== '') return status;
    this.host.log.error('<core>', 'Could not convert PV to int');
    return this.settings.defaultCode;
  }

  /** The reason that a script gave, or `default_reason` when it had none to give. */
  reasonOf(reason: string | undefined): string {
    return reason ?? this.settings.defaultReason;
  }

  /** Replies without a transaction: 1 sent, -1 not. A To without tag gets `toTag`, by default the stateless one. */
  reply(ctx: ScriptContext, status: number, reason: string, toTag?: string): number {
    const { msg } = ctx;
    const { proxy } = this.host;
    if (reason === '' && this.host.compat !== '5.6') {
      this.host.log.error('sl', 'reply reason is null or empty');
      return this.#failed();
    }
    if (!msg.isRequest || msg.methodId === Method.ACK) return this.#failed();
    if (status >= 300 && status < 400) {
      const { richRedirect } = this.settings;
      const contacts = redirectContacts(msg, {
        flags: (richRedirect & RICH_FLAGS) !== 0,
        path: (richRedirect & RICH_PATH) !== 0,
      });
      if (contacts !== null) msg.replyEdits.addHeader(contacts);
    }
    const tag = status >= 180 && msg.toTag === '' ? (toTag ?? proxy.statelessToTag(msg)) : null;
    for (const told of this.replyReady) told(ctx, status, reason);
    this.#acksUntil = this.host.clock.now() + ACK_WAIT;
    const sent = proxy.sendReply(ctx, status, reason, tag);
    this.#tellOfReply(ctx, status, reason, tag);
    if (!sent) return this.#failed();
    if (status >= 200) msg.msgFlags |= MsgFlag.ANSWERED;
    this.statistics.countReply(status);
    return 1;
  }

  /** Replies through the transaction when there is one, else without: positive when sent. */
  replyEither(ctx: ScriptContext, status: number, reason: string): number {
    if (reason === '' && this.host.compat !== '5.6') {
      this.host.log.error('sl', 'reply reason is null or empty');
      return -1;
    }
    const stateful = this.tm?.replyIfTransaction(ctx, status, reason) ?? null;
    if (stateful !== null) {
      if (stateful >= 0) return 1;
      this.host.log.error('sl', 'failed to reply stateful (tm)');
      return -1;
    }
    return ctx.msg.isRequest ? this.reply(ctx, status, reason) : -1;
  }

  /** As {@link replyEither}, with a say about the connection that the reply takes. */
  replyWithMode(ctx: ScriptContext, status: number, reason: string, mode: number): number {
    if ((mode & MODE_NO_CONNECT) !== 0) ctx.msg.replyNoConnect = true;
    else if ((mode & MODE_CLOSE) !== 0) ctx.msg.replyClose = true;
    return this.replyEither(ctx, status, reason);
  }

  /** Replies statelessly for an internal error. */
  replyError(ctx: ScriptContext): number {
    if (this.host.compat !== '5.6' && (ctx.msg.msgFlags & MsgFlag.ANSWERED) !== 0) {
      this.host.log.info('sl', 'message marked with final-reply flag');
      return -2;
    }
    const { status, reason } = errorReply(ctx.lastError || TmError.UNSPECIFIED, 'SL');
    this.reply(ctx, status, reason);
    this.host.log.error('sl', `stateless error reply used: ${reason}`);
    return 1;
  }

  /** Replies for an internal error, through the transaction when there is one. */
  replyErrorEither(ctx: ScriptContext): number {
    if ((ctx.msg.msgFlags & MsgFlag.ANSWERED) !== 0) {
      this.host.log.info('sl', 'message marked with final-reply flag');
      return -2;
    }
    const stateful = this.tm?.replyErrorIfTransaction(ctx) ?? null;
    return stateful !== null && stateful > 0 ? stateful : this.replyError(ctx);
  }

  /** Forwards a reply now, under another status of its class or another reason. Null keeps what it has. */
  forwardReply(ctx: ScriptContext, code: string | null, reason: string | null): number {
    const { msg } = ctx;
    const refuse = (text: string): number => {
      this.host.log.error('sl', text);
      return -1;
    };
    if (msg.isRequest) return refuse('invalid SIP message type');
    if (code !== null && code !== '') {
      if (code.length !== 3) return refuse(`invalid reply code value ${code}`);
      if (code[0] !== `${msg.status}`[0]) return refuse('reply code class cannot be changed');
      if (!/^\d\d$/.test(code.slice(1))) return refuse(`invalid reply code value ${code}!`);
    }
    const next = msg.via(1);
    if (next === null) return -1;
    const text = buildForwardedReply(msg, {
      status: code ? Number(code) : msg.status,
      reason: reason || msg.reason,
    });
    // RFC 3261 §18.2.2: where the reply goes is what the next Via says; names are looked up while the script goes on.
    const host = next.received ?? next.host;
    const port = next.rport || next.portOrDefault;
    const proto = next.transport.toLowerCase();
    const hops = this.host.proxy.nextHops(`sip:${bracketed(host)}:${port};transport=${proto}`, {});
    if (hops instanceof Promise) {
      void hops.then((found) => this.#sendTo(found, text));
      return 1;
    }
    return this.#sendTo(hops, text) ? 1 : -1;
  }

  #sendTo(hops: readonly Destination[], text: string): boolean {
    const [first] = hops;
    return first !== undefined && this.host.proxy.send(null, first, text);
  }

  /** `$ltt(x)`, `$ltt(s)`, `$ltt(t)`: the tag of replies from either, from here, from tm. */
  localTag(ctx: ScriptContext, kind: 'x' | 's' | 't'): string | null {
    const stateful = kind === 's' ? null : (this.tm?.localTag(ctx) ?? null);
    return stateful === null && kind !== 't' ? this.host.proxy.statelessToTag(ctx.msg) : stateful;
  }

  #failed(): -1 {
    this.statistics.failures.inc();
    return -1;
  }

  /** RFC 3261 §17.1.1.3 sends the ACK to a negative reply hop by hop: one to our own reply ends here. */
  #absorbsAck(ctx: ScriptContext): boolean {
    const { msg } = ctx;
    if (msg.methodId !== Method.ACK || this.host.clock.now() >= this.#acksUntil) return false;
    const tag = msg.toTag;
    if (tag === '' || tag !== this.host.proxy.statelessToTag(msg)) return false;
    this.statistics.receivedAcks.inc();
    for (const told of this.ackFiltered) told(ctx);
    this.host.routes.tellEvent('sl:filtered-ack', ctx);
    return true;
  }

  /** Runs `event_route[sl:local-response]` over the reply that was just sent. */
  #tellOfReply(ctx: ScriptContext, status: number, reason: string, tag: string | null): void {
    if (this.host.routes.find('event', 'sl:local-response') === null) return;
    const { msg } = ctx;
    const text = this.host.proxy.buildReply(ctx, status, reason, tag);
    const reply = SipMessage.parse(text, msg.received);
    if (!(reply instanceof SipMessage)) return;
    const { proto, address, port, socket } = this.host.proxy.replyDestination(msg);
    const from = socket ?? msg.received.socket;
    const run = new ScriptContext(reply, RouteKind.LOCAL);
    run.sent = { text, proto, dstIp: address, dstPort: port, srcIp: from.address, srcPort: from.port };
    this.host.routes.tellEvent('sl:local-response', run);
  }
}
