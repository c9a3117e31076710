/** name-addr and addr-spec with header parameters: From, To, Contact, Route, Refer-To … (RFC 3261 §20.10). */
import { COMMA, DQUOTE, GT, LT, SEMI, skipQuoted, skipSpace, trimEnd } from './chars.js';
import { nextSeparator, paramValue } from './params.js';
import { parseUri, type Uri } from './uri.js';

/** One address with its header parameters. Positions are into the text it was parsed from. */
export class NameAddr {
  private parsedUri: Uri | null | undefined = undefined;
  private tagValue: string | null | undefined = undefined;

  constructor(
    /** Display name as written, with its quotes, without surrounding blanks; empty when absent. */
    readonly display: string,
    /** Text of the URI, without angle brackets. */
    readonly uri: string,
    /** Header parameters without the leading `;`. */
    readonly params: string,
    readonly start: number,
    readonly end: number,
    readonly uriStart: number,
    readonly uriEnd: number,
    /** True when the URI stood in angle brackets. */
    readonly bracketed: boolean,
  ) {}

  /** Value of a header parameter given in lower case; null when absent, empty when it has no value. */
  param(lowerName: string): string | null {
    return this.params === '' ? null : paramValue(this.params, lowerName);
  }

  /** The `tag` parameter; empty when absent. */
  get tag(): string {
    if (this.tagValue === undefined) this.tagValue = this.param('tag');
    return this.tagValue ?? '';
  }

  /** The URI split into parts; null when it is malformed. */
  get parsed(): Uri | null {
    if (this.parsedUri === undefined) this.parsedUri = parseUri(this.uri);
    return this.parsedUri;
  }
}

/**
 * Parses one address in `s[from, end)`. Without angle brackets everything from the first `;` on is header
 * parameters (RFC 3261 §20.10). Null when there is no URI, or a quote or bracket does not close.
 */
export function parseNameAddr(s: string, from = 0, end = s.length): NameAddr | null {
  const start = skipSpace(s, from, end);
  let i = start;
  if (i < end && s.charCodeAt(i) === DQUOTE) {
    i = skipQuoted(s, i, end);
    if (i < 0) return null;
    i = skipSpace(s, i, end);
    if (i >= end || s.charCodeAt(i) !== LT) return null;
  }
  let lt = i;
  while (lt < end) {
    const c = s.charCodeAt(lt);
    if (c === LT || c === SEMI || c === GT || c === DQUOTE || c === COMMA) break;
    lt++;
  }
  if (lt < end && s.charCodeAt(lt) === LT) return bracketed(s, start, lt, end);
  if (i !== start || (lt < end && s.charCodeAt(lt) !== SEMI)) return null;
  const uriEnd = trimEnd(s, start, lt);
  if (uriEnd === start) return null;
  const stop = trimEnd(s, lt, end);
  const params = lt < stop ? s.slice(lt + 1, stop) : '';
  return new NameAddr('', s.slice(start, uriEnd), params, start, Math.max(stop, uriEnd), start, uriEnd, false);
}

function bracketed(s: string, start: number, lt: number, end: number): NameAddr | null {
  const gt = s.indexOf('>', lt);
  if (gt < 0 || gt >= end) return null;
  const uriStart = skipSpace(s, lt + 1, gt);
  const uriEnd = trimEnd(s, uriStart, gt);
  if (uriEnd === uriStart) return null;
  const stop = trimEnd(s, gt + 1, end);
  const semi = skipSpace(s, gt + 1, stop);
  if (semi < stop && s.charCodeAt(semi) !== SEMI) return null;
  const display = s.slice(start, trimEnd(s, start, lt));
  const params = semi < stop ? s.slice(semi + 1, stop) : '';
  return new NameAddr(display, s.slice(uriStart, uriEnd), params, start, stop, uriStart, uriEnd, true);
}

/** Appends the comma-separated addresses of `s[from, end)` to `into`; false when one of them is malformed. */
export function parseNameAddrList(s: string, from: number, end: number, into: NameAddr[]): boolean {
  let i = from;
  while (i < end) {
    const stop = nextSeparator(s, i, end, COMMA);
    if (skipSpace(s, i, stop) < stop) {
      const one = parseNameAddr(s, i, stop);
      if (one === null) return false;
      into.push(one);
    }
    i = stop + 1;
  }
  return true;
}
