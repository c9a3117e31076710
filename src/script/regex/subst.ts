import type { BoundPv, Regex } from '../../registry/arguments.js';
import type { ScriptContext } from '../context.js';
import { toText } from '../value.js';
import { compileRegex } from './index.js';

/** One piece of a replacement: text, a group of the match (0 is all of it), or a variable. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'group'; readonly index: number }
  | { readonly kind: 'pv'; readonly read: (ctx: ScriptContext) => string };

/** What a substitution needs to read variables in its replacement; absent where there are none (`#!subst`). */
export interface SubstEnv {
  pv(text: string): BoundPv;
}

/** A sed-like substitution, `/pattern/replacement/flags`, ready to be applied. */
export class Subst {
  constructor(
    readonly regex: Regex,
    private readonly pieces: readonly Piece[],
    /** Flag `g`: every match, not only the first. */
    readonly global: boolean,
  ) {}

  /** The text with its matches replaced; null when nothing matched, or when `matches` fails. */
  apply(text: string, ctx: ScriptContext | null): string | null {
    return this.applyStrictly(text, ctx) ?? null;
  }

  /** The same, but undefined when `matches` fails. */
  applyStrictly(text: string, ctx: ScriptContext | null): string | null | undefined {
    const found = this.matches(text, ctx);
    if (found === null) return undefined;
    if (found.length === 0) return null;
    let out = '';
    let at = 0;
    for (const { start, end, replacement } of found) {
      out += text.slice(at, start) + replacement;
      at = end;
    }
    return out + text.slice(at);
  }

  /**
   * The matches and what takes their places, from left to right. Null when one is empty: upstream takes that for a
   * mistake in the pattern, and replaces nothing at all.
   */
  matches(text: string, ctx: ScriptContext | null): SubstMatch[] | null {
    const list: SubstMatch[] = [];
    let from = 0;
    while (from <= text.length) {
      const m = this.regex.exec(text, from);
      if (m === null) break;
      const start = m[0]!;
      const end = m[1]!;
      if (start === end) return null;
      list.push({ start, end, replacement: this.#replacement(text, m, ctx) });
      if (!this.global) break;
      from = end;
    }
    return list;
  }

  #replacement(text: string, m: Int32Array, ctx: ScriptContext | null): string {
    let out = '';
    for (const piece of this.pieces) {
      if (piece.kind === 'text') out += piece.text;
      else if (piece.kind === 'group') {
        const start = m[piece.index * 2] ?? -1;
        if (start >= 0) out += text.slice(start, m[piece.index * 2 + 1]);
      } else if (ctx !== null) out += piece.read(ctx);
    }
    return out;
  }
}

/** One match of a substitution. */
export interface SubstMatch {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * Parses `/pattern/replacement/flags`; any character may take the place of `/`. In the replacement `\1` … `\9` are
 * groups and `\0` the match, `\n \r \t` what they are in strings, `\u` the Request-URI, `$name` and `$(…)` variables.
 * Flags: `g` all matches, `i` ignore case, `s` line breaks are ordinary.
 */
export function parseSubst(text: string, env?: SubstEnv): Subst | { readonly error: string } {
  const delimiter = text[0];
  if (delimiter === undefined || delimiter === '\\') return { error: 'subst expression too short' };
  const second = nextDelimiter(text, 1, delimiter);
  const third = second < 0 ? -1 : nextDelimiter(text, second + 1, delimiter);
  if (second < 0 || third < 0) return { error: `missing separator: ${text}` };
  let global = false;
  let ignoreCase = false;
  let newline = true;
  for (const flag of text.slice(third + 1)) {
    if (flag === 'g') global = true;
    else if (flag === 'i') ignoreCase = true;
    else if (flag === 's') newline = false;
    else return { error: `unknown flag ${flag}` };
  }
  const regex = compileRegex(text.slice(1, second), { ignoreCase, newline });
  if ('error' in regex) return { error: `bad regular expression ${text}: ${regex.error}` };
  const pieces = parseReplacement(text.slice(second + 1, third), env);
  if ('error' in pieces) return pieces;
  for (const piece of pieces) {
    if (piece.kind === 'group' && piece.index > regex.groups)
      return { error: `invalid backreference \\${piece.index}` };
  }
  return new Subst(regex, pieces, global);
}

/** Position of the next delimiter that no backslash stands before; -1 when there is none. */
function nextDelimiter(text: string, from: number, delimiter: string): number {
  for (let i = from; i < text.length; i++) if (text[i] === delimiter && text[i - 1] !== '\\') return i;
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function parseReplacement(text: string, env: SubstEnv | undefined): Piece[] | { readonly error: string } {
  const pieces: Piece[] = [];
  let plainText = '';
  const flush = (): void => {
    if (plainText !== '') pieces.push({ kind: 'text', text: plainText });
    plainText = '';
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const next = text[i + 1];
    if (c === '\\' && next !== undefined) {
      i++;
      if (next >= '0' && next <= '9') {
        flush();
        pieces.push({ kind: 'group', index: Number(next) });
      } else if (next === 'u' && env !== undefined) {
        flush();
        pieces.push({ kind: 'pv', read: (ctx) => ctx.msg.currentUri });
      } else plainText += ESCAPES[next] ?? next;
    } else if (c === '$' && env !== undefined) {
      const token = pvToken(text, i);
      if (token === null) return { error: `invalid variable in substitution: ${text.slice(i)}` };
      flush();
      const bound = env.pv(token);
      pieces.push({ kind: 'pv', read: (ctx) => toText(bound.read(ctx)) });
      i += token.length - 1;
    } else plainText += c;
  }
  flush();
  return pieces;
}

/** The variable that starts at `$`: `$name`, `$name(…)`, `$(…)`. */
function pvToken(text: string, from: number): string | null {
  let i = from + 1;
  while (i < text.length && /[A-Za-z0-9_.]/.test(text[i]!)) i++;
  if (text[i] !== '(') return i > from + 1 ? text.slice(from, i) : null;
  let depth = 0;
  for (; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return text.slice(from, i + 1);
  }
  return null;
}
