/**
 * Short texts that message after message repeats: methods, hosts, users, transports. Cutting one out of a message makes a
 * new string each time; one that came before is given again instead, with the hash that it got as a key, and equal to
 * itself at a glance. A word has one place by its hash, where newcomers replace it: memory is bounded.
 */

const PLACES = 8192;
/** Longer texts are cut as ever: a slice of more than twelve characters is no copy, but keeps its message alive. */
const LONGEST = 48;
/** Up to here a slice is a copy of its own. */
const COPIED = 12;

const known = new Uint8Array(PLACES * LONGEST);
const words: string[] = new Array(PLACES).fill('');

/** `text[from, end)`, whose bytes are `bytes[from, end)`. */
export function wordAt(text: string, bytes: Uint8Array, from: number, end: number): string {
  const length = end - from;
  if (length > LONGEST || length <= 0) return text.slice(from, end);
  let hash = length;
  for (let i = from; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  const place = (hash ^ (hash >>> 16)) & (PLACES - 1);
  const base = place * LONGEST;
  const word = words[place]!;
  if (word.length === length) {
    let i = 0;
    while (i < length && known[base + i]! === bytes[from + i]!) i++;
    if (i === length) return word;
  }
  for (let i = 0; i < length; i++) known[base + i] = bytes[from + i]!;
  const fresh = length <= COPIED ? text.slice(from, end) : copyOf(bytes, from, end);
  words[place] = fresh;
  return fresh;
}

/** `text[from, end)` in characters of its own: for what outlives the message, which a slice would keep alive. */
export function copyAt(text: string, bytes: Uint8Array, from: number, end: number): string {
  return end - from <= COPIED ? text.slice(from, end) : copyOf(bytes, from, end);
}

/** `text` in characters of its own. */
export function ownText(text: string): string {
  return text.length <= COPIED ? text : Buffer.from(text, 'latin1').latin1Slice();
}

function copyOf(bytes: Uint8Array, from: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, from, end);
}
