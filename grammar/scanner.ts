import type { TokenType } from 'chevrotain';
import { diagnose, type ParseCode } from './codes.js';
import type { Compat, Define } from './defines.js';
import { type Frame, Input } from './input.js';
import { matchIpv6 } from './ipv6.js';
import { NUMBER_WORDS } from './keywords.js';
import { parseInteger } from './literals.js';
import type { Diagnostic, Span } from './source.js';
import * as T from './tokens.js';

/** How a bare `$name` is read: `#!SER`, `#!KAMAILIO`, or the default, `#!MAXCOMPAT`. */
export type Mode = 'ser' | 'kamailio' | 'maxcompat';

export interface Comment {
  /** With its marks. */
  readonly text: string;
  readonly span: Span;
}

/** After so many findings the scanner is silent. */
const MAX_FINDINGS = 500;

const ALNUM = 1;
const LETTER = 2;
const BLANK = 4;
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const s = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(s)) CLASS[c] = ALNUM | LETTER;
  else if (/[0-9]/.test(s)) CLASS[c] = ALNUM;
  else if (/[ \t\b\r]/.test(s)) CLASS[c] = BLANK;
}
const is = (c: number, mask: number): boolean => c < 128 && (CLASS[c]! & mask) !== 0;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', a: '\x07', t: '\t', '"': '"', '\\': '\\' };
const SPECIAL_ESCAPE = /x[0-9a-fA-F]{1,2}|[0-7]{2,3}/y;
const COMMENT_MARK = /\/\*|\*\//g;
const EVENT_NAME = /[a-zA-Z][0-9a-zA-Z-]*(?::[a-zA-Z][0-9a-zA-Z_-]*)+/y;
const ATTRIBUTE =
  /[ \t]*(?:(?:fr|tr|fu|tu|fd|td|[ftg])[ \t]*\.[ \t]*)?[A-Za-z_]\w*(?:[ \t]*\[[ \t]*-?[ \t]*\w*[ \t]*\])?/y;
const SELECT =
  /[A-Za-z_]\w*(?:\[(?:-?\w+|"(?:\\[\s\S]|[^"\\])*")\])?(?:\.[A-Za-z_]\w*(?:\[(?:-?\w+|"(?:\\[\s\S]|[^"\\])*")\])?)*/y;
const SER_PREFIX = /(?:[ft][rud]?|g)\.[A-Za-z_]\w*|[A-Za-z_]\w*\[[ \t]*-?\w*[ \t]*\]/y;

/** Operators and punctuation, by their first character, longest first. */
const SYMBOLS = new Map<number, readonly (readonly [string, TokenType])[]>();
for (const [text, token] of [
  ['(int)', T.IntCast],
  ['(str)', T.StrCast],
  ['==', T.Equal],
  ['=~', T.Match],
  ['!=', T.NotEqual],
  ['>=', T.GreaterEqual],
  ['<=', T.LessEqual],
  ['+=', T.AddAssign],
  ['&&', T.And],
  ['||', T.Or],
  ['<<', T.ShiftLeft],
  ['>>', T.ShiftRight],
  ['=', T.Assign],
  ['>', T.Greater],
  ['<', T.Less],
  ['!', T.Not],
  ['&', T.BitAnd],
  ['|', T.BitOr],
  ['~', T.Tilde],
  ['^', T.BitXor],
  ['+', T.Plus],
  ['-', T.Minus],
  ['*', T.Star],
  ['/', T.Slash],
  [',', T.Comma],
  [';', T.Semicolon],
  [':', T.Colon],
  ['.', T.Dot],
  ['(', T.LParen],
  [')', T.RParen],
  ['{', T.LBrace],
  ['}', T.RBrace],
  ['[', T.LBracket],
  [']', T.RBracket],
] as const) {
  const first = text.charCodeAt(0);
  SYMBOLS.set(first, [...(SYMBOLS.get(first) ?? []), [text, token]]);
}

/** Turns text into tokens, one at a time; a subclass adds the preprocessor. */
export abstract class Scanner {
  readonly tokens: T.Token[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly comments: Comment[] = [];
  mode: Mode = 'maxcompat';
  protected readonly input = new Input();
  /** Text, place and end of the frame being read (mirrors `input.top`). */
  protected s = '';
  protected i = 0;
  protected end = 0;
  private readonly keywords: ReadonlyMap<string, TokenType>;
  private inEventName = false;

  protected constructor(compat: Compat) {
    this.keywords = T.keywordTable(compat);
  }

  /** Handles a directive at `#!` or `!!`; false when there is none. */
  protected abstract directive(): boolean;
  /** Handles `include_file` and `import_file`; `word` has been read. */
  protected abstract include(word: string, start: number): void;
  /** The define a name stands for, if it is to be expanded. */
  protected abstract defined(name: string): Define | undefined;
  /** Text after the substitution rules. */
  protected abstract substituted(text: string): string;
  /** Called after each token. */
  protected abstract emitted(token: T.Token): void;
  protected abstract readonly skipping: boolean;
  protected abstract skip(): void;
  protected abstract expand(define: Define, start: number): void;

  protected enter(frame: Frame): void {
    this.s = frame.text;
    this.i = frame.resume;
    this.end = frame.end;
  }

  /** Reads everything. */
  protected run(): void {
    for (;;) {
      if (this.i >= this.end) {
        const below = this.input.pop(this.i);
        if (!below) return;
        this.enter(below);
      } else if (this.skipping) this.skip();
      else if (this.inEventName) this.eventName();
      else this.next();
    }
  }

  protected report(code: ParseCode, start: number, end: number, ...args: string[]): void {
    if (this.diagnostics.length >= MAX_FINDINGS) return;
    this.diagnostics.push(diagnose(code, this.input.span(start, end), args));
  }

  protected push(tokenType: TokenType, start: number, value?: string | number): void {
    const image = this.s.slice(start, this.i);
    const { source, define, useStart, useEnd } = this.input.top;
    const token: T.Token = {
      image,
      startOffset: define ? useStart : start,
      endOffset: define ? useEnd : this.i - 1,
      tokenType,
      tokenTypeIdx: tokenType.tokenTypeIdx!,
      source,
      value: value ?? image,
      define,
      valueOffset: define ? start : undefined,
    };
    this.tokens.push(token);
    this.emitted(token);
  }

  private next(): void {
    const { s, i } = this;
    const c = s.charCodeAt(i);
    if (c === 10 || is(c, BLANK)) {
      this.i++;
      return;
    }
    if (is(c, ALNUM)) {
      this.wordOrNumber(c);
      return;
    }
    switch (c) {
      case 0x22:
        this.doubleQuoted();
        return;
      case 0x27:
        this.singleQuoted();
        return;
      case 0x24:
        this.pseudoVariable();
        return;
      case 0x25:
        this.i++;
        this.attribute(i);
        return;
      case 0x40:
        this.select();
        return;
      case 0x23:
        if (s.charCodeAt(i + 1) === 0x21 && this.directive()) return;
        this.lineComment();
        return;
      case 0x2f:
        if (s.charCodeAt(i + 1) === 0x2f) {
          this.lineComment();
          return;
        }
        if (s.charCodeAt(i + 1) === 0x2a) {
          this.blockComment();
          return;
        }
        break;
      case 0x21:
        if (s.charCodeAt(i + 1) === 0x21 && this.directive()) return;
        break;
      case 0x5c:
        if (s.charCodeAt(i + 1) === 10) {
          this.i += 2;
          return;
        }
        break;
      case 0x3a: {
        const length = matchIpv6(s, i);
        if (length > 0) {
          this.i += length;
          this.push(T.Ipv6, i);
          return;
        }
      }
    }
    const candidates = SYMBOLS.get(c);
    if (!candidates) {
      this.junk();
      return;
    }
    for (const [text, token] of candidates) {
      if (text.length === 1 || s.startsWith(text, i)) {
        this.i += text.length;
        this.push(token, i);
        return;
      }
    }
  }

  private wordOrNumber(first: number): void {
    const { s } = this;
    const start = this.i;
    let i = start + 1;
    while (is(s.charCodeAt(i), ALNUM)) i++;
    if (s.charCodeAt(i) === 0x3a) {
      const length = matchIpv6(s, start);
      if (length > i - start) {
        this.i = start + length;
        this.push(T.Ipv6, start);
        return;
      }
    }
    this.i = i;
    let text = s.slice(start, i);
    if (!is(first, LETTER)) {
      const value = parseInteger(text);
      if (value === null) this.push(T.NumId, start);
      else this.push(T.NumberLiteral, start, value);
      return;
    }
    if (s.charCodeAt(i) === 0x3a && (text === 'uri' || text === 'msg')) {
      const more = text === 'uri' ? [':host', ':port'] : [':len'];
      const tail = more.find((candidate) => s.startsWith(candidate, i));
      if (tail) {
        this.i += tail.length;
        text += tail;
      }
    }
    const keyword = this.keywords.get(text);
    if (keyword) {
      if (keyword === T.NumberLiteral) {
        this.push(keyword, start, NUMBER_WORDS.get(text)!);
        return;
      }
      this.push(keyword, start);
      if (keyword === T.EventRoute) this.inEventName = true;
      return;
    }
    if (text === 'include_file' || text === 'import_file') {
      this.include(text, start);
      return;
    }
    const define = this.defined(text);
    if (define) this.expand(define, start);
    else this.push(T.Id, start);
  }

  private doubleQuoted(): void {
    const { s } = this;
    const start = this.i;
    let value = '';
    let i = start + 1;
    let last = i;
    for (;;) {
      const c = s.charCodeAt(i);
      if (c === 0x22) {
        value += s.slice(last, i++);
        // Literals with only blanks and newlines between them are one.
        let j = i;
        while (is(s.charCodeAt(j), BLANK) || s.charCodeAt(j) === 10) j++;
        if (s.charCodeAt(j) !== 0x22) break;
        i = last = j + 1;
      } else if (c === 0x5c) {
        const decoded = this.escape(i + 1);
        if (decoded) {
          value += s.slice(last, i) + decoded.text;
          i = last = decoded.after;
        } else i++;
      } else if (i >= s.length) {
        this.report('KTS0020', start, start);
        value += s.slice(last, i);
        break;
      } else i++;
    }
    this.i = i;
    this.string(value, start);
  }

  private escape(at: number): { text: string; after: number } | undefined {
    const { s } = this;
    const c = s.charAt(at);
    const simple = ESCAPES[c];
    if (simple !== undefined) return { text: simple, after: at + 1 };
    if (c === '\n') return { text: '', after: at + 1 };
    SPECIAL_ESCAPE.lastIndex = at;
    const match = SPECIAL_ESCAPE.exec(s);
    if (!match) return undefined;
    const code = c === 'x' ? Number.parseInt(match[0].slice(1), 16) : Number.parseInt(match[0], 8);
    return { text: String.fromCharCode(code & 0xff), after: SPECIAL_ESCAPE.lastIndex };
  }

  private singleQuoted(): void {
    const start = this.i;
    const close = this.s.indexOf("'", start + 1);
    if (close === -1) this.report('KTS0020', start, start);
    const after = close === -1 ? this.s.length : close;
    this.i = Math.min(after + 1, this.s.length);
    this.string(this.s.slice(start + 1, after), start);
  }

  private string(value: string, start: number): void {
    if (value.includes('\0')) this.report('KTS0023', start, this.i - 1);
    this.push(T.StringLiteral, start, this.substituted(value));
  }

  private pseudoVariable(): void {
    const { s } = this;
    const start = this.i;
    const c = s.charCodeAt(start + 1);
    if (c === 0x28) {
      this.parenthesized(start, start + 2);
      return;
    }
    if (c === 0x3f) {
      this.i = start + 2;
      this.push(T.Pv, start);
      return;
    }
    if (this.mode === 'ser') {
      this.i++;
      this.attribute(start);
      return;
    }
    let i = start + 1;
    while (is(s.charCodeAt(i), ALNUM)) i++;
    if (!is(c, LETTER)) i = start + 1;
    if (this.mode === 'maxcompat') {
      SER_PREFIX.lastIndex = start + 1;
      const match = SER_PREFIX.exec(s);
      if (match) {
        this.i = SER_PREFIX.lastIndex;
        this.push(T.Attr, start, `%${match[0]}`);
        return;
      }
    }
    if (s.charCodeAt(i) === 0x28 && i > start + 1) {
      this.parenthesized(start, i + 1);
      return;
    }
    this.i = i;
    this.push(T.Pv, start, this.substituted(s.slice(start, i)));
  }

  /** The rest of a pseudo-variable, after its first opening parenthesis. */
  private parenthesized(start: number, from: number): void {
    const { s } = this;
    let nest = 1;
    let newline = -1;
    let i = from;
    for (; i < s.length; i++) {
      const c = s.charCodeAt(i);
      if (c === 0x28) nest++;
      else if (c === 0x29 && --nest === 0) break;
      else if (c === 10 && newline === -1) newline = i;
      else if (newline !== -1 && (c === 0x3b || c === 10)) break;
    }
    const closed = nest === 0;
    if (!closed || newline !== -1) this.report('KTS0022', start, (newline === -1 ? i : newline) - 1);
    // With its end on the next line it is taken whole, so that one mistake gives one error.
    this.i = closed ? i + 1 : newline === -1 ? i : newline;
    this.push(T.Pv, start, this.substituted(s.slice(start, this.i)));
  }

  private attribute(start: number): void {
    ATTRIBUTE.lastIndex = this.i;
    const match = ATTRIBUTE.exec(this.s);
    if (!match) {
      this.report('KTS0012', start, start, this.s.charAt(start));
      // It was meant as the operator: reading on as if it were gives no second error.
      this.push(T.Mod, start);
      return;
    }
    this.i = ATTRIBUTE.lastIndex;
    this.push(T.Attr, start, `%${match[0].replace(/[ \t]/g, '')}`);
  }

  private select(): void {
    const start = this.i;
    SELECT.lastIndex = start + 1;
    const match = SELECT.exec(this.s);
    if (!match) {
      this.junk();
      return;
    }
    this.i = SELECT.lastIndex;
    this.push(T.Select, start, match[0]);
  }

  private lineComment(): void {
    const start = this.i;
    const newline = this.s.indexOf('\n', start);
    const after = newline === -1 ? this.s.length : newline;
    this.comment(start, after);
    this.i = Math.min(after + 1, this.s.length);
  }

  /** Comments nest: each `/*` needs its own end. */
  private blockComment(): void {
    const start = this.i;
    COMMENT_MARK.lastIndex = start + 2;
    let open = 1;
    while (open > 0) {
      const match = COMMENT_MARK.exec(this.s);
      if (!match) break;
      open += match[0] === '/*' ? 1 : -1;
    }
    if (open > 0) this.report('KTS0021', start, start + 1);
    this.i = open > 0 ? this.s.length : COMMENT_MARK.lastIndex;
    this.comment(start, this.i);
  }

  protected comment(start: number, after: number): void {
    if (this.input.top.define) return;
    const text = this.s.slice(start, after).replace(/\r$/, '');
    this.comments.push({ text, span: this.input.span(start, start + text.length - 1) });
  }

  /** Bytes that start no token are skipped, as upstream does. */
  private junk(): void {
    const start = this.i;
    const isJunk = (c: number): boolean =>
      !(c === 10 || is(c, ALNUM | BLANK) || SYMBOLS.has(c) || '"\'$%@#'.includes(String.fromCharCode(c)));
    do this.i++;
    while (this.i < this.end && isJunk(this.s.charCodeAt(this.i)));
    const text = this.s.slice(start, this.i);
    if (start === 0 && text === '\xef\xbb\xbf') return;
    const shown = text.length > 20 ? `${text.slice(0, 20)}…` : text;
    this.report('KTS0013', start, this.i - 1, JSON.stringify(shown));
  }

  /** Between `event_route` and its `]` other characters than names and brackets are skipped, quotes too. */
  private eventName(): void {
    const { s } = this;
    const start = this.i;
    const c = s.charCodeAt(start);
    EVENT_NAME.lastIndex = start;
    if (c === 0x5b || c === 0x5d) {
      this.i++;
      if (c === 0x5d) this.inEventName = false;
      this.push(c === 0x5b ? T.LBracket : T.RBracket, start);
    } else if (EVENT_NAME.test(s)) {
      this.i = EVENT_NAME.lastIndex;
      this.push(T.EventName, start);
    } else if (c === 0x7b || c === 0x3b || c === 0x28) {
      // No name came: read on as usual, the grammar will complain here.
      this.inEventName = false;
    } else if (is(c, LETTER)) {
      while (is(s.charCodeAt(this.i), ALNUM)) this.i++;
      this.push(T.Id, start);
    } else this.i++;
  }
}
