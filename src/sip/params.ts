/** Semicolon-separated parameters (`;name=value;flag`), read in place. */
import { COMMA, DQUOTE, EQ, GT, LT, rangeEquals, SEMI, skipQuoted, skipSpace, trimEnd } from './chars.js';

/** One parameter. `value` is null for a flag without `=`, and has lost its quotes. */
export interface Param {
  readonly name: string;
  readonly value: string | null;
}

/**
 * Position of the next `separator` outside quoted strings and angle brackets in `[from, end)`, or `end`.
 * An unterminated quote or bracket swallows the rest.
 */
export function nextSeparator(s: string, from: number, end: number, separator: number): number {
  let i = from;
  while (i < end) {
    const c = s.charCodeAt(i);
    if (c === separator) return i;
    if (c === DQUOTE) {
      i = skipQuoted(s, i, end);
      if (i < 0) return end;
    } else if (c === LT) {
      i = s.indexOf('>', i);
      if (i < 0 || i >= end) return end;
      i++;
    } else i++;
  }
  return end;
}

/**
 * Value of parameter `lowerName` in `s[from, end)`; null when absent, empty for a parameter without value.
 * A leading `;` is optional. The name must be given in lower case.
 */
export function paramValue(s: string, lowerName: string, from = 0, end = s.length): string | null {
  let i = from;
  while (i < end) {
    const stop = nextSeparator(s, i, end, SEMI);
    const start = skipSpace(s, i, stop);
    let eq = start;
    while (eq < stop && s.charCodeAt(eq) !== EQ) eq++;
    if (rangeEquals(s, start, trimEnd(s, start, eq), lowerName)) {
      return eq < stop ? unquoted(s, eq + 1, stop) : '';
    }
    i = stop + 1;
  }
  return null;
}

/** All parameters of `s[from, end)` in order; empty ones (`;;`) are skipped. */
export function parseParams(s: string, from = 0, end = s.length): Param[] {
  const list: Param[] = [];
  let i = from;
  while (i < end) {
    const stop = nextSeparator(s, i, end, SEMI);
    const start = skipSpace(s, i, stop);
    let eq = start;
    while (eq < stop && s.charCodeAt(eq) !== EQ) eq++;
    const name = s.slice(start, trimEnd(s, start, eq));
    if (name !== '') list.push({ name, value: eq < stop ? unquoted(s, eq + 1, stop) : null });
    i = stop + 1;
  }
  return list;
}

/** `s[from, end)` trimmed and without surrounding quotes; escapes inside quotes are kept as they are. */
function unquoted(s: string, from: number, end: number): string {
  const a = skipSpace(s, from, end);
  const b = trimEnd(s, a, end);
  if (b - a >= 2 && s.charCodeAt(a) === DQUOTE && s.charCodeAt(b - 1) === DQUOTE) return s.slice(a + 1, b - 1);
  return s.slice(a, b);
}

/** The trimmed values of a comma-separated header body, commas in quotes and angle brackets respected. */
export function splitList(s: string, from = 0, end = s.length): string[] {
  const list: string[] = [];
  let i = from;
  while (i <= end) {
    const stop = nextSeparator(s, i, end, COMMA);
    const a = skipSpace(s, i, stop);
    const b = trimEnd(s, a, stop);
    if (b > a) list.push(s.slice(a, b));
    i = stop + 1;
  }
  return list;
}

/** True when `text` holds `token` (in lower case) as one of its comma-separated values, ignoring case. */
export function listHas(text: string, lowerToken: string): boolean {
  let i = 0;
  while (i < text.length) {
    const stop = nextSeparator(text, i, text.length, COMMA);
    const a = skipSpace(text, i, stop);
    if (rangeEquals(text, a, trimEnd(text, a, stop), lowerToken)) return true;
    i = stop + 1;
  }
  return false;
}

/** Position after the `>` that closes the bracket at `from`, or -1. */
export function skipBrackets(s: string, from: number, end: number): number {
  for (let i = from + 1; i < end; i++) if (s.charCodeAt(i) === GT) return i + 1;
  return -1;
}
