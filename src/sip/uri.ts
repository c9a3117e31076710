/**
 * SIP, SIPS, TEL and TELS URIs (RFC 3261 §19.1, RFC 3966) and URNs, split into their parts in one pass.
 * Absent parts are empty strings; values keep their escapes, as pseudo-variables print them.
 */
import { COLON, equalsIgnoreCase, isDigit, LBRACKET, QMARK, RBRACKET, rangeEquals, SEMI } from './chars.js';
import { paramValue } from './params.js';
import type { Proto } from './receive-info.js';

export type UriScheme = 'sip' | 'sips' | 'tel' | 'tels' | 'urn';

/** One parsed URI. Read-only; rewriting produces text (see uri-rewrite.ts). */
export class Uri {
  constructor(
    /** The whole URI as given. */
    readonly text: string,
    readonly scheme: UriScheme,
    /**
     * User part with its own parameters (`bob;isub=1`); for `tel:` and with `user=phone` the number alone. Empty when
     * absent.
     */
    readonly user: string,
    readonly password: string,
    /** Host as written, IPv6 with its brackets; empty for `tel:` and `urn:`. */
    readonly host: string,
    readonly portText: string,
    /** Explicit port; 0 when the URI has none. */
    readonly port: number,
    /** Text between the first `;` after the host and `?`; empty when absent. For `tel:` always empty. */
    readonly params: string,
    /** Text after `?`. */
    readonly headers: string,
    /** Offsets into `text`: user start, host start, end of host, end of port (= end of host without port). */
    readonly userStart: number,
    readonly hostStart: number,
    readonly hostEnd: number,
    readonly portEnd: number,
  ) {}

  /** Value of a URI parameter given in lower case; null when absent, empty when it has no value. */
  param(lowerName: string): string | null {
    return this.params === '' ? null : paramValue(this.params, lowerName);
  }

  /** Text of the `transport` parameter; empty when absent. */
  get transport(): string {
    return this.param('transport') ?? '';
  }
  get ttl(): string {
    return this.param('ttl') ?? '';
  }
  /** Value of the `user` parameter (`phone`, `ip`). */
  get userParam(): string {
    return this.param('user') ?? '';
  }
  get maddr(): string {
    return this.param('maddr') ?? '';
  }
  get method(): string {
    return this.param('method') ?? '';
  }
  /** True when `;lr` is there, with or without a value. */
  get lr(): boolean {
    return this.param('lr') !== null;
  }
  /** Value of `r2`, the marker of double record routing; null when absent. */
  get r2(): string | null {
    return this.param('r2');
  }
  /** Value of `gr` (RFC 5627); null when absent. */
  get gr(): string | null {
    return this.param('gr');
  }
  /** True when `;ob` is there (RFC 5626). */
  get ob(): boolean {
    return this.param('ob') !== null;
  }

  /** True for `sips:` and `tels:`. */
  get secure(): boolean {
    return this.scheme === 'sips' || this.scheme === 'tels';
  }

  /** Transport that the `transport` parameter names; null when absent or unknown. */
  get transportProto(): Proto | null {
    return protoFromText(this.transport);
  }

  /** Port as `$rp` reads it: the explicit one, else 5061 with `transport=tls`, else 5060 (also for `sips:`). */
  get scriptPort(): number {
    return this.port !== 0 ? this.port : this.transportProto === 'tls' ? 5061 : 5060;
  }

  /** Transport to send over: TLS for `sips:` unless the parameter asks for another secure one, else the parameter, else UDP. */
  get sendProto(): Proto {
    const asked = this.transportProto;
    if (this.secure) return asked === 'ws' || asked === 'wss' ? 'wss' : 'tls';
    return asked ?? 'udp';
  }

  /** Port to send to, with the default of {@link sendProto}. */
  get sendPort(): number {
    return this.port !== 0 ? this.port : defaultPort(this.sendProto);
  }
}

/** Default port of a transport (RFC 3261 §19.1.2, RFC 7118). */
export function defaultPort(proto: Proto): number {
  switch (proto) {
    case 'tls':
      return 5061;
    case 'ws':
      return 80;
    case 'wss':
      return 443;
    default:
      return 5060;
  }
}

/** Transport of a name in any case; null when unknown. */
export function protoFromText(text: string): Proto | null {
  switch (text.length) {
    case 2:
      return rangeEquals(text, 0, 2, 'ws') ? 'ws' : null;
    case 3:
      if (rangeEquals(text, 0, 3, 'udp')) return 'udp';
      if (rangeEquals(text, 0, 3, 'tcp')) return 'tcp';
      if (rangeEquals(text, 0, 3, 'tls')) return 'tls';
      return rangeEquals(text, 0, 3, 'wss') ? 'wss' : null;
    case 4:
      return rangeEquals(text, 0, 4, 'sctp') ? 'sctp' : null;
    default:
      return null;
  }
}

/** Splits a URI; null when the scheme is unknown or host or port are malformed. */
export function parseUri(text: string): Uri | null {
  const end = text.length;
  const colon = text.indexOf(':');
  switch (colon) {
    case 3:
      if (rangeEquals(text, 0, 3, 'sip')) return parseSip(text, 'sip', 4, end);
      if (rangeEquals(text, 0, 3, 'tel')) return parseTel(text, 'tel', 4, end);
      return rangeEquals(text, 0, 3, 'urn') ? parseUrn(text, end) : null;
    case 4:
      if (rangeEquals(text, 0, 4, 'sips')) return parseSip(text, 'sips', 5, end);
      return rangeEquals(text, 0, 4, 'tels') ? parseTel(text, 'tels', 5, end) : null;
    default:
      return null;
  }
}

function parseSip(text: string, scheme: UriScheme, start: number, end: number): Uri | null {
  // User parts may hold `;` and `?` (RFC 3261 §25.1 user-unreserved), so the first `@` decides.
  const at = text.indexOf('@', start);
  // A second `@` cannot be told from a mistake; upstream refuses it anywhere.
  if (at === start || (at >= 0 && text.indexOf('@', at + 1) >= 0)) return null;
  let user = '';
  let password = '';
  let hostStart = start;
  if (at >= 0) {
    hostStart = at + 1;
    let colon = text.indexOf(':', start);
    if (colon < 0 || colon >= at) colon = at;
    else password = text.slice(colon + 1, at);
    if (password.includes(';') || password.includes('?')) return null;
    user = text.slice(start, colon);
    const first = text.charCodeAt(hostStart);
    if (first === 45 || first === 46) return null;
  }
  const hostEnd = endOfHost(text, hostStart, end, at >= 0);
  if (hostEnd <= hostStart) return null;
  let portEnd = hostEnd;
  let port = 0;
  if (hostEnd < end && text.charCodeAt(hostEnd) === COLON) {
    portEnd++;
    while (portEnd < end && isDigit(text.charCodeAt(portEnd))) port = port * 10 + text.charCodeAt(portEnd++) - 48;
    if (portEnd - hostEnd > 6 || port > 65535) return null;
  }
  let params = '';
  let headers = '';
  if (portEnd < end) {
    const c = text.charCodeAt(portEnd);
    let question = text.indexOf('?', portEnd);
    if (question < 0) question = end;
    else headers = text.slice(question + 1, end);
    if (c === SEMI) params = text.slice(portEnd + 1, question);
    else if (c !== QMARK) return null;
  }
  // The number of a phone stands before its parameters (upstream's phone2tel).
  const semi = user.indexOf(';');
  if (semi >= 0 && params !== '' && equalsIgnoreCase(paramValue(params, 'user') ?? '', 'phone'))
    user = user.slice(0, semi);
  const portText = portEnd > hostEnd ? text.slice(hostEnd + 1, portEnd) : '';
  const host = text.slice(hostStart, hostEnd);
  return new Uri(
    text,
    scheme,
    user,
    password,
    host,
    portText,
    port,
    params,
    headers,
    start,
    hostStart,
    hostEnd,
    portEnd,
  );
}

/** End of the host that starts at `from`; `from` itself when there is none, -1 for an unclosed bracket. */
function endOfHost(text: string, from: number, end: number, behindUser: boolean): number {
  if (from < end && text.charCodeAt(from) === LBRACKET) {
    const close = text.indexOf(']', from);
    if (close < 0 || close === from + 1) return -1;
    for (let i = from + 1; i < close; i++) {
      const c = text.charCodeAt(i) | 32;
      const raw = text.charCodeAt(i);
      if (!isDigit(raw) && raw !== COLON && raw !== 46 && (c < 97 || c > 102)) return -1;
    }
    return close + 1;
  }
  let i = from;
  for (; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === COLON || c === SEMI || c === QMARK) break;
    // Upstream takes a host that nothing stands before for a user until it ends, and so looks at its characters as little.
    if (behindUser ? !isHostChar(c) : c === LBRACKET || c === RBRACKET) return -1;
  }
  return i;
}

/** Letters, digits, `.` and `-`: upstream refuses everything else in a host name, the underscore included. */
function isHostChar(c: number): boolean {
  return isDigit(c) || ((c | 32) >= 97 && (c | 32) <= 122) || c === 45 || c === 46;
}

function parseTel(text: string, scheme: UriScheme, start: number, end: number): Uri | null {
  let i = start;
  while (i < end && text.charCodeAt(i) !== SEMI && text.charCodeAt(i) !== QMARK) i++;
  if (i === start) return null;
  const question = text.indexOf('?', i);
  const headers = question < 0 ? '' : text.slice(question + 1, end);
  return new Uri(text, scheme, text.slice(start, i), '', '', '', 0, '', headers, start, i, i, i);
}

function parseUrn(text: string, end: number): Uri | null {
  const colon = text.indexOf(':', 4);
  if (colon <= 4 || colon + 1 >= end) return null;
  return new Uri(text, 'urn', text.slice(4, colon), '', text.slice(colon + 1), '', 0, '', '', 4, colon + 1, end, end);
}
