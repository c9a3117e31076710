/** Via (RFC 3261 §20.42, rport of RFC 3581, alias of RFC 5923). */
import { COLON, COMMA, isSpace, LBRACKET, LPAREN, parseUint, SEMI, SLASH, skipSpace, trimEnd } from './chars.js';
import { nextSeparator, paramValue } from './params.js';

/** One Via value. Positions are into the message text. */
export class Via {
  private branchValue: string | null | undefined = undefined;
  private rportValue: string | null | undefined = undefined;

  constructor(
    /** The message text that the positions point into. */
    private readonly source: string,
    /** Header this value stands in. */
    readonly headerIndex: number,
    /** First character of the value (`SIP/2.0/…`). */
    readonly start: number,
    /** Position after the value, in front of a comma or the line's end. */
    readonly end: number,
    /** Transport name as written: `UDP`, `TCP`, `TLS`, `WS`, … */
    readonly transport: string,
    /** sent-by host as written, IPv6 with brackets. */
    readonly host: string,
    /** sent-by port; 0 when absent. */
    readonly port: number,
    /** Position after sent-by. */
    readonly sentByEnd: number,
    /** Position of the first parameter's `;`, or `end` when there is none. */
    readonly paramsStart: number,
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
    if (this.branchValue === undefined) this.branchValue = this.param('branch');
    return this.branchValue ?? '';
  }
  /** The `received` parameter; null when absent. */
  get received(): string | null {
    return this.param('received');
  }
  /** The `rport` parameter: null when absent, empty when requested without a value. */
  get rport(): string | null {
    if (this.rportValue === undefined) this.rportValue = this.param('rport');
    return this.rportValue;
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
}

/** Parses the Via value that starts in `s[from, end)` and ends at a comma or `end`; null when malformed. */
export function parseVia(s: string, from: number, end: number, headerIndex: number): Via | null {
  const start = skipSpace(s, from, end);
  const stop = nextSeparator(s, start, end, COMMA);
  const valueEnd = trimEnd(s, start, stop);

  // sent-protocol: three tokens with optional blanks around the slashes.
  const slash1 = s.indexOf('/', start);
  if (slash1 < 0 || slash1 >= valueEnd) return null;
  const slash2 = s.indexOf('/', slash1 + 1);
  if (slash2 < 0 || slash2 >= valueEnd) return null;
  const nameEnd = trimEnd(s, start, slash1);
  if (nameEnd - start !== 3) return null;
  const transportStart = skipSpace(s, slash2 + 1, valueEnd);
  let i = transportStart;
  while (i < valueEnd && !isSpace(s.charCodeAt(i))) {
    const c = s.charCodeAt(i);
    if (c === SEMI || c === SLASH) return null;
    i++;
  }
  const transport = s.slice(transportStart, i);

  const hostStart = skipSpace(s, i, valueEnd);
  if (hostStart === i || hostStart >= valueEnd) return null;
  i = hostStart;
  if (s.charCodeAt(i) === LBRACKET) {
    i = s.indexOf(']', i) + 1;
    if (i <= 0 || i > valueEnd) return null;
  } else {
    while (i < valueEnd) {
      const c = s.charCodeAt(i);
      if (c === COLON || c === SEMI || c === LPAREN || isSpace(c)) break;
      i++;
    }
  }
  if (i === hostStart) return null;
  const host = s.slice(hostStart, i);
  let sentByEnd = i;
  let port = 0;
  i = skipSpace(s, i, valueEnd);
  if (i < valueEnd && s.charCodeAt(i) === COLON) {
    const portStart = skipSpace(s, i + 1, valueEnd);
    i = portStart;
    while (i < valueEnd && s.charCodeAt(i) >= 48 && s.charCodeAt(i) <= 57) i++;
    port = parseUint(s, portStart, i);
    if (port < 0 || port > 65535) return null;
    sentByEnd = i;
    i = skipSpace(s, i, valueEnd);
  }
  if (i < valueEnd && s.charCodeAt(i) !== SEMI && s.charCodeAt(i) !== LPAREN) return null;
  const paramsStart = i < valueEnd && s.charCodeAt(i) === SEMI ? i : valueEnd;
  return new Via(s, headerIndex, start, valueEnd, transport, host, port, sentByEnd, paramsStart);
}
