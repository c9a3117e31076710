/** Equality of URIs (RFC 3261 §19.1.4, RFC 3966 §4). */
import { equalsIgnoreCase } from './chars.js';
import { type Param, parseParams } from './params.js';
import { parseUri, type Uri } from './uri.js';

/** Parameters that make URIs differ when only one of them has it. */
const NEVER_IGNORED = new Set(['user', 'ttl', 'method', 'maddr', 'transport']);

/** True when both texts are URIs and equal; an unparsable one equals only the same text. */
export function uriEquals(a: string, b: string): boolean {
  if (a === b) return true;
  const left = parseUri(a);
  const right = parseUri(b);
  return left !== null && right !== null && sameUri(left, right);
}

/** RFC 3261 §19.1.4 on parsed URIs. */
export function sameUri(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.scheme === 'tel' || a.scheme === 'tels') return sameTel(a, b);
  if (a.scheme === 'urn') return equalsIgnoreCase(a.user, b.user) && a.host === b.host;
  return (
    unescapeUri(a.user) === unescapeUri(b.user) &&
    unescapeUri(a.password) === unescapeUri(b.password) &&
    equalsIgnoreCase(a.host, b.host) &&
    a.portText === b.portText &&
    sameParams(parseParams(a.params), parseParams(b.params), NEVER_IGNORED) &&
    sameHeaders(a.headers, b.headers)
  );
}

/** Numbers without visual separators, and all parameters (RFC 3966 §4). */
function sameTel(a: Uri, b: Uri): boolean {
  return equalsIgnoreCase(bareNumber(a.user), bareNumber(b.user)) && sameAll(telParams(a), telParams(b));
}

function telParams(uri: Uri): Param[] {
  return parseParams(uri.text, uri.hostStart);
}

function bareNumber(number: string): string {
  let out = '';
  for (const c of number) if (c !== '-' && c !== '.' && c !== '(' && c !== ')') out += c;
  return out;
}

function sameAll(a: readonly Param[], b: readonly Param[]): boolean {
  return a.length === b.length && a.every((p) => b.some((q) => sameParam(p, q)));
}

function sameParam(p: Param, q: Param): boolean {
  return equalsIgnoreCase(p.name, q.name) && equalsIgnoreCase(unescapeUri(p.value ?? ''), unescapeUri(q.value ?? ''));
}

/** Parameters in both must match; those in `strict` must be in both or in neither. */
function sameParams(a: readonly Param[], b: readonly Param[], strict: ReadonlySet<string>): boolean {
  return covers(a, b, strict) && covers(b, a, strict);
}

function covers(a: readonly Param[], b: readonly Param[], strict: ReadonlySet<string>): boolean {
  for (const p of a) {
    const other = b.find((q) => equalsIgnoreCase(p.name, q.name));
    if (other ? !sameParam(p, other) : strict.has(p.name.toLowerCase())) return false;
  }
  return true;
}

/** Header components are never ignored and may come in any order. */
function sameHeaders(a: string, b: string): boolean {
  if (a === b) return true;
  const left = a.split('&').filter(Boolean);
  const right = b.split('&').filter(Boolean);
  return left.length === right.length && left.every((h) => right.some((g) => sameHeader(h, g)));
}

function sameHeader(a: string, b: string): boolean {
  const i = a.indexOf('=');
  const j = b.indexOf('=');
  if (i < 0 || j < 0) return equalsIgnoreCase(a, b);
  return equalsIgnoreCase(a.slice(0, i), b.slice(0, j)) && unescapeUri(a.slice(i + 1)) === unescapeUri(b.slice(j + 1));
}

/** Text with `%XX` escapes decoded; malformed escapes stay. */
export function unescapeUri(text: string): string {
  let percent = text.indexOf('%');
  if (percent < 0) return text;
  let out = '';
  let from = 0;
  while (percent >= 0) {
    const high = hexDigit(text.charCodeAt(percent + 1));
    const low = hexDigit(text.charCodeAt(percent + 2));
    if (high >= 0 && low >= 0) {
      out += text.slice(from, percent) + String.fromCharCode(high * 16 + low);
      from = percent + 3;
      percent = text.indexOf('%', from);
    } else percent = text.indexOf('%', percent + 1);
  }
  return out + text.slice(from);
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
