/** Patterns of file names (POSIX fnmatch): `*`, `?`, `[a-z]`, `[!a-z]`, `\x`. A `/` is an ordinary character. */

/** Whether a text matches a pattern as a whole. Takes time proportional to the product of their lengths at most. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  // Where to go on when the way taken after the last star turns out wrong: that star's end, and one character more for it.
  let starEnd = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      starEnd = ++p;
      starText = t;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text[t]!) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else if (starEnd >= 0) {
      p = starEnd;
      t = ++starText;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The position behind the element that matches a character, or -1. */
function matchOne(pattern: string, p: number, c: string): number {
  const first = pattern[p];
  if (first === '?') return p + 1;
  if (first === '[') {
    const set = matchSet(pattern, p + 1, c);
    if (set !== null) return set;
  }
  if (first === '\\' && p + 1 < pattern.length) return pattern[p + 1] === c ? p + 2 : -1;
  return first === c ? p + 1 : -1;
}

/** As `matchOne` for what follows `[`; null when the bracket does not close and is an ordinary character. */
function matchSet(pattern: string, from: number, c: string): number | null {
  const negated = pattern[from] === '!' || pattern[from] === '^';
  const start = negated ? from + 1 : from;
  let found = false;
  let i = start;
  while (i < pattern.length && (pattern[i] !== ']' || i === start)) {
    if (pattern[i] === '\\' && i + 1 < pattern.length) i++;
    const low = pattern[i]!;
    let high = low;
    if (pattern[i + 1] === '-' && i + 2 < pattern.length && pattern[i + 2] !== ']') {
      i += 2;
      if (pattern[i] === '\\' && i + 1 < pattern.length) i++;
      high = pattern[i]!;
    }
    if (low <= c && c <= high) found = true;
    i++;
  }
  if (i >= pattern.length) return null;
  return found !== negated ? i + 1 : -1;
}
