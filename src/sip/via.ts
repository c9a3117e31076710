/** Via (RFC 3261 §20.42, rport of RFC 3581, alias of RFC 5923). */
import { bytesOf } from './bytes.js';
import {
  BACKSLASH,
  COLON,
  COMMA,
  DQUOTE,
  EQ,
  isDigit,
  isSpace,
  LBRACKET,
  LPAREN,
  RPAREN,
  SEMI,
  SLASH,
  SP,
} from './chars.js';
import { hashBytes } from './hash.js';
import { paramValue } from './params.js';
import { wordAt } from './words.js';

/** One Via value. Positions are into the message text. */
export class Via {
  private branchText: string | null = null;

  /** Position of the `rport` parameter's `;`, or -1. */
  rportStart = -1;
  /** Position after the `rport` parameter, blanks included. */
  rportEnd = -1;
  /** Position of the `received` parameter's `;`, or -1. */
  receivedStart = -1;
  /** Position after the `received` parameter, blanks included. */
  receivedEnd = -1;
  private branchStart = -1;
  private branchEnd = -1;
  private maddrStart = -1;
  /** Position after the value, in front of a comma or the line's end. */
  end = 0;
  /** Position of the first parameter's `;`, or `end` when there is none. */
  paramsStart = 0;

  constructor(
    /** The message text that the positions point into. */
    private readonly source: string,
    /** Header this value stands in. */
    readonly headerIndex: number,
    /** First character of the value (`SIP/2.0/…`). */
    readonly start: number,
    /** Transport name as written: `UDP`, `TCP`, `TLS`, `WS`, … */
    readonly transport: string,
    /** sent-by host as written, IPv6 with brackets. */
    readonly host: string,
    /** sent-by port; 0 when absent. */
    readonly port: number,
  ) {}

  /** The value as written. */
  get text(): string {
    return this.source.slice(this.start, this.end);
  }

  /** Parameters without the leading `;`. */
  get params(): string {
    return this.paramsStart < this.end ? this.source.slice(this.paramsStart + 1, this.end) : '';
  }

  /** Value of a parameter given in lower case; null when absent, empty when it has no value. */
  param(lowerName: string): string | null {
    return this.paramsStart < this.end ? paramValue(this.source, lowerName, this.paramsStart + 1, this.end) : null;
  }

  /** The branch parameter; empty when absent. */
  get branch(): string {
    if (this.branchText === null) {
      this.branchText = this.branchStart < 0 ? '' : this.source.slice(this.branchStart, this.branchEnd);
    }
    return this.branchText;
  }
  /** Characters of {@link branch}. */
  get branchLength(): number {
    return this.branchStart < 0 ? 0 : this.branchEnd - this.branchStart;
  }
  /** A hash of {@link branch} that does not need its text. */
  branchHash(seed?: number): number {
    return hashBytes(bytesOf(this.source), this.branchStart, this.branchEnd, seed);
  }
  /** The `received` parameter; null when absent. */
  get received(): string | null {
    return this.receivedStart < 0 ? null : this.param('received');
  }
  /** The `rport` parameter: null when absent, empty when requested without a value. */
  get rport(): string | null {
    return this.rportStart < 0 ? null : this.param('rport');
  }
  /** The `maddr` parameter; null when absent. */
  get maddr(): string | null {
    return this.maddrStart < 0 ? null : this.param('maddr');
  }
  /** True when the peer allows reuse of its connection (RFC 5923). */
  get alias(): boolean {
    return this.param('alias') !== null;
  }
  /** sent-by port, or the transport's default (RFC 3261 §18.2.2). */
  get portOrDefault(): number {
    if (this.port !== 0) return this.port;
    return this.transport.length === 3 && this.transport.toUpperCase() === 'TLS' ? 5061 : 5060;
  }

  /** Reads the parameters from the `;` at `from` on, and where the value ends. False when a quote does not close. */
  readParams(b: Uint8Array, from: number, limit: number): boolean {
    this.paramsStart = from;
    let i = from;
    for (;;) {
      const semi = i;
      let c = 0;
      let eq = -1;
      for (i++; i < limit; i++) {
        c = b[i]!;
        if (c === SEMI || c === COMMA) break;
        if (c === EQ && eq < 0) eq = i;
        else if (c === DQUOTE) {
          i = quotedEnd(b, i, limit) - 1;
          if (i < 0) return false;
        } else if (c === LPAREN) {
          while (i < limit && b[i]! !== RPAREN) i++;
          if (i >= limit) return false;
        }
      }
      const more = i < limit && c === SEMI;
      const stop = more ? i : endOfText(b, semi, i);
      this.noteParam(b, semi, eq, stop);
      if (more) continue;
      this.end = stop;
      return true;
    }
  }

  /** Remembers the parameters that every message needs. */
  private noteParam(b: Uint8Array, semi: number, eq: number, stop: number): void {
    const name = blanksEnd(b, semi + 1, stop);
    const nameEnd = endOfText(b, name, eq < 0 ? stop : eq);
    switch (nameEnd - name) {
      case 6:
        if (this.branchStart < 0 && eq > 0 && isName(b, name, nameEnd, 'branch')) {
          this.branchStart = blanksEnd(b, eq + 1, stop);
          this.branchEnd = endOfText(b, this.branchStart, stop);
        }
        break;
      case 5:
        if (this.rportStart < 0 && isName(b, name, nameEnd, 'rport')) {
          this.rportStart = semi;
          this.rportEnd = stop;
        } else if (this.maddrStart < 0 && isName(b, name, nameEnd, 'maddr')) this.maddrStart = semi;
        break;
      case 8:
        if (this.receivedStart < 0 && isName(b, name, nameEnd, 'received')) {
          this.receivedStart = semi;
          this.receivedEnd = stop;
        }
        break;
    }
  }
}

/** Parses the Via value that starts in `s[from, end)` and ends at a comma or `end`; null when malformed. */
export function parseVia(s: string, from: number, end: number, headerIndex: number): Via | null {
  const b = bytesOf(s);
  // sent-protocol: three tokens with optional blanks around the slashes.
  const start = blanksEnd(b, from, end);
  let i = tokenEnd(b, start, end);
  if (i - start !== 3) return null;
  i = blanksEnd(b, i, end);
  if (b[i]! !== SLASH) return null;
  i = blanksEnd(b, i + 1, end);
  i = blanksEnd(b, tokenEnd(b, i, end), end);
  if (b[i]! !== SLASH) return null;
  const transportStart = blanksEnd(b, i + 1, end);
  i = tokenEnd(b, transportStart, end);
  if (i === transportStart || i >= end || !isSpace(b[i]!)) return null;
  const transport = wordAt(s, b, transportStart, i);

  // sent-by
  const hostStart = blanksEnd(b, i, end);
  i = hostStart;
  if (b[i]! === LBRACKET) {
    i = s.indexOf(']', i) + 1;
    if (i <= 0 || i > end) return null;
  } else i = tokenEnd(b, i, end);
  if (i === hostStart) return null;
  const host = wordAt(s, b, hostStart, i);
  let port = 0;
  let valueEnd = i;
  i = blanksEnd(b, i, end);
  if (i < end && b[i]! === COLON) {
    const portStart = blanksEnd(b, i + 1, end);
    for (i = portStart; i < end && isDigit(b[i]!); i++) port = port * 10 + b[i]! - 48;
    if (i === portStart || i > portStart + 5 || port > 65535) return null;
    valueEnd = i;
    i = blanksEnd(b, i, end);
  }
  const via = new Via(s, headerIndex, start, transport, host, port);
  if (i < end && b[i]! === LPAREN) {
    i = s.indexOf(')', i) + 1;
    if (i <= 0 || i > end) return null;
    valueEnd = i;
    i = blanksEnd(b, i, end);
  }
  if (i < end && b[i]! === SEMI) return via.readParams(b, i, end) ? via : null;
  if (i < end && b[i]! !== COMMA) return null;
  via.end = via.paramsStart = valueEnd;
  return via;
}

/** End of a run of characters that are not a blank or one of `: ; , / (`. */
function tokenEnd(b: Uint8Array, from: number, end: number): number {
  let i = from;
  for (; i < end; i++) {
    const c = b[i]!;
    if (c <= SP || c === SLASH || c === COLON || c === SEMI || c === COMMA || c === LPAREN) break;
  }
  return i;
}

function blanksEnd(b: Uint8Array, from: number, end: number): number {
  while (from < end && isSpace(b[from]!)) from++;
  return from;
}

function endOfText(b: Uint8Array, from: number, end: number): number {
  while (end > from && isSpace(b[end - 1]!)) end--;
  return end;
}

/** Position after the closing quote, or 0 when it never closes. */
function quotedEnd(b: Uint8Array, from: number, end: number): number {
  for (let i = from + 1; i < end; i++) {
    if (b[i] === BACKSLASH) i++;
    else if (b[i] === DQUOTE) return i + 1;
  }
  return 0;
}

/** True when the bytes spell `lowerName`, whose length they have, in any case. */
function isName(b: Uint8Array, from: number, end: number, lowerName: string): boolean {
  for (let i = from; i < end; i++) if ((b[i]! | 32) !== lowerName.charCodeAt(i - from)) return false;
  return true;
}
