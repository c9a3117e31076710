/** Hashes that go into tags and branches, and numbers as hex digits. */

/** Where {@link hash32} starts. */
export const HASH_SEED = 0x811c9dc5;

/** 32-bit FNV-1a over latin1 text, continued from `seed`. */
export function hash32(text: string, seed = HASH_SEED): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** {@link hash32} of text whose bytes are `bytes[from, end)`. */
export function hashBytes(bytes: Uint8Array, from: number, end: number, seed = HASH_SEED): number {
  let h = seed;
  for (let i = from; i < end; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return h >>> 0;
}

const hexTable = (digits: number): string[] =>
  Array.from({ length: 16 ** digits }, (_, n) => n.toString(16).padStart(digits, '0'));
const HEX3 = hexTable(3);
const HEX2 = hexTable(2);

/** Eight lower-case hex digits. */
export function hex8(n: number): string {
  // Look-ups in tables that fit a cache instead of padding: tags are made for every generated reply.
  return HEX3[n >>> 20]! + HEX3[(n >>> 8) & 0xfff]! + HEX2[n & 0xff]!;
}
