import type { TokenType } from 'chevrotain';
import type { SemanticTokens, SemanticTokensLegend } from 'vscode-languageserver';
import * as T from '../../../grammar/tokens.js';
import type { FileOutline } from '../outline.js';
import type { Piece } from '../pieces.js';
import type { ConfigText } from '../text.js';

const TYPES = [
  'keyword',
  'comment',
  'string',
  'number',
  'operator',
  'function',
  'variable',
  'macro',
  'property',
  'label',
] as const;
type Kind = (typeof TYPES)[number];

export const LEGEND: SemanticTokensLegend = { tokenTypes: [...TYPES], tokenModifiers: [] };

const PV_IN_TEXT = /\$(?:\((?:[^()"]|\([^()"]*\))*\)|[A-Za-z_]\w*(?:\([^()"]*\))?)/g;

/** What each piece of a file is, for colours. `isDefine` tells which words are defines. */
export function semanticTokens(outline: FileOutline, isDefine: (name: string) => boolean): SemanticTokens {
  const { pieces, text } = outline;
  const out = new Encoder(text);
  const labels = new Set(outline.occurrences.filter((o) => o.kind === 'route').map((o) => o.start));
  for (const [n, piece] of pieces.entries()) {
    const { start, end } = piece;
    if (piece.kind === 'comment') out.add(start, end, 'comment');
    else if (piece.kind === 'directive') directive(out, text, piece);
    else if (piece.kind === 'include') {
      out.add(start, start + 'include_file'.length, 'macro');
      out.add(start + 'include_file'.length, end, 'string');
    } else if (piece.type === T.StringLiteral) string(out, text, piece);
    else {
      const called = pieces[n + 1]?.type === T.LParen;
      const kind = labels.has(start) ? 'label' : tokenKind(piece.type!, called, text.bytes.slice(start, end), isDefine);
      if (kind) out.add(start, end, kind);
    }
  }
  return { data: out.data };
}

function directive(out: Encoder, text: ConfigText, { start, end, word = '' }: Piece): void {
  const after = Math.min(end, start + 2 + word.length);
  out.add(start, after, 'macro');
  const name = /^[ \t]+(\w+)/.exec(text.bytes.slice(after, end));
  if (name) out.add(after + name[0].length - name[1]!.length, after + name[0].length, 'macro');
}

/** A text, with its pseudo-variables apart. */
function string(out: Encoder, text: ConfigText, { start, end }: Piece): void {
  const bytes = text.bytes.slice(start, end);
  let at = 0;
  if (bytes.length < 4000 && bytes.includes('$')) {
    for (const m of bytes.matchAll(PV_IN_TEXT)) {
      out.add(start + at, start + m.index, 'string');
      at = m.index + m[0].length;
      out.add(start + m.index, start + at, 'variable');
    }
  }
  out.add(start + at, end, 'string');
}

function tokenKind(
  type: TokenType,
  called: boolean,
  text: string,
  isDefine: (name: string) => boolean,
): Kind | undefined {
  if (type === T.Pv || type === T.Attr || type === T.Select) return 'variable';
  if (type === T.NumberLiteral || type === T.NumId) return /^\d/.test(text) ? 'number' : 'keyword';
  if (type === T.Id) return isDefine(text) ? 'macro' : called ? 'function' : undefined;
  if (type === T.EventName) return 'label';
  const categories = type.CATEGORIES ?? [];
  if (called && categories.includes(T.CoreFunction)) return 'function';
  if (categories.includes(T.CoreParam)) return 'property';
  if (categories.includes(T.CoreFunction)) return 'function';
  if (T.BINARY.has(type) || type === T.Not || type === T.Assign || type === T.Tilde)
    return /^[a-z]/.test(text) ? 'keyword' : 'operator';
  return /^[A-Za-z]/.test(text) ? 'keyword' : undefined;
}

/** Writes tokens as the protocol wants them: five numbers each, relative to the one before. */
class Encoder {
  readonly data: number[] = [];
  private line = 0;
  private character = 0;

  constructor(private readonly text: ConfigText) {}

  /** A token over several lines becomes one for each line. */
  add(start: number, end: number, kind: Kind): void {
    const { bytes } = this.text;
    for (let from = start; from < end; ) {
      const newline = bytes.indexOf('\n', from);
      const to = newline === -1 || newline > end ? end : newline;
      if (to > from) this.one(from, to, TYPES.indexOf(kind));
      from = to + 1;
    }
  }

  private one(start: number, end: number, kind: number): void {
    const from = this.text.position(start);
    const to = this.text.position(end);
    // A lone CR ends a line for editors.
    const length = to.line === from.line ? to.character - from.character : 1;
    if (length <= 0) return;
    const deltaLine = from.line - this.line;
    this.data.push(deltaLine, deltaLine === 0 ? from.character - this.character : from.character, length, kind, 0);
    this.line = from.line;
    this.character = from.character;
  }
}
