import { protoForSize } from '../net/mtu.js';
import type { Resolved, Resolver } from '../net/resolve.js';
import type { Destination, ListenSocket, Network, Proto } from '../net/transport.js';
import type { Log } from '../observe/log.js';
import type { RouteRef } from '../registry/arguments.js';
import type { CoreSettings } from '../registry/core-settings.js';
import type { ForwardTarget, Hooks, StatelessCore } from '../registry/host.js';
import { Attributes } from '../script/attributes.js';
import { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { hasMagicCookie, MAGIC_COOKIE } from '../sip/branch.js';
import { buildForwardedReply, buildReply, buildRequest, viaLine } from '../sip/build.js';
import { hash32, hex8 } from '../sip/hash.js';
import { MsgFlag, ParseFailure, SipMessage } from '../sip/message.js';
import { replyAddress } from '../sip/received.js';
import { TagSource } from '../sip/tag.js';
import { parseUri } from '../sip/uri.js';
import { OWN_VIA_FLAGS, ownViaChanges, replyViaParams } from './via-fields.js';

export interface ProxyParts {
  readonly network: Network;
  readonly resolver: Resolver;
  readonly log: Log;
  readonly settings: CoreSettings;
  /** The whole `Server: …` line with CRLF, or ''. */
  readonly serverLine: string;
  readonly onsendRoute: () => RouteRef | null;
  readonly compat: '5.6' | '6.x';
  readonly hooks: Pick<Hooks, 'rawSending' | 'replyLeaving' | 'onSent'>;
  readonly mtuProto: (msg: SipMessage) => string | undefined;
}

/**
 * The branch of a statelessly forwarded request (RFC 3261 §16.11): the same for retransmissions, the CANCEL and the ACK of
 * a refusal, other for every other request.
 */
function statelessBranch(msg: SipMessage): string {
  const via = msg.via1;
  if (via !== null && hasMagicCookie(via.branch)) {
    const first = hash32(via.host, via.branchHash() ^ via.port);
    return MAGIC_COOKIE + hex8(first) + hex8(via.branchHash(SECOND_SEED ^ first));
  }
  const key = `${msg.requestUri} ${msg.fromTag} ${msg.callId} ${msg.cseq?.number}`;
  return MAGIC_COOKIE + hex8(hash32(key)) + hex8(hash32(key, SECOND_SEED));
}

const SECOND_SEED = 0x9747b28c;

/** All destinations have the same fields in the same order: whoever sends sees one shape of object. */
function destinationOf({ proto, address, port }: Resolved, socket: ListenSocket | null): Destination {
  return { proto, address, port, socket, connectionId: 0, noConnect: false, closeAfterSend: false };
}

/** What `forward()` returns when it fails, by upstream's codes. */
const Forward = { NO_SOCKET: -7, BAD_ADDRESS: -478, BAD_URI: -479, NOT_SENT: -510 } as const;
/** What `sl_reply_error()` answers for after a forward that could not be sent. */
const SEND_ERROR = -477;

/** Stateless actions of the core: replies, next hops, forwarding. */
export class StatelessProxy implements StatelessCore {
  readonly #tags = new TagSource('.');

  constructor(private readonly parts: ProxyParts) {}

  buildReply(ctx: ScriptContext, status: number, reason: string, toTag: string | null): string {
    const viaParams = this.replyViaParams(ctx.msg, ctx.attrs);
    return buildReply(ctx.msg, status, reason, { toTag: toTag ?? '', server: this.parts.serverLine, viaParams });
  }

  replyViaParams(msg: SipMessage, attrs: Attributes): string {
    return msg.msgFlags & MsgFlag.REPLY_VIA_XAVP_PARAMS ? replyViaParams(attrs, this.parts.settings) : '';
  }

  replyDestination(msg: SipMessage): Destination {
    const { received } = msg;
    const stream = received.proto !== 'udp';
    const via = msg.via1;
    const to =
      stream || via === null
        ? { host: received.srcIp, port: received.srcPort }
        : replyAddress(msg, via, this.parts.settings.reply_to_via === 1);
    return {
      proto: received.proto,
      address: to.host,
      port: to.port,
      socket: msg.forceSocket ?? received.socket,
      connectionId: received.connectionId,
      noConnect: msg.replyNoConnect,
      closeAfterSend: msg.replyClose,
    };
  }

  sendReply(ctx: ScriptContext, status: number, reason: string, toTag: string | null): boolean {
    const dst = this.replyDestination(ctx.msg);
    const text = this.buildReply(ctx, status, reason, toTag);
    const sent = this.send(null, dst, text, ctx.attrs);
    this.replyLeft(ctx.msg, text, dst, ctx.attrs);
    return sent;
  }

  replyLeft(request: SipMessage, text: string, dst: Destination, attrs: Attributes): void {
    const { replyLeaving } = this.parts.hooks;
    if (replyLeaving.length === 0) return;
    const reply = SipMessage.parse(text, request.received);
    if (reply instanceof ParseFailure) return;
    for (const hook of replyLeaving) hook(reply, dst, attrs);
  }

  statelessToTag(msg: SipMessage): string {
    return this.#tags.tagFor(msg);
  }

  /** True when a To tag is one that this server's stateless replies carry. */
  ownsTag(tag: string): boolean {
    return this.#tags.owns(tag);
  }

  nextHops(
    uriText: string,
    forced: { proto?: string; socket?: ListenSocket | null },
  ): readonly Destination[] | Promise<readonly Destination[]> {
    const uri = parseUri(uriText);
    if (uri === null || uri.host === '') return [];
    const explicit = (forced.proto as Proto | undefined) ?? uri.transportProto;
    const host = uri.maddr === '' ? uri.host : uri.maddr;
    const found = this.parts.resolver.resolve(host, uri.port, explicit, uri.secure);
    const socket = forced.socket ?? null;
    return found instanceof Promise ? found.then((all) => this.#usable(all, socket)) : this.#usable(found, socket);
  }

  #usable(all: readonly Resolved[], socket: ListenSocket | null): Destination[] {
    const [only] = all;
    if (only !== undefined && all.length === 1 && !only.address.includes(':')) return [destinationOf(only, socket)];
    const usable = all.filter(({ address }) => !address.includes(':') || this.#hasIpv6());
    return usable.map((resolved) => destinationOf(resolved, socket));
  }

  /** Without IPv6 sockets an IPv6 address leads nowhere. */
  #hasIpv6(): boolean {
    return this.parts.network.sockets.some((s) => s.family === 6);
  }

  buildForward(ctx: ScriptContext, to: ForwardTarget): string {
    const { msg } = ctx;
    const socket = this.parts.network.socketFor(to.dst) ?? msg.received.socket;
    const { settings } = this.parts;
    const via = viaLine(socket, {
      branch: to.branch,
      rport: msg.addLocalRport || settings.local_rport === 1,
      host: msg.advertisedAddress || settings.advertised_address || '',
      port: msg.advertisedPort || settings.advertised_port,
      ...(msg.msgFlags & OWN_VIA_FLAGS ? ownViaChanges(ctx, settings, this.parts.compat) : null),
    });
    return buildRequest(msg, {
      via,
      requestUri: to.uri,
      path: to.path ?? '',
      target: { socket, receivedOn: msg.received.socket },
      needsLength: to.dst.proto !== 'udp',
    });
  }

  send(
    ctx: ScriptContext | null,
    dst: Destination,
    text: string,
    attrs?: Attributes,
    undelivered?: () => void,
  ): boolean {
    const { network, hooks } = this.parts;
    const onsend = ctx === null ? null : this.parts.onsendRoute();
    if (ctx !== null && onsend !== null && !this.#passesOnsend(ctx, onsend, dst, text)) return false;
    let packet = text;
    if (hooks.rawSending.length > 0) {
      const seen = attrs ?? ctx?.attrs ?? new Attributes();
      for (const hook of hooks.rawSending) packet = hook(packet, dst, seen);
    }
    const sent = network.send(dst, packet, undelivered);
    if (sent) for (const hook of hooks.onSent) hook(text, dst);
    return sent;
  }

  /** Runs onsend_route over a packet about to leave; false when it drops it. */
  #passesOnsend(ctx: ScriptContext, route: RouteRef, dst: Destination, text: string): boolean {
    const socket = this.parts.network.socketFor(dst);
    const run = new ScriptContext(ctx.msg, RouteKind.ONSEND, ctx.attrs);
    run.transaction = ctx.transaction;
    run.sent = {
      text,
      proto: dst.proto,
      dstIp: dst.address,
      dstPort: dst.port,
      srcIp: socket?.address ?? '',
      srcPort: socket?.port ?? 0,
    };
    const code = route.run(run);
    if (typeof code !== 'number') {
      // A packet cannot wait for an answer: what onsend_route does asynchronously no longer decides about it.
      code.catch((e: unknown) => this.parts.log.error('<core>', `onsend_route failed: ${String(e)}`));
      return true;
    }
    return code !== 0 && (run.stop & 2) === 0;
  }

  forward(ctx: ScriptContext, uri: string | null, proto: string | null, own?: string): number | Promise<number> {
    const { msg } = ctx;
    const branch = own ?? statelessBranch(msg);
    const next = uri ?? (msg.dstUri !== '' ? msg.dstUri : msg.currentUri);
    const hops = this.nextHops(next, { ...(proto === null ? {} : { proto }), socket: msg.forceSocket });
    const go = (all: readonly Destination[]): number => {
      const code = this.#forwardTo(ctx, next, all[0], branch);
      if (code < 0) ctx.lastError = code === Forward.NOT_SENT ? SEND_ERROR : code;
      return code;
    };
    return hops instanceof Promise ? hops.then(go) : go(hops);
  }

  #forwardTo(ctx: ScriptContext, next: string, hop: Destination | undefined, branch: string): number {
    const { log } = this.parts;
    if (hop === undefined) {
      const uri = parseUri(next);
      if (uri === null) log.error('<core>', 'forward: bad_uri dropping packet');
      else log.error('<core>', `bad host name ${uri.host}, dropping packet`);
      return uri === null ? Forward.BAD_URI : Forward.BAD_ADDRESS;
    }
    if (this.parts.network.socketFor(hop) === null) {
      log.error('<core>', `cannot forward to proto ${hop.proto} no corresponding listening socket`);
      return Forward.NO_SOCKET;
    }
    const { msg } = ctx;
    const { proto, address, port, socket } = hop;
    const noConnect = msg.forwardNoConnect;
    const dst = { proto, address, port, socket, connectionId: 0, noConnect, closeAfterSend: msg.forwardClose };
    const build = (d: Destination): string =>
      this.buildForward(ctx, { dst: d, uri: msg.currentUri, branch, path: msg.pathVector || null });
    const text = build(dst);
    const wide = this.forSize(msg, dst, text.length);
    return this.send(ctx, wide, wide === dst ? text : build(wide)) ? 1 : Forward.NOT_SENT;
  }

  /** The destination to use for a request of that size: another transport when it is too big for UDP (`udp_mtu`). */
  forSize(msg: SipMessage, dst: Destination, bytes: number): Destination {
    const { settings, network } = this.parts;
    if (dst.proto !== 'udp' || settings.udp_mtu === 0) return dst;
    const tryProto = (this.parts.mtuProto(msg) ?? settings.udp_mtu_try_proto)?.toLowerCase() as Proto | undefined;
    const policy = { udpMtu: settings.udp_mtu, tryProto: tryProto ?? null };
    const { proto } = protoForSize('udp', bytes, policy, (p) => network.sockets.some((s) => s.proto === p));
    return proto === 'udp' ? dst : { ...dst, proto, socket: null };
  }

  /** Forwards a reply by its second Via (RFC 3261 §16.11); false when there is none or it cannot be sent. */
  forwardReply(ctx: ScriptContext): boolean | Promise<boolean> {
    const { msg } = ctx;
    const via = msg.via(1);
    if (via === null) {
      this.parts.log.debug('<core>', 'reply without second via header is dropped');
      return false;
    }
    const proto = (via.transport.toLowerCase() || 'udp') as Proto;
    const host = via.param('received') ?? via.host;
    const rport = Number(via.param('rport') ?? '');
    const port = Number.isInteger(rport) && rport > 0 && rport < 0x10000 ? rport : via.portOrDefault;
    const observed = this.parts.settings.onsend_route_reply === 1 ? ctx : null;
    const hops = this.parts.resolver.resolve(host, port, proto);
    const sendTo = (hop: Resolved | undefined): boolean => {
      if (hop === undefined) return false;
      const socket = msg.forceSocket;
      const dst: Destination = { ...hop, socket, connectionId: 0, noConnect: msg.forwardNoConnect };
      const chosen = this.parts.network.socketFor(dst);
      const target = chosen && { socket: chosen, receivedOn: msg.received.socket };
      const viaParams = this.replyViaParams(msg, ctx.attrs);
      const text = buildForwardedReply(msg, { target, needsLength: proto !== 'udp', viaParams });
      return this.send(observed, dst, text, ctx.attrs);
    };
    return hops instanceof Promise ? hops.then((all) => sendTo(all[0])) : sendTo(hops[0]);
  }
}
