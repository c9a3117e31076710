import type { Destination, ListenSocket } from '../net/transport.js';
import { VERSION } from '../observe/version.js';
import { ScriptContext, Stop } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import { buildApplied, viaLine } from '../sip/build.js';
import { SipMessage } from '../sip/message.js';
import { methodId } from '../sip/methods.js';
import type { ReceiveInfo } from '../sip/receive-info.js';
import { randomHex } from '../sip/tag.js';
import { Arming } from './arming.js';
import type { Branch } from './branch.js';
import { makeBranchId } from './branch-id.js';
import { runGuarded } from './guarded.js';
import type { TransactionLayer } from './layer.js';
import { localAck } from './local-ack.js';
import { type LocalRequest, localMessage } from './local-message.js';
import type { TransactionObserver } from './observer.js';
import { TFlag, type Transaction } from './transaction.js';

/** How a local request is sent. */
export interface SendOptions {
  readonly socket?: ListenSocket | null;
  /** Told of the replies: final ones, and provisional ones with `pass_provisional_replies`. */
  readonly observer?: TransactionObserver;
  /** The ACK to a 2xx is the caller's business. */
  readonly noAutoAck?: boolean;
  /** The run on whose behalf it is sent: its attributes are the transaction's. */
  readonly ctx?: ScriptContext;
}

/** Requests of this server's own (RFC 3261 §8.1, upstream's UAC part of tm). */
export class LocalRequests {
  readonly #callIdSeed = randomHex(8);
  #callIds = 0;
  readonly #tagSeed = randomHex(16);

  constructor(private readonly layer: TransactionLayer) {}

  /** A Call-ID of our own. */
  newCallId(): string {
    return `${this.#callIdSeed}-${this.layer.host.threadIndex}.${(this.#callIds++).toString(36)}`;
  }
  /** A From tag of our own. */
  newTag(): string {
    return `${this.#tagSeed}-${randomHex(4)}`;
  }

  /**
   * Sends a request; its transaction, or null when there is nowhere to send it to (already logged).
   * Waits only when the next hop's name has to be looked up.
   */
  send(request: LocalRequest, options: SendOptions = {}): Transaction | null | Promise<Transaction | null> {
    const { proxy, log } = this.layer.host;
    const target = request.nextHop || firstRoute(request.route) || request.uri;
    const hops = proxy.nextHops(target, { socket: options.socket ?? null });
    const go = (list: readonly Destination[]): Transaction | null | Promise<Transaction | null> => {
      if (list[0] !== undefined) return this.#start(request, options, list);
      log.error('tm', `no next hop for a local ${request.method} to ${target}`);
      return null;
    };
    return hops instanceof Promise ? hops.then(go) : go(hops);
  }

  #start(
    request: LocalRequest,
    options: SendOptions,
    hops: readonly Destination[],
  ): Transaction | null | Promise<Transaction | null> {
    const { host } = this.layer;
    const dst = hops[0]!;
    const socket = host.network.socketFor(dst);
    if (socket === null) {
      host.log.error('tm', `no socket to send a local ${request.method} from`);
      return null;
    }
    const callId = request.callId || this.newCallId();
    const cseq = request.cseq || 10;
    const method = request.method;
    const attrs = options.ctx?.attrs;
    const t = this.layer.createLocal(callId, cseq, method, methodId(method), attrs, new Arming());
    if (options.observer) t.observe(options.observer);
    if (options.noAutoAck) t.flags |= TFlag.NO_AUTO_ACK;
    const branch = this.layer.forwarding.newBranch(t, dst);
    if (typeof branch === 'number') {
      this.layer.destroy(t);
      return null;
    }
    branch.alternatives = hops.slice(1);
    branch.uri = request.uri;
    const via = viaLine(socket, { branch: branch.id });
    const text = localMessage(request, { via, fromTag: this.newTag(), callId, cseq, userAgent: this.#userAgent() });
    const edited = this.#runLocalRequest(t, text, dst, socket);
    const go = (final: string | null): Transaction | null => {
      if (final === null) {
        // Dropped by the script: as if it had been sent, and nobody hears of it again.
        this.layer.destroy(t);
        return t;
      }
      branch.packet.text = final;
      t.branches.push(branch);
      if (this.layer.failover.send(null, branch)) return t;
      if (t.branches.length > 1 && this.layer.failover.send(null, t.branches[1]!)) return t;
      this.layer.destroy(t);
      return null;
    };
    return edited instanceof Promise ? edited.then(go) : go(edited);
  }

  #userAgent(): string {
    const { settings } = this.layer.host;
    if (settings.user_agent_header !== null) return `${settings.user_agent_header}\r\n`;
    return settings.server_signature === 1 ? `User-Agent: ${VERSION.full}\r\n` : '';
  }

  /** `event_route[tm:local-request]` may edit the request; null when it drops it. */
  #runLocalRequest(
    t: Transaction,
    text: string,
    dst: Destination,
    socket: ListenSocket,
  ): string | null | Promise<string | null> {
    const route = this.layer.host.routes.find('event', 'tm:local-request');
    if (route === null || !route.defined) return text;
    const msg = SipMessage.parse(text, ownOrigin(socket, dst));
    if (!(msg instanceof SipMessage)) return text;
    const ctx = this.layer.context(t, msg, RouteKind.LOCAL);
    ctx.sent = sentBy(text, dst, socket);
    const ran = runGuarded(this.layer.host, route, ctx);
    const after = (): string | null => {
      if ((ctx.stop & Stop.DROP) !== 0) return null;
      return msg.hasEdits || msg.newUri !== null ? buildApplied(msg, { socket, receivedOn: socket }) : text;
    };
    return typeof ran === 'number' ? after() : ran.then(after);
  }

  /** A reply, or what stands for one, reached a transaction of our own (or a replicated one, where it ends). */
  replied(t: Transaction, branch: Branch, reply: SipMessage | null, status: number): void {
    if (t.status >= 200) return;
    t.status = status;
    t.relayedBranch = branch.index;
    if (status < 200 && this.layer.settings.pass_provisional_replies === 0) return;
    if (status >= 200) {
      this.layer.statistics.countReply(status);
      if (reply === null) this.layer.statistics.repliesGenerated++;
      if (reply !== null && t.has(TFlag.NO_AUTO_ACK)) branch.reply = reply;
    }
    if (t.observers !== null) for (const o of t.observers) o.localReply?.(t, status, reply);
  }

  /**
   * Sends the ACK to a 2xx of a local INVITE (RFC 3261 §13.2.2.4).
   * @param headers - further header lines with CRLF
   */
  acknowledge(branch: Branch, reply: SipMessage, headers = '', body = ''): boolean {
    const { host, settings } = this.layer;
    const { t } = branch;
    const inviteDst = branch.packet.dst;
    if (inviteDst === null) return false;
    const ack = localAck(branch.packet.text, reply, headers, body);
    if (ack === null) {
      host.log.error('tm', 'failed to build the ACK to a 2xx: no Contact');
      return false;
    }
    const send = (dst: Destination | undefined): boolean => {
      const socket = dst === undefined ? null : host.network.socketFor(dst);
      if (dst === undefined || socket === null) return false;
      const id =
        settings.local_ack_branch_mode === 0 ? branch.id : makeBranchId(t.index, t.label, t.branches.length + 1);
      const text = ack.text(viaLine(socket, { branch: id }), this.#userAgent());
      if (!host.proxy.send(null, dst, text)) return false;
      this.#runAckSent(t, text, dst, socket);
      return true;
    };
    if (settings.local_ack_mode === 1) return send(inviteDst);
    if (settings.local_ack_mode === 2) {
      const { received } = reply;
      return send({
        proto: received.proto,
        address: received.srcIp,
        port: received.srcPort,
        socket: received.socket,
        connectionId: received.connectionId,
      });
    }
    const hops = host.proxy.nextHops(ack.nextHop, { socket: inviteDst.socket });
    if (!(hops instanceof Promise)) return send(hops[0]);
    void hops.then((list) => send(list[0]));
    return true;
  }

  #runAckSent(t: Transaction, text: string, dst: Destination, socket: ListenSocket): void {
    const route = this.layer.host.routes.find('event', 'tm:local-ack-sent');
    if (route === null || !route.defined) return;
    const msg = SipMessage.parse(text, ownOrigin(socket, dst));
    if (!(msg instanceof SipMessage)) return;
    const ctx = new ScriptContext(msg, RouteKind.LOCAL, t.attrs);
    ctx.sent = sentBy(text, dst, socket);
    void runGuarded(this.layer.host, route, ctx);
  }
}

function firstRoute(route: string | undefined): string {
  if (!route) return '';
  const open = route.indexOf('<');
  return open < 0 ? (route.split(',')[0] ?? '').trim() : route.slice(open + 1, route.indexOf('>', open));
}

/** A message that starts here: from our own socket to where it goes. */
function ownOrigin(socket: ListenSocket, dst: Destination): ReceiveInfo {
  return {
    srcIp: socket.address,
    srcPort: socket.port,
    dstIp: dst.address,
    dstPort: dst.port,
    proto: socket.proto,
    family: socket.family,
    socket,
    connectionId: 0,
  };
}

function sentBy(text: string, dst: Destination, socket: ListenSocket): NonNullable<ScriptContext['sent']> {
  return { text, proto: dst.proto, dstIp: dst.address, dstPort: dst.port, srcIp: socket.address, srcPort: socket.port };
}
