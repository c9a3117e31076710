/**
 * A latin1 text as bytes for the scanners that see every message: reading a byte costs a fraction of reading a character
 * of a string, and copying the text once is cheaper than that difference.
 */
let own = Buffer.alloc(65_536 + 2);
let current: Uint8Array = own;
let loaded = '';

/**
 * The bytes of `text`, ended by two zeros. They are good until the next call with another text; asking again for the
 * same text costs nothing.
 */
export function bytesOf(text: string): Uint8Array {
  if (text === loaded) return current;
  const { length } = text;
  if (length + 2 > own.length) own = Buffer.alloc(length + 2);
  own.latin1Write(text, 0, length);
  own[length] = own[length + 1] = 0;
  loaded = text;
  current = own;
  return own;
}

/**
 * Spares the copy of a text that was just decoded: `bytes` start with it and two zeros. Whoever lends them takes them back
 * before they change.
 */
export function lendBytes(text: string, bytes: Uint8Array): void {
  loaded = text;
  current = bytes;
}

/** Forgets what was lent. */
export function takeBytesBack(): void {
  loaded = '';
  current = own;
}
