import { networkInterfaces } from 'node:os';
import type { Family } from './listen-socket.js';

/**
 * Parses an IP literal, IPv6 with or without brackets.
 * @returns 4 or 16 bytes in network order; null when it is not one (no zone ids, no shortened IPv4).
 */
export function parseIp(text: string): Uint8Array | null {
  if (text.charCodeAt(0) === BRACKET_OPEN) {
    if (text.charCodeAt(text.length - 1) !== BRACKET_CLOSE) return null;
    return parseIPv6(text, 1, text.length - 1);
  }
  return text.includes(':') ? parseIPv6(text, 0, text.length) : parseIPv4(text, 0, text.length);
}

/** 4, 6, or 0 for what is not an IP literal. */
export function ipFamily(text: string): Family | 0 {
  const bytes = parseIp(text);
  return bytes === null ? 0 : bytes.length === 4 ? 4 : 6;
}

const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const DOT = 0x2e;
const COLON = 0x3a;

function parseIPv4(text: string, from: number, to: number): Uint8Array | null {
  const bytes = new Uint8Array(4);
  return parseIPv4Into(text, from, to, bytes, 0) ? bytes : null;
}

function parseIPv4Into(text: string, from: number, to: number, bytes: Uint8Array, at: number): boolean {
  let octet = -1;
  let count = 0;
  let digits = 0;
  for (let i = from; i <= to; i++) {
    const c = i === to ? DOT : text.charCodeAt(i);
    if (c === DOT) {
      if (octet < 0 || count === 4) return false;
      bytes[at + count++] = octet;
      octet = -1;
      digits = 0;
    } else {
      const digit = c - 0x30;
      if (digit < 0 || digit > 9 || ++digits > 3) return false;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return false;
    }
  }
  return count === 4;
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function parseIPv6(text: string, from: number, to: number): Uint8Array | null {
  const bytes = new Uint8Array(16);
  let at = 0;
  let gap = -1;
  let i = from;
  if (text.charCodeAt(i) === COLON) {
    if (text.charCodeAt(i + 1) !== COLON) return null;
    gap = 0;
    i += 2;
  }
  while (i < to) {
    const start = i;
    let value = 0;
    while (i < to) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      if (i - start === 4) return null;
      value = value * 16 + digit;
      i++;
    }
    if (i < to && text.charCodeAt(i) === DOT) {
      if (at > 12 || !parseIPv4Into(text, start, to, bytes, at)) return null;
      at += 4;
      i = to;
      break;
    }
    if (i === start || at > 14) return null;
    bytes[at++] = value >> 8;
    bytes[at++] = value & 255;
    if (i === to) break;
    if (text.charCodeAt(i) !== COLON) return null;
    i++;
    if (i === to) return null;
    if (text.charCodeAt(i) === COLON) {
      if (gap >= 0) return null;
      gap = at;
      i++;
    }
  }
  if (gap < 0) return at === 16 ? bytes : null;
  if (at === 16) return null;
  bytes.copyWithin(16 - (at - gap), gap, at);
  bytes.fill(0, gap, 16 - (at - gap));
  return bytes;
}

/** Writes an address as upstream prints it: IPv6 in lower case with its longest run of zeros shortened (RFC 5952). */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  let runStart = -1;
  let runLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > runLength) {
      runStart = i;
      runLength = end - i;
    }
    if (end > i) i = end;
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return runStart < 0 ? hex(0, 8) : `${hex(0, runStart)}::${hex(runStart + runLength, 8)}`;
}

/** True for four numbers 0 … 255 without leading zeros: the spelling that is normal already, and by far the most common. */
function isPlainIPv4(text: string): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let parts = 1;
  let value = -1;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2e) {
      if (value < 0 || ++parts > 4) return false;
      value = -1;
    } else {
      const digit = c - 0x30;
      if (digit < 0 || digit > 9 || value === 0) return false;
      value = value < 0 ? digit : value * 10 + digit;
      if (value > 255) return false;
    }
  }
  return parts === 4 && value >= 0;
}

/** The one spelling of an IP literal (no brackets, lower case, shortened); null when it is not one. */
export function normaliseIp(text: string): string | null {
  if (isPlainIPv4(text)) return text;
  const bytes = parseIp(text);
  return bytes && formatIp(bytes);
}

/** Whether two texts are the same IP address, whatever their spelling. Texts that are not addresses never match. */
export function sameIp(a: string, b: string): boolean {
  const left = parseIp(a);
  const right = left && parseIp(b);
  if (!left || !right || left.length !== right.length) return false;
  return left.every((byte, i) => byte === right[i]);
}

/** `1.2.3.4:5060`, `[::1]:5060`. */
export function formatHostPort(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}

/** An IPv6 literal gets the brackets it needs in a URI; everything else is returned as it is. */
export function bracketed(host: string): string {
  return host.includes(':') && host.charCodeAt(0) !== BRACKET_OPEN ? `[${host}]` : host;
}

/** An address range, ready to be compared with many addresses. */
export interface AddressRange {
  readonly base: Uint8Array;
  readonly mask: Uint8Array;
}

/** Parses `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32`, or a single address. */
export function parseRange(text: string): AddressRange | null {
  const slash = text.indexOf('/');
  const base = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!base) return null;
  const suffix = slash < 0 ? String(base.length * 8) : text.slice(slash + 1);
  const mask = suffix.includes('.') || suffix.includes(':') ? parseIp(suffix) : prefixMask(suffix, base.length);
  return mask && mask.length === base.length ? { base, mask } : null;
}

function prefixMask(digits: string, length: number): Uint8Array | null {
  if (!/^\d{1,3}$/.test(digits)) return null;
  const bits = Number(digits);
  if (bits > length * 8) return null;
  return Uint8Array.from({ length }, (_, i) => 256 - (256 >> Math.min(8, Math.max(0, bits - i * 8))));
}

export function inRange(address: Uint8Array, range: AddressRange): boolean {
  if (address.length !== range.base.length) return false;
  for (let i = 0; i < address.length; i++) {
    const mask = range.mask[i]!;
    if ((address[i]! & mask) !== (range.base[i]! & mask)) return false;
  }
  return true;
}

/** Addresses that NAT tests take for private: RFC 1918, RFC 6598 (carrier NAT); for IPv6 RFC 4193 (unique local). */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
  (text) => parseRange(text)!,
);

/** Whether the text is an IP literal out of a private range (RFC 1918, RFC 6598, RFC 4193). */
export function isPrivateIp(text: string): boolean {
  const bytes = parseIp(text);
  return bytes !== null && PRIVATE_RANGES.some((range) => inRange(bytes, range));
}

/** What {@link networkInterfaces} returns; tests pass their own. */
export type Interfaces = ReturnType<typeof networkInterfaces>;

/** Addresses of one interface by its name, IPv4 first; empty when there is no such interface. */
export function interfaceAddresses(name: string, interfaces: Interfaces = networkInterfaces()): string[] {
  return pick(interfaces[name] ?? []);
}

/**
 * Addresses that upstream binds when the config names none: every interface that is up, loopback included.
 * IPv6 only on request (`auto_bind_ipv6`), link-local never (it would need a zone).
 */
export function localAddresses(ipv6 = false, interfaces: Interfaces = networkInterfaces()): string[] {
  const found = Object.values(interfaces).flatMap((entries) => pick(entries ?? []));
  return [...new Set(found)].filter((address) => ipv6 || !address.includes(':'));
}

function pick(entries: NonNullable<Interfaces[string]>): string[] {
  const usable = entries.filter((entry) => !(entry.family === 'IPv6' && entry.scopeid !== 0));
  return [...usable.filter((e) => e.family === 'IPv4'), ...usable.filter((e) => e.family === 'IPv6')].map(
    (entry) => normaliseIp(entry.address) ?? entry.address,
  );
}
