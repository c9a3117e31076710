/**
 * A latin1 text as bytes for the scanners that see every message: reading a byte costs a fraction of reading a character
 * of a string, and copying the text once is cheaper than that difference.
 */

let buffer = Buffer.alloc(65_536 + 2);
let loaded = '';

/**
 * The bytes of `text`, ended by two zeros. They are good until the next call with another text; asking again for the
 * same text costs nothing.
 */
export function bytesOf(text: string): Uint8Array {
  if (text === loaded) return buffer;
  if (text.length + 2 > buffer.length) buffer = Buffer.alloc(text.length + 2);
  buffer.write(text, 'latin1');
  buffer[text.length] = buffer[text.length + 1] = 0;
  loaded = text;
  return buffer;
}
