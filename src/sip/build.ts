/**
 * Messages that leave, made by slicing the ones that came in. What is not changed leaves byte for byte as it arrived.
 */
import { isSpace } from './chars.js';
import { Edits, type SendTarget } from './edits.js';
import { Hdr } from './header-names.js';
import type { SipMessage } from './message.js';
import type { ListenSocket, Proto } from './receive-info.js';
import { type ViaChange, viaChanges } from './received.js';
import type { Via } from './via.js';

const CRLF = '\r\n';

/** What an own Via says. */
export interface ViaOptions {
  readonly branch: string;
  /** Adds `;rport` (RFC 3581 §3). */
  readonly rport?: boolean;
  /** Sent-by in place of the socket's address (`set_advertised_address`); empty or absent: the socket's. */
  readonly host?: string;
  /** Sent-by port in place of the socket's; 0 or absent: the socket's. */
  readonly port?: number;
  /** Further parameters with their leading `;`. */
  readonly params?: string;
  /** Transport name in place of the socket's; absent: the socket's. */
  readonly transport?: string;
}

/** An own Via header line with CRLF. Port 5060 is left out unless it is advertised, as upstream does. */
export function viaLine(socket: ListenSocket, options: ViaOptions): string {
  const host = options.host || socket.advertisedAddress || socket.address;
  const advertisedPort = options.port || socket.advertisedPort || 0;
  const port = advertisedPort !== 0 ? advertisedPort : socket.port === 5060 ? 0 : socket.port;
  const sentBy = (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host) + (port === 0 ? '' : `:${port}`);
  const rport = options.rport ? ';rport' : '';
  return `Via: SIP/2.0/${options.transport ?? viaTransport(socket.proto)} ${sentBy};branch=${options.branch}${rport}${options.params ?? ''}${CRLF}`;
}

/** Transport name as Via writes it. */
export function viaTransport(proto: Proto): string {
  return proto.toUpperCase();
}

/** How a request is forwarded. */
export interface RequestOptions {
  /** Own Via header line with CRLF (see {@link viaLine}); empty adds none. */
  readonly via: string;
  /** Request-URI of this branch; by default the message's current one. */
  readonly requestUri?: string;
  /** Route set put in front of the message's own (a branch's Path); empty or absent adds none. */
  readonly path?: string;
  /** Edits to apply; by default the message's. */
  readonly edits?: Edits | null;
  /** Passed to edits whose text depends on the sending socket. */
  readonly target?: SendTarget | null;
  /** Leaves the topmost Via of the original without `received` and `rport`. */
  readonly keepVia?: boolean;
  /** Adds Content-Length when the message has none, as stream transports need (RFC 3261 §18.3). */
  readonly needsLength?: boolean;
}

/**
 * The request as it is forwarded (RFC 3261 §16.6). The own Via goes in front of the topmost one, edits are applied,
 * Content-Length follows the body. Max-Forwards is left to the script (`mf_process_maxfwd_header`).
 */
export function buildRequest(msg: SipMessage, options: RequestOptions): string {
  const raw = msg.raw;
  const firstLine = `${msg.method} ${options.requestUri ?? msg.currentUri} ${msg.version}${CRLF}`;
  const edits = options.edits !== undefined ? options.edits : msg.hasEdits ? msg.edits : null;
  const via = msg.via1;
  const path = options.path ?? '';
  const addLength = options.needsLength === true && msg.firstHeader(Hdr.CONTENT_LENGTH) < 0;
  const changes = via === null || options.keepVia ? [] : viaChanges(msg, via, false);
  if (via === null || path !== '' || addLength || (edits !== null && edits.size > 0)) {
    const all = edits === null ? new Edits() : edits.fork();
    const viaStart = via === null ? msg.firstLineEnd : msg.headerStart(via.headerIndex);
    if (options.via !== '') all.insertAfter(viaStart, options.via);
    if (path !== '') {
      const route = msg.firstHeader(Hdr.ROUTE);
      all.insertAfter(route < 0 ? viaStart : msg.headerStart(route), `Route: ${path}${CRLF}`);
    }
    for (const c of changes) all.replace(c.at, c.length, c.text);
    return firstLine + applyEdits(msg, all, options.target ?? null, addLength);
  }
  const viaStart = msg.headerStart(via.headerIndex);
  return firstLine + raw.slice(msg.firstLineEnd, viaStart) + options.via + slices(raw, viaStart, raw.length, changes);
}

/** The message's text with its edits and its current Request-URI, which `msg_apply_changes()` makes the received text. */
export function buildApplied(msg: SipMessage, target: SendTarget | null = null): string {
  if (msg.isRequest) return buildRequest(msg, { via: '', keepVia: true, target });
  const firstLine = msg.raw.slice(0, msg.firstLineEnd);
  return msg.hasEdits ? firstLine + applyEdits(msg, msg.edits.fork(), target, false) : msg.raw;
}

/** Everything behind the first line with `edits` applied and Content-Length corrected. Changes `edits`. */
function applyEdits(msg: SipMessage, edits: Edits, target: SendTarget | null, addLength: boolean): string {
  const { raw, headersEnd, bodyStart } = msg;
  const separated = bodyStart > headersEnd;
  const bodyTouched = separated && edits.touches(bodyStart, raw.length);
  const body = bodyTouched ? edits.apply(raw, bodyStart, raw.length, target) : raw.slice(bodyStart);
  if (bodyTouched || addLength) {
    const i = msg.firstHeader(Hdr.CONTENT_LENGTH);
    if (i < 0 || edits.removes(msg.headerStart(i), msg.headerEnd(i))) {
      edits.insertAfter(headersEnd, `Content-Length: ${body.length}${CRLF}`);
    } else if (!edits.removes(msg.headerBodyStart(i), msg.headerBodyEnd(i))) {
      edits.replace(msg.headerBodyStart(i), msg.headerBodyEnd(i) - msg.headerBodyStart(i), String(body.length));
    }
  }
  const headers = edits.apply(raw, msg.firstLineEnd, headersEnd, target);
  return headers + (separated ? raw.slice(headersEnd, bodyStart) : CRLF) + body;
}

function slices(raw: string, from: number, end: number, changes: readonly ViaChange[]): string {
  let out = '';
  let at = from;
  for (const c of changes) {
    out += raw.slice(at, c.at) + c.text;
    at = c.at + c.length;
  }
  return out + raw.slice(at, end);
}

/** What a generated reply carries beside what it copies from the request. */
export interface ReplyOptions {
  /** Tag for a To that has none; empty or absent adds none. */
  readonly toTag?: string;
  /** Whole header lines with CRLF, put behind those of the message's {@link SipMessage.replyEdits}. */
  readonly headers?: string;
  /** Body; by default that of the message's reply edits. Its Content-Type belongs into `headers`. */
  readonly body?: string;
  /** Whole `Server: …` line with CRLF; empty or absent adds none. */
  readonly server?: string;
  /** False leaves the reply edits out. */
  readonly withReplyEdits?: boolean;
  /** Further parameters of the topmost Via, with their leading `;`. */
  readonly viaParams?: string;
}

/**
 * A reply to the request `msg` (RFC 3261 §8.2.6). The headers come in the request's order; Record-Route is copied to
 * replies from 180 to 299 (RFC 3261 §12.1.1). A 100 gets no To-tag.
 */
export function buildReply(msg: SipMessage, status: number, reason: string, options: ReplyOptions = {}): string {
  const raw = msg.raw;
  const copyRoutes = status >= 180 && status < 300;
  let out = statusLine(status, reason);
  const count = msg.headerCount;
  let sawTopVia = false;
  // Headers that stand together in the request are copied in one piece.
  let pieceStart = -1;
  let pieceEnd = -1;
  for (let i = 0; i < count; i++) {
    const id = msg.headerId(i);
    switch (id) {
      case Hdr.VIA:
      case Hdr.TO:
      case Hdr.FROM:
      case Hdr.CALL_ID:
      case Hdr.CSEQ:
        break;
      case Hdr.RECORD_ROUTE:
        if (copyRoutes) break;
        continue;
      default:
        continue;
    }
    const start = msg.headerStart(i);
    const end = msg.headerEnd(i);
    if (start !== pieceEnd) {
      if (pieceStart >= 0) out += raw.slice(pieceStart, pieceEnd);
      pieceStart = start;
    }
    pieceEnd = end;
    if (id === Hdr.VIA && !sawTopVia && msg.via1 !== null) {
      sawTopVia = true;
      const changes = viaChanges(msg, msg.via1, true);
      if (options.viaParams) changes.push({ at: msg.via1.end, length: 0, text: options.viaParams });
      const last = changes[changes.length - 1];
      if (last === undefined) continue;
      const next = last.at + last.length;
      out += slices(raw, pieceStart, next, changes);
      pieceStart = next;
    } else if (id === Hdr.TO && status !== 100 && options.toTag && msg.toTag === '') {
      const bodyEnd = msg.headerBodyEnd(i);
      out += raw.slice(pieceStart, bodyEnd);
      out += ';tag=';
      out += options.toTag;
      pieceStart = bodyEnd;
    }
  }
  if (pieceStart >= 0) out += raw.slice(pieceStart, pieceEnd);
  let body = options.body ?? '';
  if (msg.hasReplyEdits && options.withReplyEdits !== false) {
    for (const line of msg.replyEdits.headers) out += line;
    if (options.body === undefined) body = msg.replyEdits.body;
  }
  if (options.headers) out += options.headers;
  if (options.server) out += options.server;
  return body === '' ? out + NO_BODY : `${out}Content-Length: ${body.length}${CRLF}${CRLF}${body}`;
}

const NO_BODY = `Content-Length: 0${CRLF}${CRLF}`;

/** By status, the line that was made last. */
const statusLines: ({ readonly reason: string; readonly line: string } | undefined)[] = new Array(700).fill(undefined);

function statusLine(status: number, reason: string): string {
  const last = statusLines[status];
  if (last !== undefined && last.reason === reason) return last.line;
  const line = `SIP/2.0 ${status} ${reason}${CRLF}`;
  // A script may give any number; only real statuses are worth a place.
  if (status >= 100 && status < 700) statusLines[status] = { reason, line };
  return line;
}

/** How a reply is forwarded. */
export interface ForwardedReplyOptions {
  /** New status; by default the reply's own. Needs `reason`. */
  readonly status?: number;
  readonly reason?: string;
  /** Edits to apply; by default the message's. */
  readonly edits?: Edits | null;
  readonly target?: SendTarget | null;
  readonly needsLength?: boolean;
  /** Further parameters of the Via that becomes the topmost, with their leading `;`. */
  readonly viaParams?: string;
}

/** A reply without its topmost Via, which is ours (RFC 3261 §16.7 step 3), and with its edits applied. */
export function buildForwardedReply(msg: SipMessage, options: ForwardedReplyOptions = {}): string {
  const raw = msg.raw;
  const edits = options.edits !== undefined ? options.edits : msg.hasEdits ? msg.edits : null;
  const firstLine =
    options.status !== undefined
      ? `${msg.version} ${options.status} ${options.reason ?? msg.reason}${CRLF}`
      : edits?.touches(0, msg.firstLineEnd - 1)
        ? `${edits.apply(raw, 0, msg.firstLineEnd).trimEnd()}${CRLF}`
        : raw.slice(0, msg.firstLineEnd);
  const addLength = options.needsLength === true && msg.firstHeader(Hdr.CONTENT_LENGTH) < 0;
  const via = msg.via1;
  const from = via === null ? msg.firstLineEnd : topViaStart(msg, via);
  const end = via === null ? from : topViaEnd(msg, via);
  const next = options.viaParams ? msg.via(1) : null;
  if (next !== null || addLength || (edits !== null && edits.size > 0)) {
    const all = edits === null ? new Edits() : edits.fork();
    all.remove(from, end - from);
    if (next !== null) all.insertAfter(next.end, options.viaParams!);
    return firstLine + applyEdits(msg, all, options.target ?? null, addLength);
  }
  return firstLine + raw.slice(msg.firstLineEnd, from) + raw.slice(end);
}

/** True when another value shares the topmost Via's header. */
function sharesHeader(msg: SipMessage, via: Via): boolean {
  return via.end < msg.headerBodyEnd(via.headerIndex);
}

function topViaStart(msg: SipMessage, via: Via): number {
  return sharesHeader(msg, via) ? via.start : msg.headerStart(via.headerIndex);
}

function topViaEnd(msg: SipMessage, via: Via): number {
  if (!sharesHeader(msg, via)) return msg.headerEnd(via.headerIndex);
  let end = msg.raw.indexOf(',', via.end) + 1;
  while (isSpace(msg.raw.charCodeAt(end))) end++;
  return end;
}
