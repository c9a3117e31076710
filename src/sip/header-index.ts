/**
 * First line and header positions of a message, found in one pass over its text.
 * A header is {@link STRIDE} numbers in one flat array: no object is made per header.
 */
import { bytesOf } from './bytes.js';
import { COLON, CR, isDigit, isTokenChar, LF, SP, TAB } from './chars.js';
import { Hdr, type HeaderId, headerIdAt } from './header-names.js';
import { wordAt } from './words.js';

/** Numbers per header: id, start of the line, end of the name, start and end of the trimmed body. */
export const STRIDE = 5;
export const AT_ID = 0;
export const AT_START = 1;
export const AT_NAME_END = 2;
export const AT_BODY = 3;
export const AT_BODY_END = 4;

/** Id of a line that is not `name: body`. */
export const MALFORMED: HeaderId = -1;

/** Result of the pass. One instance is reused; copy what must last. */
export interface HeaderScan {
  /** Records of {@link STRIDE} numbers; only the first `count * STRIDE` are valid. */
  readonly records: number[];
  count: number;
  /** First header whose line is malformed, or -1. */
  malformed: number;
  /** Position of the empty line, or the text's end without one. */
  headersEnd: number;
  /** First position of the body. */
  bodyStart: number;
  /** Bit `id & 31` of every header that is there. */
  present: number;
}

const scan: HeaderScan = { records: [], count: 0, malformed: -1, headersEnd: 0, bodyStart: 0, present: 0 };

/**
 * Indexes the headers from `from`, the position after the first line. Lines may end in LF alone; a line that starts
 * with a blank continues the header before it (RFC 3261 §7.3.1).
 */
export function scanHeaders(raw: string, from: number): HeaderScan {
  const length = raw.length;
  const text = bytesOf(raw);
  const records = scan.records;
  let at = from;
  let n = 0;
  let present = 0;
  scan.malformed = -1;
  for (;;) {
    if (at >= length) {
      scan.headersEnd = scan.bodyStart = length;
      break;
    }
    const first = text[at]!;
    if (first === CR && text[at + 1]! === LF) {
      scan.headersEnd = at;
      scan.bodyStart = at + 2;
      break;
    }
    if (first === LF) {
      scan.headersEnd = at;
      scan.bodyStart = at + 1;
      break;
    }
    let nameEnd = at;
    let c = first;
    while (c !== COLON && c > SP) c = text[++nameEnd]!;
    let colon = nameEnd;
    while (c === SP || c === TAB) c = text[++colon]!;

    let end = raw.indexOf('\n', colon);
    for (;;) {
      if (end < 0) {
        end = length;
        break;
      }
      const next = text[++end]!;
      if (next !== SP && next !== TAB) break;
      end = raw.indexOf('\n', end);
    }
    let bodyEnd = end;
    let body = colon + 1;
    let id: HeaderId;
    if (c === COLON && nameEnd > at) {
      id = headerIdAt(text, at, nameEnd);
      if (id === Hdr.OTHER && !isToken(text, at, nameEnd)) id = MALFORMED;
    } else id = MALFORMED;
    if (id === MALFORMED) {
      body = nameEnd = at;
      if (scan.malformed < 0) scan.malformed = n / STRIDE;
    }
    // Space, tab, CR and LF are the only codes up to 32 that SIP text holds here.
    while (bodyEnd > body && text[bodyEnd - 1]! <= SP) bodyEnd--;
    while (body < bodyEnd && text[body]! <= SP) body++;
    present |= 1 << (id & 31);
    records[n] = id;
    records[n + 1] = at;
    records[n + 2] = nameEnd;
    records[n + 3] = body;
    records[n + 4] = bodyEnd;
    n += STRIDE;
    at = end;
  }
  scan.count = n / STRIDE;
  scan.present = present;
  return scan;
}

function isToken(text: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (!isTokenChar(text[i]!)) return false;
  return true;
}

/** The parts of a first line. */
export interface FirstLine {
  isRequest: boolean;
  /** Method, or empty for a reply. */
  method: string;
  /** Request-URI as written, or empty for a reply. */
  uri: string;
  /** 0 for a request. */
  status: number;
  reason: string;
  version: string;
  /** Position after the line. */
  next: number;
}

const VERSION = 'SIP/2.0';

/**
 * Parses the first line; a string names what is wrong with it.
 * HTTP lines are accepted as well: upstream serves HTTP on its SIP sockets.
 */
export function parseFirstLine(raw: string): FirstLine | string {
  const text = bytesOf(raw);
  const { length } = raw;
  let lf = 0;
  let a = -1;
  let b = -1;
  for (; lf < length; lf++) {
    const c = text[lf]!;
    if (c === LF) break;
    if (c !== SP || b >= 0) continue;
    if (a < 0) a = lf;
    else b = lf;
  }
  if (lf >= length) return 'no line end';
  let end = lf > 0 && text[lf - 1] === CR ? lf - 1 : lf;
  if (a <= 0 || a >= end) return 'first line has no blank';
  if (isVersion(text, 0, a)) {
    const stop = b < 0 || b > end ? end : b;
    if (stop - a !== 4) return 'status is not three digits';
    for (let i = a + 1; i < stop; i++) if (!isDigit(text[i]!)) return 'status is not three digits';
    const status = text[a + 1]! * 100 + text[a + 2]! * 10 + text[a + 3]! - 48 * 111;
    if (status < 100) return 'status below 100';
    const reason = stop < end ? wordAt(raw, text, stop + 1, end) : '';
    const version = versionAt(raw, text, 0, a);
    return { isRequest: false, method: '', uri: '', status, reason, version, next: lf + 1 };
  }
  if (b < 0 || b >= end) return 'request line has two parts';
  if (b === a + 1) return 'empty Request-URI';
  if (!isToken(text, 0, a)) return 'method is not a token';
  while (end > b + 1 && text[end - 1] === SP) end--;
  if (!isVersion(text, b + 1, end)) return 'bad protocol version';
  const method = wordAt(raw, text, 0, a);
  const uri = raw.slice(a + 1, b);
  const version = versionAt(raw, text, b + 1, end);
  return { isRequest: true, method, uri, status: 0, reason: '', version, next: lf + 1 };
}

/** `SIP/d.d` or `HTTP/d.d`, in any case. */
function isVersion(s: Uint8Array, from: number, end: number): boolean {
  const n = end - from;
  if (n === 7) {
    if ((s[from]! | 32) !== 115 || (s[from + 1]! | 32) !== 105) return false;
    if ((s[from + 2]! | 32) !== 112) return false;
  } else if (n === 8) {
    if ((s[from]! | 32) !== 104 || (s[from + 1]! | 32) !== 116) return false;
    if ((s[from + 2]! | 32) !== 116 || (s[from + 3]! | 32) !== 112) return false;
  } else return false;
  return s[end - 4] === 47 && isDigit(s[end - 3]!) && s[end - 2] === 46 && isDigit(s[end - 1]!);
}

/** The text of a version, nearly always the one. */
function versionAt(raw: string, s: Uint8Array, from: number, end: number): string {
  let i = 0;
  while (i < 7 && s[from + i]! === VERSION.charCodeAt(i)) i++;
  return i === 7 && end - from === 7 ? VERSION : raw.slice(from, end);
}
