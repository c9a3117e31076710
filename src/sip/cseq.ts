/** CSeq (RFC 3261 §20.16). */
import { isDigit, isSpace, parseUint, skipSpace, trimEnd } from './chars.js';
import { type MethodId, methodId } from './methods.js';

export interface CSeq {
  /** 0 … 2^32 - 1. */
  readonly number: number;
  /** The digits as received, which may carry leading zeros. */
  readonly numberText: string;
  readonly method: string;
  readonly methodId: MethodId;
}

/** Parses a CSeq body; null when the number or the method is missing or out of range. */
export function parseCSeq(s: string, from = 0, end = s.length): CSeq | null {
  const a = skipSpace(s, from, end);
  let b = a;
  while (b < end && isDigit(s.charCodeAt(b))) b++;
  if (b === a || b >= end || !isSpace(s.charCodeAt(b))) return null;
  let significant = a;
  while (significant < b - 1 && s.charCodeAt(significant) === 48) significant++;
  const number = parseUint(s, significant, b);
  const m = skipSpace(s, b, end);
  const method = s.slice(m, trimEnd(s, m, end));
  if (number < 0 || method === '') return null;
  return { number, numberText: s.slice(a, b), method, methodId: methodId(method) };
}
