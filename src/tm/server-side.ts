import type { Destination } from '../net/transport.js';
import type { RouteRef } from '../registry/arguments.js';
import { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { SipMessage } from '../sip/message.js';
import { redirectContacts } from '../sip/redirect.js';
import { TagSource } from '../sip/tag.js';
import { runGuarded } from './guarded.js';
import type { TransactionLayer } from './layer.js';
import { type PacketOwner, TimedPacket } from './timed-packet.js';
import { LOCAL_REPLY, RunDid, TFlag, type Transaction } from './transaction.js';

/** Replies that are sent by hand: a To tag, further headers and a body of the caller's. */
export interface ReplyExtras {
  readonly toTag?: string;
  /** Whole header lines with CRLF. */
  readonly headers?: string;
  readonly body?: string;
}

/** The server transaction (RFC 3261 §17.2): sends replies upstream, repeats them, and waits for ACKs. */
export class ServerSide {
  readonly #tags = new TagSource('-');
  #localResponse: RouteRef | null | undefined = undefined;

  constructor(private readonly layer: TransactionLayer) {}

  /** Where replies to the transaction's request go. */
  destination(t: Transaction): Destination | null {
    if (t.replyTo === null && t.request !== null) t.replyTo = this.layer.host.proxy.replyDestination(t.request);
    return t.replyTo;
  }

  /** The tag of our own replies: one per transaction, so that provisional and final replies form one dialog. */
  toTag(t: Transaction): string {
    if (t.localTag === '') {
      const { request } = t;
      t.localTag = request === null ? '' : this.#tags.tagFor(request);
    }
    return t.localTag;
  }

  /**
   * Sends a reply of our own. A final one cancels what is still open and ends the transaction.
   * @returns 1 when sent, -1 when a final reply is out already or the request is not there
   */
  reply(t: Transaction, over: ScriptContext, status: number, reason: string, extras?: ReplyExtras): number {
    const { request } = t;
    if (request === null) return -1;
    if (t.status >= 200) {
      this.layer.host.log.error('tm', `can't generate ${status} reply when a final ${t.status} was sent out`);
      return -1;
    }
    const ctx = over.msg.isRequest ? over : this.layer.context(t, request, over.kind);
    if (status >= 200) t.runDid |= RunDid.REPLIED;
    const text = this.#build(t, ctx, status, reason, extras);
    t.status = status;
    t.replyText = text;
    if (status >= 200) {
      t.relayedBranch = LOCAL_REPLY;
      this.#finish(t, status);
    }
    this.layer.statistics.repliesGenerated++;
    this.layer.statistics.countReply(status);
    const dst = this.destination(t);
    if (dst !== null && this.layer.host.proxy.send(null, dst, text, t.attrs)) {
      if (t.observers !== null) for (const o of t.observers) o.replySent?.(t, status, text, null);
      this.layer.host.proxy.replyLeft(request, text, dst, t.attrs);
      this.#runLocalResponse(t, text, dst);
    }
    if (status >= 200) this.layer.wait(t);
    return 1;
  }

  /**
   * Passes a reply on upstream that was received or that stands for one.
   * @param ctx - its run when it was received; null when `text` was made here
   */
  pass(
    t: Transaction,
    ctx: ScriptContext | null,
    status: number,
    text: string,
    branch: number,
    completes: boolean,
  ): void {
    t.replyText = text;
    t.status = status;
    t.relayedBranch = branch;
    this.layer.statistics.countReply(status);
    if (ctx === null) this.layer.statistics.repliesGenerated++;
    if (ctx !== null && t.isInvite && status >= 200 && status < 300) {
      t.relayedTags ??= new Map();
      if (!t.relayedTags.has(ctx.msg.toTag)) t.relayedTags.set(ctx.msg.toTag, false);
    }
    if (completes) this.startResponse(t);
    const dst = this.destination(t);
    // onsend_route sees relayed replies only when the config asks for it.
    const over = this.layer.host.settings.onsend_route_reply !== 0 ? ctx : null;
    if (dst !== null && this.layer.host.proxy.send(over, dst, text, t.attrs)) {
      if (t.observers !== null) for (const o of t.observers) o.replySent?.(t, status, text, ctx?.msg ?? null);
    }
    if (completes) this.layer.wait(t);
  }

  /** The 100 that tells the client to stop repeating its INVITE, unless something was sent already. */
  autoTrying(t: Transaction, ctx: ScriptContext): void {
    if (t.isInvite && t.has(TFlag.AUTO_INV_100) && t.status < 100) {
      this.reply(t, ctx, 100, this.layer.settings.auto_inv_100_reason);
    }
  }

  /** Sends the last reply again; -1 when there is none. */
  retransmit(t: Transaction): number {
    const dst = this.destination(t);
    if (t.replyText === '' || dst === null) return -1;
    this.layer.host.proxy.send(null, dst, t.replyText);
    return 1;
  }

  /** The ACK came (RFC 3261 §17.2.1, Confirmed): nothing more is repeated. */
  acknowledged(t: Transaction): void {
    t.response?.stop();
    t.stopBranches();
    this.layer.wait(t);
  }

  /** The ACK to a relayed 2xx goes by: whoever waits for it is told of the first one. */
  ackPasses(t: Transaction, ack: SipMessage): void {
    if (t.relayedTags?.get(ack.toTag) !== false) return;
    t.relayedTags.set(ack.toTag, true);
    if (t.observers !== null) for (const o of t.observers) o.ackReceived?.(t, ack);
  }

  /** Repeats a final reply to an INVITE until its ACK: negative ones, and 2xx of our own (RFC 3261 §13.3.1.4). */
  startResponse(t: Transaction): void {
    if (!t.isInvite || t.isLocal || t.request === null) return;
    const own2xx = t.status < 300 && t.relayedBranch === LOCAL_REPLY;
    if (t.status < 300 && !own2xx) return;
    const dst = this.destination(t);
    const owner: PacketOwner = {
      resend: () => this.retransmit(t) > 0,
      expired: () => this.layer.wait(t),
    };
    t.response ??= new TimedPacket(this.layer.host.clock, owner);
    const repeat = dst?.proto === 'udp' || own2xx;
    t.response.start(repeat ? t.t1 : 0, t.t2, t.fr);
  }

  #finish(t: Transaction, status: number): void {
    t.stopBranches();
    if (t.isInvite) this.layer.canceling.cancelAll(t, { kill: true, cause: status });
    this.startResponse(t);
  }

  #build(t: Transaction, ctx: ScriptContext, status: number, reason: string, extras: ReplyExtras | undefined): string {
    const { msg } = ctx;
    if (status >= 300 && status < 400) {
      const rich = this.layer.settings.rich_redirect;
      const contacts = redirectContacts(msg, { flags: (rich & 1) !== 0, path: (rich & 2) !== 0 });
      if (contacts !== null) msg.replyEdits.addHeader(contacts);
    }
    if (extras?.headers) msg.replyEdits.addHeader(extras.headers);
    if (extras?.body) msg.replyEdits.body = extras.body;
    const tag = status >= 180 && msg.toTag === '' ? (extras?.toTag ?? this.toTag(t)) : null;
    if (tag !== null) t.localTag = tag;
    const text = this.layer.host.proxy.buildReply(ctx, status, reason, tag);
    if (extras !== undefined) msg.clearReplyEdits();
    return text;
  }

  /** `event_route[tm:local-response]` sees every reply of our own. */
  #runLocalResponse(t: Transaction, text: string, dst: Destination): void {
    if (this.#localResponse === undefined)
      this.#localResponse = this.layer.host.routes.find('event', 'tm:local-response');
    const route = this.#localResponse;
    if (route === null || !route.defined || t.request === null) return;
    const reply = SipMessage.parse(text, t.request.received);
    if (!(reply instanceof SipMessage)) return;
    const ctx = new ScriptContext(reply, RouteKind.LOCAL, t.attrs);
    const socket = this.layer.host.network.socketFor(dst);
    ctx.sent = {
      text,
      proto: dst.proto,
      dstIp: dst.address,
      dstPort: dst.port,
      srcIp: socket?.address ?? '',
      srcPort: socket?.port ?? 0,
    };
    void runGuarded(this.layer.host, route, ctx);
  }
}
