import type { TokenType } from 'chevrotain';
import * as T from '../../grammar/tokens.js';
import { BLOCK_WORDS, type FileOutline } from './outline.js';
import { lastStartingAtMost } from './pieces.js';

/** What can be written where the cursor is. `start` is where the word under the cursor begins, in bytes. */
export type CursorPlace = { readonly start: number } & (
  | { readonly kind: 'nothing' }
  | { readonly kind: 'directive' }
  | { readonly kind: 'define' }
  | { readonly kind: 'pv' }
  | { readonly kind: 'pv-inner'; readonly pv: string }
  | { readonly kind: 'transformation-class' }
  | { readonly kind: 'transformation'; readonly cls: string }
  | { readonly kind: 'module' }
  | { readonly kind: 'argument'; readonly call: CallAt; readonly quoted: boolean }
  | { readonly kind: 'route-name'; readonly word: string }
  | { readonly kind: 'statement' }
  | { readonly kind: 'param-value'; readonly param: string }
  | { readonly kind: 'top' }
);

/** The call whose arguments the cursor is in. */
export interface CallAt {
  readonly name: string;
  /** From 0. */
  readonly arg: number;
  /** Index of the opening parenthesis among the pieces. */
  readonly open: number;
}

/** How far back the start of a call is looked for. */
const MAX_BACK = 500;
const CONTROL: ReadonlySet<TokenType> = new Set([T.If, T.While, T.Switch, T.Case, T.Return, T.Exit, T.Drop]);
/** What begins an unfinished pseudo-variable at the end of a text. */
const PV_NAME = /\$\(?([\w.?]*)$/;
const PV_INNER = /\$\(?(\w+)\(([^()$"]*)$/;
const CHAIN = /\$\((?:[^(){}$]|\([^()]*\)|\{[^{}]*\})*\{\s*(?:(\w+)\.([\w.]*)|(\w*))$/;

/** Tells what the cursor is in. Looks at the pieces before it only. */
export function placeAt(outline: FileOutline, offset: number): CursorPlace {
  const { pieces, text } = outline;
  const { bytes } = text;
  let n = lastStartingAtMost(pieces, offset - 1);
  const piece = pieces[n];
  if (piece && offset <= piece.end) {
    const before = bytes.slice(piece.start, offset);
    if (piece.kind === 'comment') return { kind: 'nothing', start: offset };
    if (piece.kind === 'directive') return directive(before, offset);
    if (piece.type === T.StringLiteral || piece.type === T.Pv) {
      const inPv = pvPlace(before, offset);
      if (inPv) return inPv;
      const closed =
        piece.type === T.StringLiteral && offset === piece.end && before.length > 1 && before.endsWith(before[0]!);
      if (piece.type === T.StringLiteral && !closed) return inString(outline, n, offset);
      return { kind: 'nothing', start: offset };
    }
  } else if (piece?.kind === 'directive' && !bytes.slice(piece.end, offset).includes('\n')) {
    return directive(bytes.slice(piece.start, offset), offset);
  }
  let start = offset;
  if (piece && offset <= piece.end && /^\w+$/.test(bytes.slice(piece.start, offset))) {
    start = piece.start;
    n--;
  }
  const call = callBefore(outline, n);
  if (call && 'bracket' in call) return { kind: 'route-name', word: call.bracket, start };
  if (call && !CONTROL.has(pieces[call.open - 1]?.type as TokenType))
    return { kind: 'argument', call, quoted: false, start };
  if (pieces[n]?.type === T.LoadModule || pieces[n]?.type === T.LoadModuleX) return { kind: 'module', start };
  if (call || outline.routes.some((r) => r.start < offset && offset < r.end && headEnds(outline, r.start, offset)))
    return { kind: 'statement', start };
  const param = pieces[n]?.type === T.Assign ? pieces[n - 1] : undefined;
  if (param) return { kind: 'param-value', param: bytes.slice(param.start, param.end), start };
  return { kind: 'top', start };
}

/** Whether the block that begins at `start` has had its brace before the offset. */
function headEnds(outline: FileOutline, start: number, offset: number): boolean {
  const brace = outline.text.bytes.indexOf('{', start);
  return brace !== -1 && brace < offset;
}

function directive(before: string, offset: number): CursorPlace {
  if (/^[#!]!\w*$/.test(before)) return { kind: 'directive', start: offset - before.length };
  const match = /^[#!]!(ifn?def|ifexp|(?:try)?undef(?:ine)?|redef(?:ine)?)\b[\s\S]*?(\w*)$/.exec(before);
  return match ? { kind: 'define', start: offset - match[2]!.length } : { kind: 'nothing', start: offset };
}

function pvPlace(before: string, offset: number): CursorPlace | undefined {
  const tail = before.slice(-500);
  const chain = CHAIN.exec(tail);
  if (chain?.[1] !== undefined) return { kind: 'transformation', cls: chain[1], start: offset - chain[2]!.length };
  if (chain) return { kind: 'transformation-class', start: offset - chain[3]!.length };
  const inner = PV_INNER.exec(tail);
  if (inner) return { kind: 'pv-inner', pv: inner[1]!, start: offset - inner[2]!.length };
  const name = PV_NAME.exec(tail);
  return name ? { kind: 'pv', start: offset - name[1]!.length } : undefined;
}

function inString(outline: FileOutline, n: number, offset: number): CursorPlace {
  const { pieces } = outline;
  const start = pieces[n]!.start + 1;
  const before = pieces[n - 1]?.type;
  if (before === T.LoadModule || before === T.LoadModuleX) return { kind: 'module', start };
  const call = callBefore(outline, n - 1);
  if (!call || 'bracket' in call || offset < start) return { kind: 'nothing', start: offset };
  return { kind: 'argument', call, quoted: true, start };
}

/** The call that is open behind a piece, or the word before an open bracket. */
function callBefore(
  outline: FileOutline,
  from: number,
): CallAt | { readonly bracket: string; readonly open: number } | undefined {
  const { pieces, text } = outline;
  let nest = 0;
  let arg = 0;
  for (let n = from; n >= 0 && n > from - MAX_BACK; n--) {
    const { type } = pieces[n]!;
    const before = pieces[n - 1];
    if (type === T.RParen || type === T.RBracket) nest++;
    else if (type === T.LParen || type === T.LBracket) {
      if (nest-- > 0) continue;
      const name = before?.kind === 'token' ? text.bytes.slice(before.start, before.end) : '';
      if (type === T.LParen) {
        // A parenthesis of an expression is inside of what is around it.
        if (/^[A-Za-z_]\w*$/.test(name)) return { name, arg, open: n };
        nest = 0;
        arg = 0;
      } else return before && BLOCK_WORDS.has(before.type!) ? { bracket: name, open: n } : undefined;
    } else if (type === T.Comma && nest === 0) arg++;
    else if (type === T.Semicolon || type === T.LBrace || type === T.RBrace) return undefined;
  }
  return undefined;
}

/** The call whose arguments an offset is in, strings included. */
export function callAt(outline: FileOutline, offset: number): CallAt | undefined {
  const n = lastStartingAtMost(outline.pieces, offset - 1);
  const piece = outline.pieces[n];
  if (piece && piece.kind !== 'token' && offset <= piece.end) return undefined;
  const inside = piece !== undefined && offset < piece.end;
  const call = callBefore(outline, inside && piece.type === T.LParen ? n : inside ? n - 1 : n);
  return call && 'name' in call && !CONTROL.has(outline.pieces[call.open - 1]?.type as TokenType) ? call : undefined;
}
