/** Contact lists (RFC 3261 §20.10, outbound parameters of RFC 5626). */
import { COMMA, DOT, isDigit, parseUint, STAR, skipSpace, trimEnd } from './chars.js';
import { methodSet } from './methods.js';
import { type NameAddr, parseNameAddr } from './nameaddr.js';
import { nextSeparator } from './params.js';

/** One contact: its address and the parameters registrars read. */
export class Contact {
  constructor(readonly addr: NameAddr) {}

  get uri(): string {
    return this.addr.uri;
  }
  /** Quality as 0 … 1000; -1 when absent or malformed. */
  get q(): number {
    const text = this.addr.param('q');
    return text === null ? -1 : parseQ(text);
  }
  /** Seconds; -1 when absent or malformed. */
  get expires(): number {
    const text = this.addr.param('expires');
    return text === null ? -1 : parseUint(text, 0, text.length);
  }
  /** `+sip.instance` as written, without quotes; empty when absent. */
  get instance(): string {
    return this.addr.param('+sip.instance') ?? '';
  }
  /** `reg-id`; 0 when absent or malformed. */
  get regId(): number {
    const text = this.addr.param('reg-id');
    return text === null ? 0 : Math.max(0, parseUint(text, 0, text.length));
  }
  /** Bits of the `methods` parameter; -1 (every method) when absent. */
  get methods(): number {
    const text = this.addr.param('methods');
    return text === null ? -1 : methodSet(text);
  }
  /** The `received` parameter that a NAT helper added; null when absent. */
  get received(): string | null {
    return this.addr.param('received');
  }
}

/** All contacts of a message, over all its Contact headers. */
export interface ContactList {
  /** True for `Contact: *` (RFC 3261 §10.2.2). */
  readonly star: boolean;
  readonly list: readonly Contact[];
}

/** Appends the contacts of one header body; returns false when malformed, 'star' for `*`. */
export function parseContacts(s: string, from: number, end: number, into: Contact[]): boolean | 'star' {
  const first = skipSpace(s, from, end);
  if (first < end && s.charCodeAt(first) === STAR && trimEnd(s, first, end) === first + 1) return 'star';
  let i = from;
  while (i < end) {
    const stop = nextSeparator(s, i, end, COMMA);
    if (skipSpace(s, i, stop) < stop) {
      const addr = parseNameAddr(s, i, stop);
      if (addr === null) return false;
      into.push(new Contact(addr));
    }
    i = stop + 1;
  }
  return true;
}

/** A qvalue (`0`, `0.5`, `1.0`, `.5`) in thousandths; -1 when malformed or above 1. Digits past the third are cut. */
export function parseQ(text: string): number {
  let i = 0;
  let whole = 0;
  const n = text.length;
  while (i < n && isDigit(text.charCodeAt(i))) whole = whole * 10 + text.charCodeAt(i++) - 48;
  let value = whole * 1000;
  if (i < n && text.charCodeAt(i) === DOT) {
    i++;
    for (let unit = 100; i < n && isDigit(text.charCodeAt(i)); unit = Math.floor(unit / 10)) {
      value += (text.charCodeAt(i++) - 48) * unit;
    }
  }
  return i < n || n === 0 || text === '.' || value > 1000 ? -1 : value;
}

/** Thousandths as text: `1`, `0.5`, `0.123`. Empty for a value out of range. */
export function formatQ(q: number): string {
  if (q < 0 || q > 1000) return '';
  if (q === 1000) return '1';
  if (q === 0) return '0';
  let digits = String(q).padStart(3, '0');
  while (digits.endsWith('0')) digits = digits.slice(0, -1);
  return `0.${digits}`;
}
