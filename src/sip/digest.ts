/** HTTP Digest as SIP uses it (RFC 3261 §22, RFC 7616, RFC 8760): credentials and response calculation. */
import { createHash } from 'node:crypto';
import { COMMA, EQ, equalsIgnoreCase, isSpace, rangeEquals, skipSpace, trimEnd } from './chars.js';
import { nextSeparator } from './params.js';

/** Hash algorithms of RFC 8760. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** The parameters of one Authorization or Proxy-Authorization header. Absent ones are empty strings. */
export interface Credentials {
  /** Index of the header in its message; -1 when parsed on its own. */
  readonly headerIndex: number;
  readonly username: string;
  /** User part of a username written as `user@domain`, else the username. */
  readonly user: string;
  /** Domain part of a username written as `user@domain`, else empty. */
  readonly domain: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** Hex digits as sent. */
  readonly response: string;
  /** As written; empty means MD5. */
  readonly algorithm: string;
  readonly cnonce: string;
  readonly opaque: string;
  /** As written: `auth`, `auth-int`, or empty. */
  readonly qop: string;
  /** Eight hex digits as sent. */
  readonly nc: string;
}

type Field = Exclude<keyof Credentials, 'headerIndex' | 'user' | 'domain'>;

const FIELDS: readonly Field[] = [
  'username',
  'realm',
  'nonce',
  'uri',
  'response',
  'algorithm',
  'cnonce',
  'opaque',
  'qop',
  'nc',
];

/** Parses a credentials body; null when the scheme is not Digest or a quote does not close. */
export function parseCredentials(body: string): Credentials | null {
  const start = skipSpace(body, 0, body.length);
  if (!rangeEquals(body, start, start + 6, 'digest') || !isSpace(body.charCodeAt(start + 6))) return null;
  const found: Record<Field, string> = {
    username: '',
    realm: '',
    nonce: '',
    uri: '',
    response: '',
    algorithm: '',
    cnonce: '',
    opaque: '',
    qop: '',
    nc: '',
  };
  let i = start + 7;
  while (i < body.length) {
    const stop = nextSeparator(body, i, body.length, COMMA);
    const a = skipSpace(body, i, stop);
    let eq = a;
    while (eq < stop && body.charCodeAt(eq) !== EQ) eq++;
    const nameEnd = trimEnd(body, a, eq);
    for (const field of FIELDS) {
      if (!rangeEquals(body, a, nameEnd, field)) continue;
      if (eq >= stop) return null;
      const value = fieldText(body, eq + 1, stop);
      if (value === null) return null;
      found[field] = value;
      break;
    }
    i = stop + 1;
  }
  const at = found.username.indexOf('@');
  const user = at < 0 ? found.username : found.username.slice(0, at);
  const domain = at < 0 ? '' : found.username.slice(at + 1);
  return { headerIndex: -1, user, domain, ...found };
}

function fieldText(s: string, from: number, end: number): string | null {
  const a = skipSpace(s, from, end);
  const b = trimEnd(s, a, end);
  if (a === b || s.charCodeAt(a) !== 34) return s.slice(a, b);
  return b - a >= 2 && s.charCodeAt(b - 1) === 34 ? s.slice(a + 1, b - 1) : null;
}

/** The algorithm that credentials name; MD5 when they name none, null when it is unknown. */
export function digestAlgorithm(text: string): DigestAlgorithm | null {
  if (text === '' || equalsIgnoreCase(text, 'MD5')) return 'MD5';
  if (equalsIgnoreCase(text, 'SHA-256')) return 'SHA-256';
  return equalsIgnoreCase(text, 'SHA-512-256') ? 'SHA-512-256' : null;
}

const NODE_HASH: Record<DigestAlgorithm, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** Lower-case hex hash of latin1 text. */
export function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(NODE_HASH[algorithm]).update(text, 'latin1').digest('hex');
}

/** HA1 of a plain password: what `subscriber.ha1` holds. */
export function digestHa1(algorithm: DigestAlgorithm, user: string, realm: string, password: string): string {
  return digestHash(algorithm, `${user}:${realm}:${password}`);
}

/** What a response is calculated over, beside HA1. */
export interface DigestRequest {
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly cnonce: string;
  /** Eight hex digits. */
  readonly nc: string;
  /** `auth`, `auth-int` or empty. */
  readonly qop: string;
  /** Only read with `auth-int`. */
  readonly body: string;
}

/** The response of RFC 7616 §3.4.1 as lower-case hex. */
export function digestResponse(algorithm: DigestAlgorithm, ha1: string, request: DigestRequest): string {
  const { method, uri, nonce, cnonce, nc, qop } = request;
  const integrity = equalsIgnoreCase(qop, 'auth-int') ? `:${digestHash(algorithm, request.body)}` : '';
  const ha2 = digestHash(algorithm, `${method}:${uri}${integrity}`);
  const middle = qop === '' ? '' : `${nc}:${cnonce}:${qop}:`;
  return digestHash(algorithm, `${ha1}:${nonce}:${middle}${ha2}`);
}

/** The nonce count as a number; -1 unless it is one to eight hex digits. */
export function nonceCount(nc: string): number {
  if (nc === '' || nc.length > 8) return -1;
  let n = 0;
  for (let i = 0; i < nc.length; i++) {
    const digit = Number.parseInt(nc.charAt(i), 16);
    if (Number.isNaN(digit)) return -1;
    n = n * 16 + digit;
  }
  return n;
}
