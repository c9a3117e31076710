import type { TokenType } from 'chevrotain';
import * as T from '../tokens.js';

/** A token on the same line as the one before it. */
export interface Neighbours {
  readonly before: TokenType;
  readonly type: TokenType;
  /** What is between them as it is written, and behind the second. */
  readonly gap: string;
  readonly gapAfter: string;
  readonly text: string;
  readonly textBefore: string;
  /** Behind the second. */
  readonly next: TokenType | undefined;
  /** The first is a sign or a word in front of its operand. */
  readonly beforeIsPrefix: boolean;
  /** The first joins the parts of a host, a network or a range. */
  readonly beforeIsJoint: boolean;
  /** A parameter of the top level, outside of parentheses; in the parentheses of a `modparam`. */
  readonly inItem: boolean;
  readonly inModparam: boolean;
}

const TIGHT_AFTER: ReadonlySet<TokenType> = new Set([T.LParen, T.LBracket, T.Dot, T.Colon]);
const TIGHT_BEFORE: ReadonlySet<TokenType> = new Set([T.RParen, T.RBracket, T.Dot, T.Colon, T.Semicolon, T.Comma]);
/** They join the parts of hosts, networks and ranges, and are operators of numbers. */
const JOINTS: ReadonlySet<TokenType> = new Set([T.Minus, T.Slash]);
const PARTS: ReadonlySet<TokenType> = new Set([T.Id, T.NumId, T.NumberLiteral, T.RBracket, T.Ipv6]);
/** Signs that make another one with a sign before them. */
const JOINED_SIGNS: ReadonlySet<TokenType> = new Set([T.Not, T.Assign, T.AddAssign]);
const VARIABLES: ReadonlySet<TokenType> = new Set([T.Pv, T.Attr, T.Select]);
const LEAVES: ReadonlySet<TokenType> = new Set([T.Return, T.Exit, T.Drop]);
/** Words that a parenthesis does not belong to. */
const NOT_CALLED: ReadonlySet<TokenType> = new Set([
  ...[T.If, T.Else, T.While, T.Switch, T.Case, T.Comma, T.Assign, T.AddAssign, T.RBrace, T.LBrace, T.Semicolon],
  ...[T.StringLiteral, T.Pv, T.RParen, T.RBracket],
  ...T.BINARY.keys(),
]);

/** The blanks between two tokens on one line. */
export function spacing(n: Neighbours): string {
  const { before, type, gap } = n;
  const one = gap === '' ? '' : ' ';
  // `(int)` and `(str)` are casts.
  if (before === T.LParen && (n.text === 'int' || n.text === 'str') && n.next === T.RParen && gap !== '') return ' ';
  // Several colons in a row, or one at an IPv6 address, would be another address.
  if (before === T.Colon && (type === T.Colon || type === T.Ipv6 || gap.length > 0)) return one;
  if (before === T.Ipv6 && type === T.Colon) return one;
  // A blank ends a variable: `$x [` is no index.
  if (VARIABLES.has(before) && (type === T.LBracket || type === T.Dot)) return one;
  if (before === T.Slash && (type === T.Star || type === T.Slash)) return one;
  if (type === T.Colon || before === T.Colon || type === T.Dot || before === T.Dot) return '';
  if (TIGHT_BEFORE.has(type)) return '';
  if (TIGHT_AFTER.has(before)) return '';
  if (n.beforeIsPrefix && (JOINED_SIGNS.has(type) || T.BINARY.has(type))) return one;
  if (n.beforeIsPrefix) return /^[a-z]/.test(n.textBefore) ? (type === T.LParen ? one : ' ') : '';
  if (before === T.Comma) return n.inModparam && gap.length > 1 ? gap : ' ';
  if (n.inItem && (type === T.Assign || before === T.Assign)) return gap;
  if (n.beforeIsJoint || isJoint(n)) return '';
  if (type === T.LParen) return LEAVES.has(before) ? one : NOT_CALLED.has(before) ? ' ' : '';
  if (type === T.LBracket && !T.BINARY.has(before) && before !== T.Assign) return '';
  return ' ';
}

/** Whether a token joins parts: `sip-proxy`, `10.0.0.0/8`, `5060-5070`, written without blanks. */
export function isJoint({ before, type, next, gap, gapAfter }: Neighbours): boolean {
  return (
    JOINTS.has(type) && gap === '' && gapAfter === '' && PARTS.has(before) && next !== undefined && PARTS.has(next)
  );
}
