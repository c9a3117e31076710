import type { ListenSocket } from '../../net/transport.js';
import { parseUri, protoFromText } from '../../sip/uri.js';
import { type LocalRequest, readHeaders } from '../../tm/local-message.js';
import type { Tm } from './state.js';

/** A request as scripts and RPC callers describe it: everything is text. */
export interface WrittenRequest {
  readonly method: string;
  readonly ruri: string;
  /** '' or '.': none. */
  readonly nexthop: string;
  /** `proto:address:port`; '' or '.': any. */
  readonly socket: string;
  /** Header lines; From and To must be among them. */
  readonly headers: string;
  readonly body: string;
}

export interface ReadRequest {
  readonly request: LocalRequest;
  readonly socket: ListenSocket | null;
}

/** Checks and reads such a request; a text says what is wrong with it. */
export function readRequest(tm: Tm, written: WrittenRequest): ReadRequest | string {
  const { method, ruri } = written;
  if (method === '') return 'Empty method';
  if (parseUri(ruri) === null) return `Invalid request uri "${ruri}"`;
  const nextHop = written.nexthop === '.' ? '' : written.nexthop;
  if (nextHop !== '' && parseUri(nextHop) === null) return `Invalid next-hop uri "${nextHop}"`;
  const socketText = written.socket === '.' ? '' : written.socket;
  const socket = socketText === '' ? null : findSocket(tm, socketText);
  if (typeof socket === 'string') return socket;
  const headers = readHeaders(written.headers);
  if (headers === null) return /^(?:to|t)\s*:/im.test(written.headers) ? 'From missing' : 'To missing';
  if (written.body !== '' && !/^(?:content-type|c)\s*:/im.test(written.headers)) return 'Content-Type missing';
  if (written.body !== '' && /^(?:content-length|l)\s*:/im.test(written.headers)) return 'Content-Length disallowed';
  const request: LocalRequest = {
    method,
    uri: ruri,
    nextHop,
    from: headers.from,
    to: headers.to,
    callId: headers.callId,
    cseq: headers.cseq,
    route: headers.route,
    headers: substituteSocket(headers.rest, socket ?? tm.host.network.sockets[0] ?? null),
    body: written.body,
  };
  return { request, socket };
}

function findSocket(tm: Tm, text: string): ListenSocket | string {
  const match = /^(?:(\w+):)?(\[[^\]]+\]|[^:[\]]+)(?::(\d+))?$/.exec(text);
  if (match === null) return `Invalid send socket "${text}"`;
  const address = match[2]!.replace(/^\[|\]$/g, '');
  const proto = match[1] === undefined ? null : protoFromText(match[1]);
  return tm.host.network.findSocket(proto, address, Number(match[3] ?? 0)) ?? `No local socket for "${text}"`;
}

/** Upstream writes `!!` for the sending socket's address and port. */
function substituteSocket(headers: string, socket: ListenSocket | null): string {
  return socket === null ? headers : headers.replaceAll('!!', `${socket.address}:${socket.port}`);
}
