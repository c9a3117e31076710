import type { TokenType } from 'chevrotain';
import { diagnose } from './codes.js';
import type { Diagnostic } from './source.js';
import * as T from './tokens.js';

/** Deepest nesting of blocks, parentheses and operators that is parsed. */
export const MAX_NESTING = 200;

const OPEN: ReadonlySet<TokenType> = new Set([T.LParen, T.LBrace, T.LBracket]);
const CLOSE: ReadonlySet<TokenType> = new Set([T.RParen, T.RBrace, T.RBracket]);
const BRANCH: ReadonlySet<TokenType> = new Set([T.If, T.While, T.Else]);
const PREFIX: ReadonlySet<TokenType> = new Set([T.Not, T.Minus, T.Tilde, T.Defined, T.IntCast, T.StrCast]);
const SUBJECT: ReadonlySet<TokenType> = new Set([T.Method, T.UriSubject, T.IntSubject, T.ProtoSubject, T.IpSubject]);

/**
 * Takes out what nests too deeply for a recursive parser, with an error in its place. The measure is an upper bound:
 * brackets, prefix operators in a row, and `if`s without braces since the last statement's end.
 */
export function boundNesting(tokens: readonly T.Token[]): { tokens: readonly T.Token[]; diagnostics: Diagnostic[] } {
  let brackets = 0;
  let prefixes = 0;
  let branches = 0;
  for (const [n, { tokenType }] of tokens.entries()) {
    if (OPEN.has(tokenType)) brackets++;
    else if (CLOSE.has(tokenType)) brackets = Math.max(0, brackets - 1);
    if (PREFIX.has(tokenType)) prefixes++;
    else prefixes = 0;
    if (BRANCH.has(tokenType) || SUBJECT.has(tokenType)) branches++;
    else if (tokenType === T.Semicolon || tokenType === T.LBrace || tokenType === T.RBrace) branches = 0;
    if (brackets + prefixes + branches > MAX_NESTING) return cut(tokens, n);
  }
  return { tokens, diagnostics: [] };
}

/** Keeps the items before and after the one that is too deep. */
function cut(tokens: readonly T.Token[], at: number): { tokens: readonly T.Token[]; diagnostics: Diagnostic[] } {
  let start = 0;
  let depth = 0;
  for (let n = 0; n < at; n++) {
    const { tokenType } = tokens[n]!;
    if (tokenType === T.LBrace) depth++;
    else if (tokenType === T.RBrace && --depth <= 0) {
      depth = 0;
      start = n + 1;
    }
  }
  let end = at;
  while (end < tokens.length && !(tokens[end]!.tokenType === T.RBrace && --depth <= 0)) {
    if (tokens[end]!.tokenType === T.LBrace) depth++;
    end++;
  }
  const rest = boundNesting(tokens.slice(end + 1));
  return {
    tokens: [...tokens.slice(0, start), ...rest.tokens],
    diagnostics: [diagnose('KTS0009', T.spanOf(tokens[at]!), [String(MAX_NESTING)]), ...rest.diagnostics],
  };
}
