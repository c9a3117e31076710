import type { TokenType } from 'chevrotain';
import type { Define } from '../../grammar/defines.js';
import { Scanner } from '../../grammar/scanner.js';
import { SourceText } from '../../grammar/text.js';

/** A piece of one file's text as it is written: no define expanded, every conditional branch read. Offsets are bytes. */
export interface Piece {
  readonly kind: 'token' | 'comment' | 'directive' | 'include';
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  /** Only of tokens. */
  readonly type?: TokenType;
  /** Only of directives: the word behind `#!`. */
  readonly word?: string;
}

/** Splits the text of a file, however broken, into pieces in their order. Never fails. */
export function readPieces(file: string, bytes: string): readonly Piece[] {
  return new PieceScanner(file, bytes).result();
}

/** Words behind `#!` that are directives, and how far each reaches. */
const EXTENTS: Readonly<Record<string, 'line' | 'continued' | 'word' | 'field'>> = {
  ...Object.fromEntries(
    'define def trydefine trydef redefine redef defexp defexps'.split(' ').map((w) => [w, 'continued' as const]),
  ),
  ...Object.fromEntries(
    'undefine undef tryundefine tryundef ifdef ifndef ifexp else endif KAMAILIO OPENSER SER MAXCOMPAT ALL'
      .split(' ')
      .map((w) => [w, 'line' as const]),
  ),
  ...Object.fromEntries('defenv defenvs trydefenv trydefenvs'.split(' ').map((w) => [w, 'line' as const])),
  ...Object.fromEntries('subst substdef substdefs'.split(' ').map((w) => [w, 'word' as const])),
  ...Object.fromEntries('include_file import_file'.split(' ').map((w) => [w, 'field' as const])),
};

/** The words that may follow `#!`. */
export const DIRECTIVES: readonly string[] = Object.keys(EXTENTS);

const WORD = /[A-Za-z_]+/y;

class PieceScanner extends Scanner {
  readonly #pieces: Piece[] = [];

  constructor(file: string, bytes: string) {
    super('6.x');
    this.enter(this.input.pushFile(new SourceText(file, bytes)));
    this.mode = /^#!(?:KAMAILIO|OPENSER)\r?$/m.test(bytes) ? 'kamailio' : 'maxcompat';
  }

  result(): readonly Piece[] {
    this.run();
    return this.#pieces;
  }

  protected readonly skipping = false;
  protected skip(): void {}
  protected expand(): void {}
  protected emitted(): void {}
  protected override report(): void {}

  protected defined(): Define | undefined {
    return undefined;
  }

  protected substituted(text: string): string {
    return text;
  }

  protected override push(type: TokenType, start: number): void {
    this.#pieces.push({ kind: 'token', type, start, end: this.i });
  }

  protected override comment(start: number, after: number): void {
    this.#pieces.push({ kind: 'comment', start, end: after });
  }

  protected directive(): boolean {
    const { s, i: start } = this;
    WORD.lastIndex = start + 2;
    const word = WORD.exec(s)?.[0] ?? '';
    const extent = Object.hasOwn(EXTENTS, word) ? EXTENTS[word] : undefined;
    const after = start + 2 + word.length;
    // A word that is still being written; with more behind it, it is a comment.
    const unfinished = s.charCodeAt(start) === 0x23 && s.slice(after, this.#endOfLine(after)).trim() === '';
    if (extent === undefined && !unfinished) return false;
    let end = after;
    if (extent === 'field') end = this.#field(after);
    else if (extent !== 'word') {
      end = this.#endOfLine(after);
      if (extent === 'continued')
        while (end < s.length && /\\\r?$/.test(s.slice(after, end))) end = this.#endOfLine(end + 1);
    }
    while (end > after && /[ \t\r]/.test(s.charAt(end - 1))) end--;
    this.i = end;
    this.#pieces.push({ kind: 'directive', start, end, word });
    return true;
  }

  protected include(_word: string, start: number): void {
    this.i = this.#field(this.i);
    this.#pieces.push({ kind: 'include', start, end: this.i });
  }

  #endOfLine(from: number): number {
    const newline = this.s.indexOf('\n', from);
    return newline === -1 ? this.s.length : newline;
  }

  /** Behind the next word on this line. */
  #field(from: number): number {
    const match = /[ \t]*\S+/y;
    match.lastIndex = from;
    return match.exec(this.s) ? match.lastIndex : from;
  }
}

/** The piece that holds an offset or ends with it; -1 when there is none. */
export function pieceAt(pieces: readonly Piece[], offset: number): number {
  const before = lastStartingAtMost(pieces, offset);
  if (before === -1) return -1;
  return offset <= pieces[before]!.end ? before : -1;
}

/** The last piece that starts before an offset or at it; -1 when there is none. */
export function lastStartingAtMost(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.start <= offset) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}
