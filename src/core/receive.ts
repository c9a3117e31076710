import { Level, type Log } from '../observe/log.js';
import type { Counter } from '../observe/statistics.js';
import type { RouteRef } from '../registry/arguments.js';
import type { Hooks, Routes } from '../registry/host.js';
import { Attributes } from '../script/attributes.js';
import { ScriptContext, Stage, Stop } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { Hdr } from '../sip/header-names.js';
import { ParseFailure, SipMessage } from '../sip/message.js';
import type { Proto, ReceiveInfo } from '../sip/receive-info.js';

export interface ReceiverParts {
  readonly log: Log;
  readonly hooks: Hooks;
  readonly routes: Routes;
  /** Forwards a reply that belongs to no transaction. */
  readonly forwardReply: (ctx: ScriptContext) => boolean | Promise<boolean>;
  readonly counters: ReceiveCounters;
  /** Gives a message to the thread that routes it; false when this one is to. Null where there are no others. */
  readonly distribute: ((msg: SipMessage) => boolean) | null;
}

/** Statistics of group `core`, by upstream's names. */
export interface ReceiveCounters {
  readonly rcv_requests: Counter;
  readonly rcv_replies: Counter;
  readonly drop_requests: Counter;
  readonly drop_replies: Counter;
  readonly fwd_replies: Counter;
  readonly err_requests: Counter;
  readonly err_replies: Counter;
  readonly bad_msg_hdr: Counter;
}

/** Transports by upstream's numbers, for its log texts. */
const PROTOCOL_NUMBERS: Readonly<Record<Proto, number>> = { udp: 1, tcp: 2, tls: 3, sctp: 4, ws: 5, wss: 6 };

/** How many bytes of a message that cannot be parsed go into the log. */
const LOGGED_BYTES = 1024;

/**
 * The message loop: what arrives is parsed and run through the routes. Nothing thrown leaves it: a message that makes
 * a function throw is lost alone, logged with its bytes.
 */
export class Receiver {
  readonly #main: RouteRef | null;
  readonly #reply: RouteRef | null;
  readonly #preRouting: RouteRef | null;
  readonly #parseError: RouteRef | null;

  constructor(private readonly parts: ReceiverParts) {
    const { routes } = parts;
    this.#main = routes.find('main', '0');
    this.#reply = routes.find('onreply', '0');
    this.#preRouting = routes.find('event', 'core:pre-routing');
    this.#parseError = routes.find('event', 'core:receive-parse-error');
  }

  /**
   * Takes one message off the network, or from another thread (`internal`), where it has been through pre-routing.
   * @returns a promise while the message keeps the thread's attention; it never rejects
   */
  receive(raw: string, received: ReceiveInfo, internal = false): Promise<void> | undefined {
    try {
      if (this.parts.hooks.rawReceived.length > 0 && !internal) return this.#intercepted(raw, received);
      return this.#read(raw, received, internal);
    } catch (e) {
      this.#failed(e, raw);
    }
    return undefined;
  }

  /** Routes a message that thread 0 took off the network and has not looked at any further. */
  route(raw: string, received: ReceiveInfo): Promise<void> | undefined {
    try {
      const msg = SipMessage.parse(raw, received);
      if (!(msg instanceof ParseFailure)) return this.#run(msg, false);
      this.#unparsable(SipMessage.unread(raw, received), msg.reason);
    } catch (e) {
      this.#failed(e, raw);
    }
    return undefined;
  }

  /** Reads what the `rawReceived` hooks make of a packet. */
  #intercepted(raw: string, received: ReceiveInfo): Promise<void> | undefined {
    const attrs = new Attributes();
    let text: string | Promise<string> = raw;
    for (const hook of this.parts.hooks.rawReceived) {
      text = typeof text === 'string' ? hook(text, received, attrs) : text.then((t) => hook(t, received, attrs));
    }
    if (typeof text === 'string') return this.#read(text, received, false, attrs);
    return text.then((t) => this.#read(t, received, false, attrs)).catch((e: unknown) => this.#failed(e, raw));
  }

  #read(raw: string, received: ReceiveInfo, internal: boolean, attrs?: Attributes): Promise<void> | undefined {
    const msg = SipMessage.parse(raw, received);
    if (!(msg instanceof ParseFailure)) return this.process(msg, internal, attrs);
    this.#unparsable(SipMessage.unread(raw, received), msg.reason);
    return undefined;
  }

  /** Runs a parsed message through the routes. */
  process(msg: SipMessage, internal = false, attrs?: Attributes): Promise<void> | undefined {
    return !internal && this.parts.distribute?.(msg) ? undefined : this.#run(msg, internal, attrs);
  }

  #run(msg: SipMessage, internal: boolean, attrs?: Attributes): Promise<void> | undefined {
    const pending = msg.isRequest ? this.#request(msg, internal, attrs) : this.#replyMessage(msg, internal, attrs);
    return pending?.catch((e: unknown) => this.#failed(e, msg.raw));
  }

  /** Runs event_route[core:pre-routing]; true when it dropped the message. */
  #dropsEarly(msg: SipMessage, attrs: Attributes): boolean | Promise<boolean> {
    const early = new ScriptContext(msg, RouteKind.REQUEST, attrs);
    early.stage = Stage.PRE_ROUTING;
    const code = this.#preRouting!.run(early);
    const drops = (): boolean => (early.stop & Stop.DROP) !== 0;
    return typeof code === 'number' ? drops() : code.then(drops);
  }

  /** True when another thread has been given the message: what it belongs to is there. */
  #isElsewhere(msg: SipMessage): boolean {
    const { elsewhere } = this.parts.hooks;
    for (let i = 0; i < elsewhere.length; i++) if (elsewhere[i]!(msg, true)) return true;
    return false;
  }

  #request(msg: SipMessage, internal: boolean, attrs?: Attributes): Promise<void> | undefined {
    const { counters } = this.parts;
    if (!internal) counters.rcv_requests.inc();
    const ctx = new ScriptContext(msg, RouteKind.REQUEST, attrs);
    if (!routable(msg)) {
      this.#unroutable(msg, 'request');
      return undefined;
    }
    if (internal) ctx.stage = Stage.DELEGATED;
    if (this.#preRouting === null || internal) return this.#admit(ctx);
    const dropped = this.#dropsEarly(msg, ctx.attrs);
    if (typeof dropped === 'object') return dropped.then((yes) => (yes ? undefined : this.#admit(ctx)));
    return dropped ? undefined : this.#admit(ctx);
  }

  /** What modules have to say before request_route, which the thread runs that has the transaction. */
  #admit(ctx: ScriptContext): Promise<void> | undefined {
    const { hooks, counters } = this.parts;
    if (this.#isElsewhere(ctx.msg)) return undefined;
    for (const hook of hooks.preRequest) {
      if (!hook(ctx)) {
        counters.drop_requests.inc();
        return undefined;
      }
    }
    return this.#route(ctx);
  }

  #route(ctx: ScriptContext): Promise<void> | undefined {
    if (this.#main === null) {
      this.parts.log.error('<core>', 'no config routing engine registered');
      this.parts.counters.err_requests.inc();
      return undefined;
    }
    let code: number | Promise<number>;
    try {
      code = this.#main.run(ctx);
    } catch (e) {
      this.#failed(e, ctx.msg.raw);
      this.#endRequest(ctx);
      return undefined;
    }
    if (typeof code === 'number') {
      this.#routed(ctx, code);
      return undefined;
    }
    return code.then(
      (n) => this.#routed(ctx, n),
      (e: unknown) => {
        this.#failed(e, ctx.msg.raw);
        this.#endRequest(ctx);
      },
    );
  }

  #routed(ctx: ScriptContext, code: number): void {
    if (code < 0) this.parts.log.warn('<core>', 'error while trying script');
    this.#endRequest(ctx);
  }

  /** Whatever came of the script, modules end what they began for the request. */
  #endRequest(ctx: ScriptContext): void {
    for (const hook of this.parts.hooks.postRequest) hook(ctx);
  }

  #replyMessage(msg: SipMessage, internal: boolean, attrs?: Attributes): Promise<void> | undefined {
    const { counters } = this.parts;
    if (!internal) counters.rcv_replies.inc();
    if (!routable(msg)) {
      this.#unroutable(msg, 'reply');
      return undefined;
    }
    if (this.#preRouting === null || internal) return this.#routeReply(msg, internal, attrs);
    const dropped = this.#dropsEarly(msg, attrs ?? new Attributes());
    const go = (yes: boolean) => (yes ? undefined : this.#routeReply(msg, false, attrs));
    return typeof dropped === 'object' ? dropped.then(go) : go(dropped);
  }

  #routeReply(msg: SipMessage, internal: boolean, attrs?: Attributes): Promise<void> | undefined {
    const { hooks, counters } = this.parts;
    if (this.#isElsewhere(msg)) return undefined;
    const ctx = new ScriptContext(msg, RouteKind.CORE_ONREPLY, attrs);
    if (internal) ctx.stage = Stage.DELEGATED;
    ctx.reply = msg;
    for (const hook of hooks.preReply) {
      if (!hook(ctx)) {
        counters.drop_replies.inc();
        return undefined;
      }
    }
    if (this.#reply === null) return this.#handleReply(ctx);
    const code = this.#reply.run(ctx);
    if (typeof code === 'number') return this.#replyRouted(ctx, code);
    return code.then((n) => this.#replyRouted(ctx, n));
  }

  /** What reply_route's outcome means: only a positive code without drop lets the reply go on. */
  #replyRouted(ctx: ScriptContext, code: number): Promise<void> | undefined {
    if (code < 0) this.parts.log.warn('<core>', 'error while trying onreply script');
    if (code <= 0 || (ctx.stop & Stop.DROP) !== 0) {
      this.parts.counters.drop_replies.inc();
      return undefined;
    }
    return this.#handleReply(ctx);
  }

  #handleReply(ctx: ScriptContext): Promise<void> | undefined {
    const { hooks } = this.parts;
    for (let i = 0; i < hooks.onReply.length; i++) {
      const consumed = hooks.onReply[i]!(ctx);
      if (consumed === true) return this.#replyDone(ctx);
      if (consumed !== false) return consumed.then((yes) => (yes ? this.#replyDone(ctx) : this.#forward(ctx)));
    }
    return this.#forward(ctx);
  }

  #forward(ctx: ScriptContext): Promise<void> | undefined {
    const sent = this.parts.forwardReply(ctx);
    if (typeof sent === 'boolean') {
      this.#forwarded(ctx, sent);
      return undefined;
    }
    return sent.then((ok) => this.#forwarded(ctx, ok));
  }

  #forwarded(ctx: ScriptContext, sent: boolean): void {
    this.parts.counters[sent ? 'fwd_replies' : 'drop_replies'].inc();
    this.#replyDone(ctx);
  }

  #replyDone(ctx: ScriptContext): undefined {
    for (const hook of this.parts.hooks.postReply) hook(ctx);
    return undefined;
  }

  /** A message without a Via is dropped; one whose Via, or what stands before it, cannot be read is a parse error. */
  #unroutable(msg: SipMessage, kind: 'request' | 'reply'): void {
    if (!readable(msg) && (msg.malformedHeader >= 0 || msg.firstHeader(Hdr.VIA) >= 0)) {
      this.#unparsable(msg, 'bad header');
      return;
    }
    const what = msg.via1 === null ? 'no via' : 'required headers not';
    this.parts.log.error('<core>', `${what} found in ${kind}`);
    this.parts.counters.bad_msg_hdr.inc();
  }

  #unparsable(msg: SipMessage, reason: string): void {
    const { log, counters } = this.parts;
    const { raw, received } = msg;
    counters.bad_msg_hdr.inc();
    if (log.enabled(Level.ERR)) {
      const from = `${received.srcIp}:${received.srcPort}/${PROTOCOL_NUMBERS[received.proto]}`;
      log.error('<core>', `core parsing of SIP message failed (${from}): ${reason} [${printable(raw)}]`);
    }
    const code = this.#parseError?.run(new ScriptContext(msg, RouteKind.REQUEST));
    if (typeof code === 'object') code.catch((e: unknown) => this.#failed(e, raw));
  }

  #failed(e: unknown, raw: string): void {
    this.parts.counters[raw.startsWith('SIP/') ? 'err_replies' : 'err_requests'].inc();
    const { log } = this.parts;
    log.context = null;
    const what = e instanceof Error ? (e.stack ?? e.message) : String(e);
    log.write(Level.CRIT, '<core>', `a message was lost: ${what} [${printable(raw)}]`);
  }
}

/** What transactions, and so replies, are made of (RFC 3261 §8.1.1). */
const REQUIRED = [Hdr.FROM, Hdr.TO, Hdr.CALL_ID, Hdr.CSEQ];

/** A message that routes may see: readable, with the headers that every message must have. */
function routable(msg: SipMessage): boolean {
  if (!readable(msg)) return false;
  for (let i = 0; i < REQUIRED.length; i++) if (msg.firstHeader(REQUIRED[i]!) < 0) return false;
  return true;
}

/** SIP with a Via that can be read, and nothing unreadable in front of it: upstream drops everything else unseen. */
function readable(msg: SipMessage): boolean {
  const via = msg.via1;
  return via !== null && msg.isSip && (msg.malformedHeader < 0 || msg.malformedHeader > via.headerIndex);
}

/** The start of a message with line ends and other control bytes made visible. */
function printable(raw: string): string {
  const head = raw.length > LOGGED_BYTES ? `${raw.slice(0, LOGGED_BYTES)}…` : raw;
  return JSON.stringify(head).slice(1, -1);
}
