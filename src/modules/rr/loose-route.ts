import { bracketed } from '../../net/addresses.js';
import type { Host } from '../../registry/host.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import type { ListenSocket } from '../../sip/receive-info.js';
import { parseUri, protoFromText, type Uri } from '../../sip/uri.js';
import { type RouteValue, removeFirst, removeLast, routeValues } from './route-set.js';
import type { RrSettings } from './state.js';

/** Return codes of `loose_route()`. */
export const LooseRoute = {
  /** No Route, or an error. */
  NO: -1,
  /** The Route was ours and nothing follows, in a request outside of a dialog. */
  PRELOADED: -3,
  DRIVEN: 1,
} as const;

/** Bits of the mode. */
const LOOSE_ONLY = 1;

/** What led the request here. */
export interface Routed {
  /** Parameters of our Route URI, or of the Request-URI behind a strict router. */
  readonly params: string;
  /** As `check_route_param` matches them. */
  readonly shown: string;
  /** A Route of another follows ours. */
  readonly nextIsRoute: boolean;
}

export interface Outcome {
  readonly code: number;
  readonly routed: Routed | null;
  /** The first Route could not be read. */
  readonly badUri?: boolean;
}

const NO: Outcome = { code: LooseRoute.NO, routed: null };
const BAD_URI: Outcome = { code: LooseRoute.NO, routed: null, badUri: true };

/** Follows the Route headers of a request (RFC 3261 §16.4 and §16.12). */
export class LooseRouter {
  constructor(
    private readonly host: Host,
    private readonly settings: Pick<RrSettings, 'doubleRr' | 'mismatchWarning' | 'forceSendSocket' | 'socketName'>,
  ) {}

  /** Whether a URI names this server. A GRUU (RFC 5627) names a client of ours. */
  isOwn(uri: Uri): boolean {
    return uri.host !== '' && uri.gr === null && this.host.isMyself(uri.host, uri.port !== 0 ? uri.port : 5060, null);
  }

  route(msg: SipMessage, mode: number): Outcome {
    if (msg.firstHeader(Hdr.ROUTE) < 0) return NO;
    const values = routeValues(msg);
    if (values === null || values.length === 0) return this.#fail('failed to parse Route HF');
    const requestUri = msg.parsedUri;
    if (requestUri === null) return this.#fail('failed to parse Request URI');
    if (msg.to === null) return this.#fail('failed to parse To header field');
    const preloaded = msg.toTag === '';
    if (!preloaded && (mode & LOOSE_ONLY) === 0 && this.isOwn(requestUri)) {
      return this.#afterStrict(msg, values, requestUri);
    }
    return this.#afterLoose(msg, values, preloaded);
  }

  /** The hop before was a loose router: our Route is on top (RFC 3261 §16.4, last paragraph). */
  #afterLoose(msg: SipMessage, values: readonly RouteValue[], preloaded: boolean): Outcome {
    const top = values[0]!.addr.parsed;
    if (top === null) return this.#fail(`failed to parse the first route URI (${values[0]!.addr.uri})`, BAD_URI);
    let own = 0;
    let params = '';
    if (this.isOwn(top)) {
      own = 1;
      params = top.params;
      const isDouble = this.#isDouble(top);
      if (this.settings.forceSendSocket && !isDouble) this.#forceSocket(msg, values[0]!, top, false);
      const second = values[1];
      if (isDouble && second) {
        const uri = second.addr.parsed;
        if (uri === null) return this.#fail(`failed to parse the double route URI (${second.addr.uri})`);
        this.#forceSocket(msg, second, uri, true);
        own = 2;
      }
    }
    const routed = (nextIsRoute: boolean): Routed => ({ params, shown: `;${params}`, nextIsRoute });
    const next = values[own];
    if (next === undefined) {
      removeFirst(msg, values, own);
      return { code: preloaded ? LooseRoute.PRELOADED : LooseRoute.DRIVEN, routed: routed(false) };
    }
    const uri = next.addr.parsed;
    if (uri === null) return this.#fail(`failed to parse the next route URI (${next.addr.uri})`);
    if (uri.lr) {
      removeFirst(msg, values, own);
      msg.dstUri = targetOf(uri);
    } else {
      // RFC 3261 §16.6 step 6: a strict router wants its own address in the Request-URI, the target in the last Route.
      msg.edits.insertAfter(msg.headersEnd, `Route: <${msg.requestUri}>\r\n`);
      removeFirst(msg, values, own + 1);
      msg.newUri = targetOf(uri);
    }
    return { code: LooseRoute.DRIVEN, routed: routed(own > 0) };
  }

  /** The hop before was a strict router: the Request-URI is what we recorded (RFC 3261 §16.4, first paragraph). */
  #afterStrict(msg: SipMessage, values: readonly RouteValue[], requestUri: Uri): Outcome {
    const top = values[0]!.addr.parsed;
    if (top === null) return this.#fail('failed to parse the first route URI');
    let own = 0;
    if (this.#isDouble(top) && this.isOwn(top)) {
      own = 1;
      const socket = this.#findSocket(top);
      if (socket) msg.forceSocket = socket;
      else if (this.settings.mismatchWarning) this.host.log.warn('rr', 'no socket found for match second RR');
    }
    const next = values[own];
    if (next === undefined) {
      removeFirst(msg, values, own);
      return NO;
    }
    const uri = next.addr.parsed;
    if (uri === null) return this.#fail('failed to parse URI');
    const routed: Routed = { params: requestUri.params, shown: requestUri.params, nextIsRoute: false };
    if (uri.lr) {
      const last = values[values.length - 1]!.addr.parsed;
      if (last === null) return this.#fail('failed to parse URI');
      removeFirst(msg, values, own);
      msg.dstUri = targetOf(uri);
      msg.newUri = targetOf(last);
      removeLast(msg, values);
    } else {
      removeFirst(msg, values, own + 1);
      msg.newUri = targetOf(uri);
    }
    return { code: LooseRoute.DRIVEN, routed };
  }

  #isDouble(uri: Uri): boolean {
    return this.settings.doubleRr !== 0 && uri.r2 !== null;
  }

  /** Sends from the socket that our Route names. */
  #forceSocket(msg: SipMessage, value: RouteValue, uri: Uri, isSecond: boolean): void {
    const named = this.settings.socketName ? this.host.network.findSocketByName(uri.param('sn') ?? '') : null;
    const socket = named ?? this.#findSocket(uri);
    if (socket) {
      msg.forceSocket = socket;
      return;
    }
    if (!isSecond || !this.settings.mismatchWarning) return;
    this.host.log.warn('rr', `no socket found to match second RR (${value.addr.uri})`);
    if (!this.isOwn(uri)) this.host.log.warn('rr', `second RR uri is not myself (${value.addr.uri})`);
  }

  /** The socket of that address, or that advertises it. */
  #findSocket(uri: Uri): ListenSocket | null {
    const proto = protoFromText(uri.transport);
    const { network } = this.host;
    const port = uri.port !== 0 ? uri.port : uri.sendPort;
    const found = network.findSocket(proto ?? 'udp', uri.host, port) ?? network.findSocket(proto, uri.host, port);
    if (found) return found;
    for (const socket of network.sockets) {
      if (proto !== null && socket.proto !== proto) continue;
      if (!socket.advertisedAddress || bracketed(socket.advertisedAddress) !== bracketed(uri.host)) continue;
      if ((socket.advertisedPort ?? socket.port) === port) return socket;
    }
    return null;
  }

  #fail(text: string, outcome: Outcome = NO): Outcome {
    this.host.log.error('rr', text);
    return outcome;
  }
}

/** Where a Route leads: its URI, or the address that `maddr` puts in place of its host. */
function targetOf(uri: Uri): string {
  const maddr = uri.maddr;
  if (maddr === '') return uri.text;
  const text = `sip:${maddr}${uri.portText === '' ? '' : `:${uri.portText}`}`;
  return parseUri(text) === null ? uri.text : text;
}
