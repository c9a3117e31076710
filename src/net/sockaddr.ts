import { formatIp, parseIp } from './addresses.js';
import { AF_INET, AF_INET6 } from './libc.js';

/** Bytes of the longest address handled: struct sockaddr_in6. A struct sockaddr_in takes the first 16 of them. */
export const SOCKADDR_BYTES = 28;
export const SOCKADDR_WORDS = SOCKADDR_BYTES / 4;
export const SOCKADDR_IN_BYTES = 16;

/** First word of a sockaddr on a little-endian machine: family, then the port in network order. */
function familyAndPort(family: number, port: number): number {
  return (family | ((port >> 8) << 16) | ((port & 255) << 24)) >>> 0;
}

export function portOf(firstWord: number): number {
  return (((firstWord >>> 16) & 255) << 8) | (firstWord >>> 24);
}

/** A socket address without its port. */
interface Template {
  readonly family: number;
  readonly length: number;
  readonly words: Uint32Array;
}

function template(address: string): Template | null {
  const ip = parseIp(address);
  if (!ip) return null;
  const bytes = new Uint8Array(SOCKADDR_BYTES);
  const v4 = ip.length === 4;
  bytes.set(ip, v4 ? 4 : 8);
  return {
    family: v4 ? AF_INET : AF_INET6,
    length: v4 ? SOCKADDR_IN_BYTES : SOCKADDR_BYTES,
    words: new Uint32Array(bytes.buffer),
  };
}

/** A sockaddr in memory that the kernel may read; null when the address is not an IP literal. */
export function sockaddr(address: string, port: number): { bytes: Uint8Array; length: number } | null {
  const found = template(address);
  if (!found) return null;
  found.words[0] = familyAndPort(found.family, port);
  return { bytes: Buffer.from(found.words.buffer), length: found.length };
}

/** Writes socket addresses from text; peers that repeat are looked up instead of parsed. */
export class SockaddrWriter {
  readonly #known = new Map<string, Template | null>();
  readonly #limit: number;

  constructor(limit = 65536) {
    this.#limit = limit;
  }

  /**
   * Writes at word `at`.
   * @returns the address's length in bytes; 0 when it is no IP literal of that family
   */
  write(family: number, address: string, port: number, words: Uint32Array, at: number): number {
    let found = this.#known.get(address);
    if (found === undefined) {
      if (this.#known.size >= this.#limit) this.#known.clear();
      found = template(address);
      this.#known.set(address, found);
    }
    if (!found || found.family !== family) return 0;
    const source = found.words;
    words[at] = familyAndPort(family, port);
    words[at + 1] = source[1]!;
    if (family === AF_INET6) for (let i = 2; i < SOCKADDR_WORDS; i++) words[at + i] = source[i]!;
    return found.length;
  }
}

const READER_SLOTS = 4096;

/**
 * Turns received socket addresses into text. A peer that was seen before costs a comparison, no allocation; memory is
 * bounded because a slot holds one address and a newcomer replaces it.
 */
export class SockaddrReader {
  readonly #keys = new Uint32Array(READER_SLOTS * 4);
  readonly #texts: (string | undefined)[] = new Array(READER_SLOTS).fill(undefined);

  /** Address text of the sockaddr at word `at`. */
  address(words: Uint32Array, at: number): string {
    return (words[at]! & 0xffff) === AF_INET
      ? this.#lookup(words[at + 1]!, 0, 0, 0, 4)
      : this.#lookup(words[at + 2]!, words[at + 3]!, words[at + 4]!, words[at + 5]!, 16);
  }

  #lookup(a: number, b: number, c: number, d: number, length: number): string {
    const mixed = Math.imul(
      a ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f),
      0x9e3779b1,
    );
    const slot = (mixed ^ (length << 7)) >>> 20;
    const keys = this.#keys;
    const k = slot * 4;
    const known = this.#texts[slot];
    if (
      known !== undefined &&
      keys[k] === a &&
      keys[k + 1] === b &&
      keys[k + 2] === c &&
      keys[k + 3] === d &&
      known.includes(':') === (length === 16)
    ) {
      return known;
    }
    keys[k] = a;
    keys[k + 1] = b;
    keys[k + 2] = c;
    keys[k + 3] = d;
    const text = formatIp(new Uint8Array(Uint32Array.of(a, b, c, d).buffer, 0, length));
    this.#texts[slot] = text;
    return text;
  }
}
