import type { Diagnostic } from './source.js';
import * as T from './tokens.js';

const LOWER_CASE = 'Words of the language are written in lower case.';

const NOTES: Readonly<Record<string, string>> = {
  elseif: 'Write `else if`.',
  elsif: 'Write `else if`.',
  elif: 'Write `else if`.',
  continue: 'There is no `continue`; restructure the loop with `if`.',
  for: 'There is no `for`; use `while`.',
  foreach: 'There is no `foreach`; use `while` with an index.',
  do: 'There is no `do`; use `while`.',
  enabled: 'Write `enable`, `yes` or 1.',
  disabled: 'Write `disable`, `no` or 0.',
};

/** Words of the language that people write with capitals. */
const KEYWORD =
  /^(?:if|else|while|switch|case|default|return|exit|drop|break|route|and|or|not|yes|no|on|off|true|false)$/i;

/** What a person who wrote this word may have meant. */
export function notesOn(word: string): readonly string[] | undefined {
  const note = Object.hasOwn(NOTES, word) ? NOTES[word] : KEYWORD.test(word) ? LOWER_CASE : undefined;
  return note === undefined ? undefined : [note];
}

/**
 * The brace that was probably not closed, of those from `open` up to a place: the first whose closing one, as they pair
 * up, begins a line that is indented otherwise.
 */
export function likelyUnclosed(tokens: readonly T.Token[], open: T.Token, end: number): T.Token | undefined {
  const inside: T.Token[] = [];
  for (let n = tokens.indexOf(open); n >= 0 && n <= end; n++) {
    const token = tokens[n]!;
    if (token.tokenType === T.LBrace) inside.push(token);
    if (token.tokenType !== T.RBrace) continue;
    const opened = inside.pop();
    const column = indentOf(token, true);
    if (opened && column !== undefined && column !== indentOf(opened, false)) return opened;
  }
  return undefined;
}

/** How far in a token's line begins; with `first`, only when the token begins it. */
function indentOf({ source: { text }, startOffset }: T.Token, first: boolean): string | undefined {
  const line = text.lastIndexOf('\n', startOffset - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(line, startOffset))![0];
  return first && line + indent.length !== startOffset ? undefined : indent;
}

/** So many tokens before a mistake a string may lack its quote. */
const NEAR = 3;

/** A string over several lines before a mistake: perhaps its closing quote is missing, and it took what comes after. */
export function longString(tokens: readonly T.Token[], at: T.Token): Diagnostic['related'] {
  const found = at.source ? tokens.lastIndexOf(at) : tokens.length - 1;
  for (let n = found; n >= Math.max(0, found - NEAR); n--) {
    const token = tokens[n]!;
    if (token.tokenType !== T.StringLiteral || !/\n/.test(token.image) || /"[ \t\r]*\n/.test(token.image)) continue;
    return [{ span: T.spanOf(token), label: 'this string goes on over lines: is its closing quote missing?' }];
  }
  return undefined;
}
