/**
 * Changes of one part of a URI, text in, text out: what `setuser()`, `sethost()`, `strip()` and assignments to
 * `$rU`, `$rd`, `$rp` do. Everything that is not changed stays as written; the scheme comes out in lower case.
 * All functions return null when the URI cannot be parsed or has no such part.
 */
import { equalsIgnoreCase, SEMI } from './chars.js';
import { nextSeparator } from './params.js';
import { parseUri, type Uri } from './uri.js';

function isTel(uri: Uri): boolean {
  return uri.scheme === 'tel' || uri.scheme === 'tels';
}

function parseRewritable(text: string): Uri | null {
  const uri = parseUri(text);
  return uri === null || uri.scheme === 'urn' ? null : uri;
}

/** `scheme:` + user part (with password) + everything from the host on. */
function withUserPart(uri: Uri, userPart: string): string {
  if (isTel(uri)) return `${uri.scheme}:${userPart}${uri.text.slice(uri.hostStart)}`;
  return `${uri.scheme}:${userPart}${userPart === '' ? '' : '@'}${uri.text.slice(uri.hostStart)}`;
}

/** Colon and password as written, or empty. */
function passwordPart(uri: Uri): string {
  return uri.user === '' || isTel(uri) ? '' : uri.text.slice(uri.userStart + uri.user.length, uri.hostStart - 1);
}

/** Sets the user; the password stays. An empty user removes the whole user part. */
export function setUser(text: string, user: string): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  return withUserPart(uri, user === '' ? '' : user + passwordPart(uri));
}

/** Sets user and password from `user:password`. */
export function setUserPass(text: string, userPass: string): string | null {
  const uri = parseRewritable(text);
  return uri === null || isTel(uri) ? null : withUserPart(uri, userPass);
}

/** Puts `digits` in front of the user. */
export function prefixUser(text: string, digits: string): string | null {
  const uri = parseRewritable(text);
  return uri === null ? null : withUserPart(uri, digits + uri.user + passwordPart(uri));
}

/** Removes the first `count` characters of the user; all of it and the password when it has no more. */
export function stripUser(text: string, count: number): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  return withUserPart(uri, count >= uri.user.length ? '' : uri.user.slice(count) + passwordPart(uri));
}

/** Removes the last `count` characters of the user; all of it and the password when it has no more. */
export function stripTailUser(text: string, count: number): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  const kept = uri.user.length - count;
  return withUserPart(uri, kept <= 0 ? '' : uri.user.slice(0, kept) + passwordPart(uri));
}

/** A `tel:` URI as the SIP URI of a gateway: number and parameters become the user (RFC 3261 §19.1.6). */
function telToSip(uri: Uri, hostPart: string): string {
  const headers = uri.headers === '' ? '' : `?${uri.headers}`;
  const question = uri.headers === '' ? uri.text.length : uri.text.length - headers.length;
  const scheme = uri.scheme === 'tels' ? 'sips' : 'sip';
  return `${scheme}:${uri.text.slice(uri.userStart, question)}@${hostPart};user=phone${headers}`;
}

function withHostPart(uri: Uri, hostPart: string, from: number): string {
  return `${uri.scheme}:${uri.text.slice(uri.userStart, uri.hostStart)}${hostPart}${uri.text.slice(from)}`;
}

/** Sets the host; port and parameters stay. A `tel:` URI becomes `sip:…;user=phone`. */
export function setHost(text: string, host: string): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  return isTel(uri) ? telToSip(uri, host) : withHostPart(uri, host, uri.hostEnd);
}

/** Sets host and port from `host[:port]`; the old port goes. */
export function setHostPort(text: string, hostPort: string): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  return isTel(uri) ? telToSip(uri, hostPort) : withHostPart(uri, hostPort, uri.portEnd);
}

/** Sets host, port and transport from `host[:port][;transport=x]`; the old port and transport go. */
export function setHostPortTrans(text: string, hostPortTrans: string): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  if (isTel(uri)) return telToSip(uri, hostPortTrans);
  const tail = uri.text.slice(uri.portEnd);
  return withHostPart(uri, hostPortTrans, uri.text.length) + (uri.params === '' ? tail : withoutTransport(tail));
}

/** `;a;transport=x;b?h` without its transport parameter, if that has a value. */
function withoutTransport(tail: string): string {
  const question = tail.indexOf('?');
  const end = question < 0 ? tail.length : question;
  let at = 0;
  while (at < end) {
    const next = nextSeparator(tail, at + 1, end, SEMI);
    if (equalsIgnoreCase(tail.slice(at + 1, at + 11), 'transport=')) return tail.slice(0, at) + tail.slice(next);
    at = next;
  }
  return tail;
}

/** Sets the port; empty text removes it. A `tel:` URI stays as it is. */
export function setPort(text: string, port: string): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  if (isTel(uri)) return text;
  return withHostPart(uri, port === '' ? uri.host : `${uri.host}:${port}`, uri.portEnd);
}

/** Adds `;user=phone` unless it is there. A `tel:` URI stays as it is. */
export function userPhone(text: string): string | null {
  const uri = parseRewritable(text);
  if (uri === null) return null;
  if (isTel(uri) || equalsIgnoreCase(uri.userParam, 'phone')) return text;
  const end = uri.headers === '' ? uri.text.length : uri.text.length - uri.headers.length - 1;
  return `${uri.scheme}:${uri.text.slice(uri.userStart, end)};user=phone${uri.text.slice(end)}`;
}
