import type { TokenType } from 'chevrotain';
import { diagnose, type ParseCode } from '../codes.js';
import type { Define } from '../defines.js';
import { Scanner } from '../scanner.js';
import type { Diagnostic } from '../source.js';
import { SourceText } from '../text.js';
import * as T from '../tokens.js';
import { DIRECTIVE_SHAPES } from './directives.js';

/**
 * A piece of config text as it is written: no define is expanded, no branch left out. `verbatim` is text of a
 * conditional branch that is no config language; `junk` are bytes that start no token.
 */
export interface Piece {
  readonly kind: 'token' | 'comment' | 'line-comment' | 'directive' | 'include' | 'verbatim' | 'junk';
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  /** Only of tokens. */
  readonly type?: TokenType;
  /** Only of directives: the word behind `#!`. */
  readonly word?: string;
}

export interface Written {
  readonly source: SourceText;
  readonly pieces: readonly Piece[];
  /** What cannot be read, outside of branches that may hold anything. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Splits the text of one file into pieces. Between them is only white space. */
export function readWritten(file: string, text: string): Written {
  return new WrittenScanner(file, text).result();
}

const OPENS: ReadonlySet<string> = new Set(['ifdef', 'ifndef', 'ifexp']);
const CONDITION_LINE = /^[ \t]*[#!]!((?:ifdef|ifndef|ifexp)(?=[ \t])|(?:else|endif)(?=[ \t\r]*\n))/gm;
/** A define whose value is one backslash: not continued. */
const LONE_BACKSLASH = /^\s*\w+\s*\\\r?$/;
const WORD = /[A-Za-z_]+/y;
/** A string literal in double quotes; several with blanks between them are one token. */
const LITERAL = /"(?:\\[\s\S]|[^"\\])*"/g;

class WrittenScanner extends Scanner {
  private readonly source: SourceText;
  private readonly pieces: Piece[] = [];
  /** Conditions that are open, each with the place of its directive. */
  private readonly open: { word: string; start: number; after: number }[] = [];
  /** Behind the last condition directive: number of pieces and offset. */
  private section = { pieces: 0, from: 0 };
  private unreadable = false;
  /** The section that was taken as it is last: never twice, so that this ends. */
  private skippedFrom = -1;

  constructor(file: string, text: string) {
    super('6.x');
    this.source = new SourceText(file, text);
  }

  result(): Written {
    this.enter(this.input.pushFile(this.source));
    this.run();
    // A string without its end took the rest of the file: go on behind the branch it is in.
    while (this.unreadable) {
      this.enter(this.input.pushFile(this.source));
      this.skip();
      this.run();
    }
    for (const { word, start, after } of this.open) this.problem('KTS0040', start, after, word);
    return { source: this.source, pieces: this.withJunk(), diagnostics: this.diagnostics };
  }

  protected get skipping(): boolean {
    return this.unreadable;
  }

  /** Takes the section that cannot be read as it is. */
  protected skip(): void {
    this.unreadable = false;
    const { pieces, from } = this.section;
    this.pieces.length = pieces;
    CONDITION_LINE.lastIndex = from;
    const next = this.skippedFrom === from ? null : CONDITION_LINE.exec(this.s);
    const after = next ? next.index : this.s.length;
    this.skippedFrom = from;
    this.verbatim(from, after);
    this.i = after;
  }

  /** Whole lines, without blank ones before and behind. */
  private verbatim(from: number, after: number): void {
    const text = this.s.slice(from, after).trimEnd();
    const start = from + /^(?:[ \t\r]*\n)*/.exec(text)![0].length;
    if (text !== '') this.pieces.push({ kind: 'verbatim', start, end: from + text.length });
  }

  protected override push(type: TokenType, start: number): void {
    if (type === T.StringLiteral) this.doubtful(start, this.i, false);
    if (type === T.StringLiteral && this.s.charAt(start) === '"') {
      LITERAL.lastIndex = start;
      for (let m = LITERAL.exec(this.s); m && m.index < this.i; m = LITERAL.exec(this.s))
        this.pieces.push({ kind: 'token', type, start: m.index, end: LITERAL.lastIndex });
    } else this.pieces.push({ kind: 'token', type, start, end: this.i });
  }

  protected override comment(start: number, after: number): void {
    const line = this.s.charAt(start) !== '/' || this.s.charAt(start + 1) === '/';
    if (!line) this.doubtful(start, after, true);
    let end = after;
    while (line && ' \t\r'.includes(this.s.charAt(end - 1))) end--;
    this.pieces.push({ kind: line ? 'line-comment' : 'comment', start, end });
  }

  /** In a branch, a string over a condition directive is most likely an apostrophe in a text. */
  private doubtful(start: number, after: number, balanced: boolean): void {
    if (this.open.length === 0 || this.s.lastIndexOf('\n', after) < start) return;
    let depth = 0;
    // `matchAll` begins where the expression stopped last.
    CONDITION_LINE.lastIndex = 0;
    for (const [, word] of this.s.slice(start, after).matchAll(CONDITION_LINE)) {
      if (!balanced) this.unreadable = true;
      if (OPENS.has(word!)) depth++;
      else if (word === 'endif' && --depth < 0) this.unreadable = true;
      else if (word === 'else' && depth === 0) this.unreadable = true;
    }
    if (depth > 0) this.unreadable = true;
  }

  protected override report(code: ParseCode, start: number, end: number, ...args: string[]): void {
    if (this.open.length > 0) this.unreadable = true;
    // Bytes that are skipped stay where they are.
    else if (code !== 'KTS0013') super.report(code, start, end, ...args);
  }

  private problem(code: ParseCode, start: number, after: number, ...args: string[]): void {
    const at = this.source.position(start);
    this.diagnostics.push(diagnose(code, { at, end: this.source.position(after - 1) }, args));
  }

  /** What is left between the pieces and no blank. */
  private withJunk(): Piece[] {
    const { text } = this.source;
    const all: Piece[] = [];
    let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    for (const piece of [...this.pieces, { kind: 'junk' as const, start: text.length, end: text.length }]) {
      for (const m of text.slice(at, piece.start).matchAll(/[^ \t\r\n\b]+/g))
        all.push({ kind: 'junk', start: at + m.index, end: at + m.index + m[0].length });
      if (piece.end > piece.start) all.push(piece);
      at = piece.end;
    }
    return all;
  }

  // --- directives ----------------------------------------------------------------------------------------------

  protected directive(): boolean {
    const { s, i: start } = this;
    WORD.lastIndex = start + 2;
    const word = WORD.exec(s)?.[0];
    const shape = word === undefined ? undefined : DIRECTIVE_SHAPES.get(word);
    if (word === undefined || shape === undefined) return false;
    const after = start + 2 + word.length;
    if (shape.blankAfter && !' \t'.includes(s.charAt(after) || 'x')) return false;
    const rest = this.restOfLine(after);
    let end = rest;
    switch (shape.extent) {
      case 'alone': {
        const blank = s.slice(after, rest).trim() === '';
        if (!blank || (shape.marker ? s.charAt(start) !== '#' : rest === s.length)) return false;
        if (shape.marker)
          this.mode = word === 'SER' ? 'ser' : /^(KAMAILIO|OPENSER)$/.test(word) ? 'kamailio' : 'maxcompat';
        end = after;
        break;
      }
      case 'continued':
        if (LONE_BACKSLASH.test(s.slice(after, end))) break;
        while (end < s.length && /\\\r?$/.test(s.slice(after, end))) end = this.restOfLine(end + 1);
        break;
      case 'field':
        end = this.field(after);
        break;
      case 'word':
        end = after;
        break;
    }
    while (end > after && s.charAt(end - 1) === '\r') end--;
    if (shape.extent === 'line') while (end > after && ' \t'.includes(s.charAt(end - 1))) end--;
    const condition = shape.condition && this.beforeCondition(word, start, end);
    this.i = Math.max(end, shape.extent === 'line' ? Math.min(rest, s.length) : end);
    this.pieces.push({ kind: 'directive', start, end, word });
    if (condition) this.section = { pieces: this.pieces.length, from: Math.min(this.restOfLine(end) + 1, s.length) };
    return true;
  }

  /** Ends the section before a condition directive; true always. */
  private beforeCondition(word: string, start: number, after: number): boolean {
    const { section, s } = this;
    if (this.open.length > 0 && !readsAsConfig(this.pieces.slice(section.pieces), s)) {
      this.pieces.length = section.pieces;
      this.verbatim(section.from, start);
    }
    if (OPENS.has(word)) this.open.push({ word, start, after });
    else if (this.open.length === 0 && word === 'endif') this.problem('KTS0041', start, after);
    else if (word === 'endif') this.open.pop();
    return true;
  }

  private restOfLine(from: number): number {
    const newline = this.s.indexOf('\n', from);
    return newline === -1 ? this.s.length : newline;
  }

  /** Behind the next characters that are no blanks, on this line or a later one. */
  private field(from: number): number {
    const match = /[^\s]+/g;
    match.lastIndex = from;
    return match.exec(this.s) ? match.lastIndex : from;
  }

  protected include(_word: string, start: number): void {
    this.i = this.field(this.i);
    this.pieces.push({ kind: 'include', start, end: this.i });
  }

  protected defined(): Define | undefined {
    return undefined;
  }

  protected substituted(text: string): string {
    return text;
  }

  protected emitted(): void {}

  protected expand(): void {}
}

const NAMES: ReadonlySet<TokenType | undefined> = new Set([T.Id, T.NumId]);
/** Whether a branch may be laid out: it is not a text of words. */
function readsAsConfig(pieces: readonly Piece[], text: string): boolean {
  return pieces.every(({ kind, type, start }, n) => {
    if (kind === 'verbatim') return false;
    const before = pieces[n - 1];
    return !(NAMES.has(type) && before && NAMES.has(before.type) && !text.slice(before.end, start).includes('\n'));
  });
}
