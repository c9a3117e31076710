import type { Destination } from '../../net/transport.js';
import type { RouteRef } from '../../registry/arguments.js';
import { ArgumentError, type BoundPv } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { Attributes } from '../../script/attributes.js';
import { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { SipMessage } from '../../sip/message.js';
import type { ReceiveInfo } from '../../sip/receive-info.js';

const SOURCE = 'corex';
const ROUTE = 'network:msg';

export interface InterceptSettings {
  /** Shorter packets pass unseen (`nio_min_msg_len`). */
  readonly minLength: number;
  /** The AVP, as `$avp(name)`, that holds the text to go on with (`nio_msg_avp`). */
  readonly avp: string | null;
}

/**
 * `event_route[network:msg]`: packets as they come off the wire and as they go onto it. The script finds the text in
 * `$mb`, and puts what is to take its place into an AVP.
 */
export class Interceptor {
  /** Whether the last packet that passed came in. */
  incoming = false;
  readonly #route: RouteRef;
  readonly #avp: BoundPv | null;
  readonly #name: string;

  /** @throws ConfigError when there is no such route, or the AVP is none */
  constructor(
    private readonly host: Host,
    private readonly settings: InterceptSettings,
  ) {
    const route = host.routes.find('event', ROUTE);
    if (route === null || !route.defined) throw new ConfigError(`event_route[${ROUTE}] is empty`, 'nio_intercept');
    this.#route = route;
    this.#name = settings.avp ?? '';
    this.#avp = settings.avp === null ? null : bindAvp(host, settings.avp);
    if (this.#avp === null) host.log.warn(SOURCE, 'no AVP defined to store modified message');
    host.hooks.rawReceived.push((raw, received, attrs) => this.#received(raw, received, attrs));
    host.hooks.rawSending.push((text, dst, attrs) => this.#sending(text, dst, attrs));
  }

  #received(raw: string, received: ReceiveInfo, attrs: Attributes): string | Promise<string> {
    if (raw.length < this.settings.minLength) return raw;
    this.incoming = true;
    const ctx = new ScriptContext(SipMessage.unread(raw, received), RouteKind.EVENT, attrs);
    const ran = this.#route.run(ctx);
    return typeof ran === 'number' ? this.#outcome(ctx) : ran.then(() => this.#outcome(ctx));
  }

  #sending(text: string, dst: Destination, attrs: Attributes): string {
    const { host } = this;
    const socket = host.network.socketFor(dst);
    if (text.length < this.settings.minLength || socket === null) return text;
    this.incoming = false;
    const from: ReceiveInfo = {
      srcIp: socket.address,
      srcPort: socket.port,
      dstIp: dst.address,
      dstPort: dst.port,
      proto: dst.proto,
      family: socket.family,
      socket,
      connectionId: dst.connectionId,
    };
    const ctx = new ScriptContext(SipMessage.unread(text, from), RouteKind.EVENT, attrs);
    const ran = this.#route.run(ctx);
    if (typeof ran === 'number') return this.#outcome(ctx);
    ran.catch((e: unknown) => host.log.error(SOURCE, `event_route[${ROUTE}] failed: ${String(e)}`));
    host.log.warn(SOURCE, `event_route[${ROUTE}] waits, a packet that leaves cannot: it goes unmodified`);
    return text;
  }

  /** The text to go on with: the AVP's, with the edits that the route made. */
  #outcome(ctx: ScriptContext): string {
    const { msg } = ctx;
    if (this.#avp === null) return msg.raw;
    const value = this.#avp.read(ctx);
    if (typeof value !== 'string') {
      this.host.log.warn(SOURCE, `no value set for AVP ${this.#name}, using unmodified message`);
      return msg.raw;
    }
    // 5.6 leaves the AVP to the routes that follow.
    if (this.host.compat !== '5.6') this.#avp.write?.(ctx, null);
    return msg.hasEdits ? msg.edits.apply(value) : value;
  }
}

function bindAvp(host: Host, text: string): BoundPv {
  try {
    const pv = host.bindEnv.pv(text);
    if (pv.name === 'avp') return pv;
  } catch (e) {
    if (!(e instanceof ArgumentError)) throw e;
  }
  throw new ConfigError(`malformed or non AVP ${text} AVP definition`, 'nio_msg_avp');
}
