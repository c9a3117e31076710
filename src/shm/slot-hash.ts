/**
 * The string hash behind upstream's hash tables. RPC commands show slot numbers and iterate in slot order, so tables
 * that are to be listed alike must be hashed alike. Four bytes at a time, big-endian; the rest in one last word.
 */

function mix(sum: number, word: number): number {
  return (sum + (word ^ (word >>> 3))) | 0;
}

function finish(sum: number): number {
  const h = sum >>> 0;
  return (h + (h >>> 11) + (h >>> 13) + (h >>> 23)) >>> 0;
}

function update(start: number, text: string): number {
  let sum = start;
  let i = 0;
  for (const last = text.length - 4; i <= last; i += 4) {
    sum = mix(
      sum,
      (text.charCodeAt(i) << 24) |
        (text.charCodeAt(i + 1) << 16) |
        (text.charCodeAt(i + 2) << 8) |
        text.charCodeAt(i + 3),
    );
  }
  let rest = 0;
  for (; i < text.length; i++) rest = (rest << 8) | text.charCodeAt(i);
  return mix(sum, rest);
}

/** The hash of a text, or of two in a row, as an unsigned 32-bit number. */
export function slotHash(text: string, more = ''): number {
  const sum = update(0, text);
  return finish(more === '' ? sum : update(sum, more));
}

/** The hash that takes `A`–`Z` for `a`–`z`. */
export function slotHashIgnoringCase(text: string): number {
  return slotHash(/[A-Z]/.test(text) ? lowerAscii(text) : text);
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}
