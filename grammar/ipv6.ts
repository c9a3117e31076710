const isHex = (c: number): boolean => (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);

/**
 * Length of the IPv6 address at `at`, 0 when there is none: eight groups, or up to seven on each side of one `::`.
 * The longest match counts, as in a lexer rule.
 */
export function matchIpv6(s: string, at: number): number {
  let i = at;
  let groups = 0;
  let doubleAt = -1;
  let longest = 0;
  // Groups of one side of the `::` (or of the whole address while there was none).
  for (let side = 0; ; ) {
    const start = i;
    while (i - start < 4 && isHex(s.charCodeAt(i))) i++;
    if (i > start) {
      groups++;
      side++;
      if ((doubleAt === -1 && groups === 8) || (doubleAt !== -1 && side <= 7)) longest = i - at;
      if (doubleAt === -1 ? groups === 8 : side === 7) break;
    } else if (side > 0 || doubleAt !== -1 || groups > 0) break;
    if (s.charCodeAt(i) !== 0x3a) break;
    if (s.charCodeAt(i + 1) === 0x3a) {
      if (doubleAt !== -1 || groups > 7) break;
      doubleAt = i;
      i += 2;
      side = 0;
      longest = i - at;
    } else {
      if (start === i) break;
      i++;
    }
  }
  return longest;
}
