import { ASSERTIONS } from './program.js';
import { isWord } from './syntax.js';

/** What stands on one side of a position. */
export const Side = { EDGE: 0, NEWLINE: 1, WORD: 2, OTHER: 3 } as const;

/** The side that a byte makes. */
export function sideOf(c: number): number {
  return c === 10 ? Side.NEWLINE : isWord(c) ? Side.WORD : Side.OTHER;
}

/**
 * Whether an assertion holds between two sides, as a table: `holds[newline][assertion * 16 + before * 4 + after]`.
 */
const TABLES: readonly Uint8Array[] = [false, true].map((newline) => {
  const table = new Uint8Array(ASSERTIONS.length * 16);
  for (const [a, what] of ASSERTIONS.entries()) {
    for (let before = 0; before < 4; before++) {
      for (let after = 0; after < 4; after++) {
        const wordBefore = before === Side.WORD;
        const wordAfter = after === Side.WORD;
        const result = {
          bol: before === Side.EDGE || (newline && before === Side.NEWLINE),
          eol: after === Side.EDGE || (newline && after === Side.NEWLINE),
          textStart: before === Side.EDGE,
          textEnd: after === Side.EDGE,
          wordBorder: wordBefore !== wordAfter,
          notWordBorder: wordBefore === wordAfter,
          wordStart: !wordBefore && wordAfter,
          wordEnd: wordBefore && !wordAfter,
        }[what];
        if (result) table[a * 16 + before * 4 + after] = 1;
      }
    }
  }
  return table;
});

/** The table for a newline mode. */
export function assertionTable(newline: boolean): Uint8Array {
  return TABLES[newline ? 1 : 0]!;
}
