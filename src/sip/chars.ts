/**
 * Character codes and the few scanning primitives the SIP parsers share.
 * All of them work on positions in a latin1 string, so nothing is copied until a value is asked for.
 */

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
export const DQUOTE = 34;
export const LPAREN = 40;
export const RPAREN = 41;
export const STAR = 42;
export const COMMA = 44;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const SEMI = 59;
export const LT = 60;
export const EQ = 61;
export const GT = 62;
export const QMARK = 63;
export const AT = 64;
export const LBRACKET = 91;
export const BACKSLASH = 92;
export const RBRACKET = 93;

/** Linear white space, including the line breaks of folded headers. */
export function isSpace(c: number): boolean {
  return c === SP || c === TAB || c === CR || c === LF;
}

/** True for `0`–`9`. */
export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** First position in `[from, end)` that is not white space, or `end`. */
export function skipSpace(s: string, from: number, end: number): number {
  while (from < end && isSpace(s.charCodeAt(from))) from++;
  return from;
}

/** Position after the last character of `[from, end)` that is not white space. */
export function trimEnd(s: string, from: number, end: number): number {
  while (end > from && isSpace(s.charCodeAt(end - 1))) end--;
  return end;
}

/** Position after the closing quote of the quoted string that opens at `from`, or -1 when it never closes. */
export function skipQuoted(s: string, from: number, end: number): number {
  for (let i = from + 1; i < end; i++) {
    const c = s.charCodeAt(i);
    if (c === BACKSLASH) i++;
    else if (c === DQUOTE) return i + 1;
  }
  return -1;
}

/** Decimal number in exactly `[from, end)`, or -1 when empty, not all digits, or above 2^32 - 1. */
export function parseUint(s: string, from: number, end: number): number {
  if (from >= end || end - from > 10) return -1;
  let n = 0;
  for (let i = from; i < end; i++) {
    const d = s.charCodeAt(i) - 48;
    if (d < 0 || d > 9) return -1;
    n = n * 10 + d;
  }
  return n > 0xffffffff ? -1 : n;
}

function lower(c: number): number {
  return c >= 65 && c <= 90 ? c | 32 : c;
}

/** ASCII case-insensitive comparison of `s[from, end)` with `lowerName`, which must be in lower case. */
export function rangeEquals(s: string, from: number, end: number, lowerName: string): boolean {
  const n = end - from;
  if (n !== lowerName.length) return false;
  for (let i = 0; i < n; i++) if (lower(s.charCodeAt(from + i)) !== lowerName.charCodeAt(i)) return false;
  return true;
}

/** ASCII case-insensitive equality. */
export function equalsIgnoreCase(a: string, b: string): boolean {
  if (a === b) return true;
  const n = a.length;
  if (n !== b.length) return false;
  for (let i = 0; i < n; i++) if (lower(a.charCodeAt(i)) !== lower(b.charCodeAt(i))) return false;
  return true;
}

/** True for the characters of RFC 3261 §25.1 `token`. */
export function isTokenChar(c: number): boolean {
  return c < 128 && TOKEN[c] === 1;
}

const TOKEN = new Uint8Array(128);
for (const c of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~") TOKEN[c.charCodeAt(0)] = 1;
