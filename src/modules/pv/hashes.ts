/** Upstream's hash of names: of a text, four bytes at a time. `size` is a power of two, or 0 for the whole hash. */
export function coreHash(text: string, size: number): number {
  let h = 0;
  let i = 0;
  for (; i + 4 <= text.length; i += 4) {
    h = mix(
      h,
      (signed(text, i) << 24) + (signed(text, i + 1) << 16) + (signed(text, i + 2) << 8) + signed(text, i + 3),
    );
  }
  let rest = 0;
  for (; i < text.length; i++) rest = (rest << 8) + signed(text, i);
  h = mix(h, rest);
  h = (h + (h >>> 11) + (h >>> 13) + (h >>> 23)) >>> 0;
  return size === 0 ? h : (h & (size - 1)) >>> 0;
}

/** Upstream's characters are signed. */
const signed = (text: string, i: number): number => (text.charCodeAt(i) << 24) >> 24;

function mix(h: number, v: number): number {
  return (h + ((v ^ (v >>> 3)) >>> 0)) >>> 0;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

/** CRC-32 (IEEE 802.3), as an unsigned integer. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) crc = CRC[(crc ^ text.charCodeAt(i)) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
