import { bracketed } from '../../net/addresses.js';
import type { EditText, SendTarget } from '../../sip/edits.js';
import type { ListenSocket } from '../../sip/receive-info.js';

/** What a Record-Route says beside the socket's address. */
export interface RecordRoute {
  readonly secure: boolean;
  /** User part; empty for none. */
  readonly user: string;
  /** Address and port in place of the socket's; null: the socket's. */
  readonly address: string | null;
  /** Tag of whoever sent the first request, for telling directions apart; empty for none. */
  readonly ftag: string;
  /** Parameters of the call, with their leading `;`. */
  readonly params: string;
  /** Parameters that `add_rr_param` brings, even after the call. */
  readonly added: { params: string };
}

export interface RecordRouteStyle {
  /** 0 one header, 1 two when the sockets differ, 2 always two. */
  readonly double: number;
  /** `;lr` or `;lr=on`. */
  readonly lr: string;
  /** Adds `;sn=name` of named sockets. */
  readonly socketName: boolean;
}

/**
 * The headers of `record_route()`: the socket that the request leaves from on top, then the one it came in on when
 * they differ, both marked `r2=on` (upstream's double record routing).
 */
export function recordRouteText(rr: RecordRoute, style: RecordRouteStyle): EditText {
  const suffix = (): string => `${style.lr}${ftagOf(rr)}${rr.params}${rr.added.params}`;
  const line = (socket: ListenSocket, mark: string): string =>
    header(rr, `${socketAddress(socket)}${transportOf(socket)}${nameOf(socket, style)}${mark}${suffix()}`);
  return (target) => {
    if (target === null) return '';
    const inbound = target.receivedOn;
    if (!isDouble(style, differs(target))) return line(inbound, '');
    return line(target.socket, ';r2=on') + line(inbound, ';r2=on');
  };
}

/** The headers of `record_route_advertised_address()`: two when the protocols differ, each with its transport. */
export function advertisedText(rr: RecordRoute, style: RecordRouteStyle): EditText {
  const line = (mark: string): string =>
    header(rr, `${rr.address ?? ''}${mark}${ftagOf(rr)}${style.lr}${rr.added.params}`);
  return (target) => {
    if (target === null) return line('');
    const { socket, receivedOn } = target;
    const changes = socket.proto !== receivedOn.proto;
    const marked = (side: ListenSocket): string =>
      changes || style.double === 2 ? `;transport=${transportName(side)}${style.double > 0 ? ';r2=on' : ''}` : '';
    return isDouble(style, changes) ? line(marked(socket)) + line(marked(receivedOn)) : line(marked(receivedOn));
  };
}

/** The header of `record_route_preset()`. */
export function presetText(rr: RecordRoute, style: RecordRouteStyle): EditText {
  return () => header(rr, `${rr.address ?? ''}${ftagOf(rr)}${rr.added.params}${style.lr}`);
}

function isDouble(style: RecordRouteStyle, changes: boolean): boolean {
  return style.double === 2 || (style.double === 1 && changes);
}

function differs({ socket, receivedOn }: SendTarget): boolean {
  return (
    socket !== receivedOn &&
    (socket.port !== receivedOn.port || socket.proto !== receivedOn.proto || socket.address !== receivedOn.address)
  );
}

function header(rr: RecordRoute, rest: string): string {
  return `Record-Route: <${rr.secure ? 'sips' : 'sip'}:${rr.user === '' ? '' : `${rr.user}@`}${rest}>\r\n`;
}

function ftagOf(rr: RecordRoute): string {
  return rr.ftag === '' ? '' : `;ftag=${rr.ftag}`;
}

/** Port 5060 is left out unless it is advertised, as in Via. */
function socketAddress(socket: ListenSocket): string {
  const host = bracketed(socket.advertisedAddress || socket.address);
  const port = socket.advertisedPort || (socket.port === 5060 ? 0 : socket.port);
  return port === 0 ? host : `${host}:${port}`;
}

function transportOf(socket: ListenSocket): string {
  return socket.proto === 'udp' ? '' : `;transport=${transportName(socket)}`;
}

/** Secure WebSocket has no name of its own in URIs (RFC 7118 §5.1: `transport=ws`). */
function transportName(socket: ListenSocket): string {
  return socket.proto === 'wss' ? 'ws' : socket.proto;
}

function nameOf(socket: ListenSocket, style: RecordRouteStyle): string {
  return style.socketName && socket.name !== '' ? `;sn=${socket.name}` : '';
}
