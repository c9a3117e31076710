import type { PvState } from '../state.js';
import { FAILED, type TransformationClass, textOp } from './define.js';

const UNRESERVED = "-_.!~*'()";
/** RFC 3261 §25.1 `user` and `param` may hold these unescaped, beside letters and digits; upstream escapes `/` in users. */
const USER = table(`${UNRESERVED}&=+$,;?`);
const PARAM = table(`${UNRESERVED}[]/:&+$`);
const URL_PARAM = table('-_.~');

function table(extra: string): Uint8Array {
  const allowed = new Uint8Array(256);
  for (const c of `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${extra}`)
    allowed[c.charCodeAt(0)] = 1;
  return allowed;
}

const percent = (c: number): string => `%${c.toString(16).padStart(2, '0')}`;

function encode(text: string, allowed: Uint8Array): string {
  let out = '';
  for (let i = 0; i < text.length; i++)
    out += allowed[text.charCodeAt(i)] === 1 ? text[i] : percent(text.charCodeAt(i));
  return out;
}

/** Printable ASCII is all that these escapes are for. */
function escapeBy(allowed: Uint8Array) {
  return (text: string, state: PvState): string | undefined => {
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c < 32 || c > 126) {
        state.error(`invalid escaped character <${((c << 24) >> 24) >>> 0}>`);
        return FAILED;
      }
    }
    return encode(text, allowed);
  };
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const low = c | 32;
  return low >= 97 && low <= 102 ? low - 87 : -1;
}

function unescapePercent(text: string, state: PvState): string | undefined {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '%') {
      out += text[i];
      continue;
    }
    let value = 0;
    for (const c of [text.charCodeAt(i + 1), text.charCodeAt(i + 2)]) {
      const digit = hexDigit(c);
      if (digit < 0) {
        state.error(`invalid hex digit <${Number.isNaN(c) ? 0 : c}>`);
        return FAILED;
      }
      value = value * 16 + digit;
    }
    if (value < 32 || value > 126) {
      state.error(`non-ASCII escaped character <${value}>`);
      return FAILED;
    }
    out += String.fromCharCode(value);
    i += 2;
  }
  return out;
}

/** Form decoding takes any two characters for hex digits, as upstream's does. */
function urlDecode(text: string): string {
  const looseDigit = (c: number): number => (c >= 48 && c <= 57 ? c - 48 : (c | 32) - 87);
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '+') out += ' ';
    else if (text[i] !== '%') out += text[i];
    else if (i + 2 < text.length) {
      out += String.fromCharCode(
        ((looseDigit(text.charCodeAt(i + 1)) << 4) | looseDigit(text.charCodeAt(i + 2))) & 0xff,
      );
      i += 2;
    } else break;
  }
  return out;
}

/** `{s.escape.*}`, `{s.unescape.*}` and URL encoding. */
export const escapeOps: TransformationClass = {
  'escape.common': textOp('Quotes, backslashes and NUL with a backslash before them.', (text) =>
    text.replace(/['"\\\0]/g, (c) => (c === '\0' ? '\\0' : `\\${c}`)),
  ),
  'unescape.common': textOp('Without the backslashes of escape.common.', (text) =>
    text.replace(/\\(['"\\0])/g, (_, c: string) => (c === '0' ? '\0' : c)),
  ),
  'escape.crlf': textOp('Line breaks as \\r and \\n.', (text) =>
    text === '' ? FAILED : text.replaceAll('\n', '\\n').replaceAll('\r', '\\r'),
  ),
  'unescape.crlf': textOp('\\r and \\n as line breaks.', (text) =>
    text === '' ? FAILED : text.replace(/\\([nr])/g, (_, c: string) => (c === 'n' ? '\n' : '\r')),
  ),
  'escape.user': textOp('Escaped for the user part of a URI.', escapeBy(USER)),
  'unescape.user': textOp('Unescaped from the user part of a URI.', unescapePercent),
  'escape.param': textOp('Escaped for a URI parameter.', escapeBy(PARAM)),
  'unescape.param': textOp('Unescaped from a URI parameter.', unescapePercent),
  'escape.csv': textOp('As a CSV field: in quotes, inner ones doubled.', (text) => `"${text.replaceAll('"', '""')}"`),
  'urlencode.param': textOp('Encoded for a URL query.', (text) => encode(text, URL_PARAM)),
  'urldecode.param': textOp('Decoded from a URL query.', urlDecode),
};
