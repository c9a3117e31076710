import type { TokenType } from 'chevrotain';
import type { Diagnostic } from '../source.js';
import * as T from '../tokens.js';
import { Layout } from './layout.js';
import { isJoint, type Neighbours, spacing } from './spacing.js';
import { type Piece, readWritten } from './written.js';

export interface FormatOptions {
  /** One level of indentation. Default: a tab, as in the stock configs. */
  readonly indent?: string;
  /** Only these lines, counted from 1, both included. */
  readonly range?: { readonly from: number; readonly to: number };
}

export type Formatted =
  | { readonly ok: true; readonly text: string }
  /** The text cannot be read. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Lays out the text of one file: indentation, blanks between tokens, one statement a line, at most one blank line in a
 * row. Only white space changes. Strings, comments, directives and branches that hold something else are left as they
 * are; so is where an author breaks an expression. Lines end as the file's do.
 */
export function formatConfig(file: string, text: string, options: FormatOptions = {}): Formatted {
  const crlf = text.includes('\r\n') && !/(^|[^\r])\n/.test(text);
  const plain = crlf ? text.replaceAll('\r\n', '\n') : text;
  const { source, pieces, diagnostics } = readWritten(file, plain);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const printer = new Printer(plain, pieces, options.indent ?? '\t');
  const { range } = options;
  const lineOf = range && ((offset: number) => source.position(offset).line);
  const out = printer.print((from, to) => {
    if (!range || !lineOf) return true;
    return lineOf(from) <= range.to && lineOf(to) >= range.from;
  });
  return { ok: true, text: crlf ? out.replaceAll('\n', '\r\n') : out };
}

const OPEN_BLOCK = /[{}]/;
const LONGEST_LINE = 120;

class Printer {
  private readonly layout = new Layout();
  private before: (Neighbours & { readonly prefix: boolean; readonly joint: boolean }) | undefined;
  /** Parentheses open since `modparam`. */
  private modparam = 0;

  constructor(
    private readonly text: string,
    private readonly pieces: readonly Piece[],
    private readonly indent: string,
  ) {}

  /** `wanted` tells whether white space between two offsets may change. */
  print(wanted: (from: number, to: number) => boolean): string {
    const { text, pieces } = this;
    let out = '';
    let at = 0;
    for (const [n, piece] of pieces.entries()) {
      const gap = this.gap(n);
      out += wanted(piece.start, piece.start) ? gap : text.slice(at, piece.start);
      out += piece.kind === 'comment' ? this.trimmed(piece) : text.slice(piece.start, piece.end);
      at = piece.end;
    }
    const last = Math.max(0, text.length - 1);
    if (!wanted(last, last)) return out + text.slice(at);
    return pieces.length === 0 ? '' : `${out}\n`;
  }

  /** What stands before a piece. */
  private gap(n: number): string {
    const { pieces, text } = this;
    const piece = pieces[n]!;
    const before = pieces[n - 1];
    const written = text.slice(before?.end ?? 0, piece.start).replace(/^\xef\xbb\xbf/, '');
    const newlines = written.split('\n').length - 1;
    const blanks = written.replace(/[\r\n\b]/g, '');
    const mustBreak = before === undefined || endsLine(before, piece, text);
    const lines = (level: number) => this.newLine(n, newlines, this.indent.repeat(level));
    switch (piece.kind) {
      case 'token':
        return this.token(n, { newlines, mustBreak, blanks });
      case 'line-comment':
      case 'comment': {
        const place = this.layout.commentLevel(this.nextToken(n)?.type);
        if (newlines > 0 || mustBreak) return lines(place);
        return blanks || (piece.kind === 'line-comment' || before.type !== T.LParen ? ' ' : '');
      }
      case 'directive': {
        this.layout.directive(piece.word!);
        this.before = undefined;
        return this.newLine(n, newlines, written.slice(written.lastIndexOf('\n') + 1));
      }
      case 'include':
        this.before = undefined;
        return newlines > 0 || mustBreak ? lines(this.layout.commentLevel(undefined)) : blanks || ' ';
      case 'verbatim':
        return this.newLine(n, newlines, '');
      case 'junk':
        if (newlines > 0 || mustBreak) return lines(this.layout.commentLevel(this.nextToken(n)?.type));
        return blanks;
    }
  }

  private token(n: number, written: { newlines: number; mustBreak: boolean; blanks: string }): string {
    const { pieces, text, layout } = this;
    const { start, end, type } = pieces[n] as Piece & { type: TokenType };
    const before = pieces[n - 1];
    const next = this.nextToken(n)?.type;
    const { newlines, mustBreak, blanks } = written;
    const afterSubst = before?.kind === 'directive' && before.word?.startsWith('subst');
    const prefix = layout.isPrefix(type);
    const inItem = layout.inItem;
    const place = afterSubst
      ? ({ line: false, gap: 'kept' } as const)
      : layout.place({ type, next, newlines, mustBreak, oneLine: type === T.LBrace && this.isOneLine(n) });
    if (type === T.ModParam || type === T.ModParamX) this.modparam = 1;
    else if (type === T.RParen) this.modparam = 0;
    const last = this.before;
    const neighbours: Neighbours = {
      before: last?.type ?? T.Semicolon,
      type,
      gap: newlines > 0 ? ' ' : blanks,
      gapAfter: text.slice(end, pieces[n + 1]?.start ?? end),
      text: text.slice(start, end),
      textBefore: last?.text ?? '',
      next,
      beforeIsPrefix: last?.prefix ?? false,
      beforeIsJoint: last?.joint ?? false,
      inItem,
      inModparam: this.modparam > 0,
    };
    const tokenBefore = last !== undefined && before?.kind === 'token';
    this.before = { ...neighbours, prefix, joint: tokenBefore && isJoint(neighbours) };
    if (place.line) return this.newLine(n, newlines, this.indent.repeat(place.level));
    if (before?.kind === 'comment') return blanks === '' && !isWord(neighbours.text) ? '' : ' ';
    if (!tokenBefore) return blanks;
    if (place.gap === 'none') return '';
    return place.gap === 'blank' ? ' ' : spacing(neighbours);
  }

  /** A line break, with the blank line that was there, but for the begin and the end of a block. */
  private newLine(n: number, newlines: number, indent: string): string {
    if (n === 0) return indent;
    const { pieces } = this;
    const opened = pieces[n - 1]!.type === T.LBrace;
    const closes = pieces[n]!.type === T.RBrace;
    return `${newlines > 1 && !opened && !closes ? '\n\n' : '\n'}${indent}`;
  }

  private nextToken(n: number): Piece | undefined {
    for (let i = n + 1; i < this.pieces.length; i++) {
      const piece = this.pieces[i]!;
      if (piece.kind === 'token') return piece;
      if (piece.kind === 'directive' || piece.kind === 'verbatim') return undefined;
    }
    return undefined;
  }

  /** A block of one statement that is written on one line stays there. */
  private isOneLine(open: number): boolean {
    const { pieces, text } = this;
    let statements = 0;
    for (let n = open + 1; n < pieces.length; n++) {
      const piece = pieces[n]!;
      const { type } = piece;
      if (piece.kind !== 'token' || type === T.LBrace || type === T.Case || type === T.Default) return false;
      if (type === T.RBrace) {
        const written = text.slice(pieces[open]!.end, piece.start);
        const line = text.slice(text.lastIndexOf('\n', pieces[open]!.start) + 1, piece.end).trim();
        return !written.includes('\n') && line.length <= LONGEST_LINE;
      }
      if (type === T.Semicolon && ++statements > 1) return false;
    }
    return false;
  }

  private trimmed({ start, end }: Piece): string {
    return this.text.slice(start, end).replace(/[ \t\r]+(?=\n)/g, '');
  }
}

/** Nothing comes behind these on their line, behind directives only a comment. A backslash joins lines. */
function endsLine(before: Piece, piece: Piece, text: string): boolean {
  if (before.kind === 'verbatim' || before.kind === 'line-comment') return true;
  if (before.kind === 'junk') return text.charAt(before.end - 1) === '\\';
  return before.kind === 'directive' && piece.kind !== 'comment' && piece.kind !== 'line-comment';
}

const isWord = (text: string): boolean => !OPEN_BLOCK.test(text) && /^\w/.test(text);
