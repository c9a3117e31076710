import type { TokenType } from 'chevrotain';
import * as T from '../tokens.js';

/** Where a token stands: on a line of its own, so many levels in, or on the line of the one before it. */
export type Place =
  | { readonly line: true; readonly level: number }
  | { readonly line: false; readonly gap: 'none' | 'blank' | 'kept' };

/** What the layout wants to know of a token. */
export interface Seen {
  readonly type: TokenType;
  /** The token behind it. */
  readonly next: TokenType | undefined;
  /** Newlines before it as it is written, and whether only a new line can come before it (after a line comment). */
  readonly newlines: number;
  readonly mustBreak: boolean;
  /** Of an opening brace: its block is one statement, written on one line. */
  readonly oneLine: boolean;
}

/** One thing that is being read. Frames are never changed, only replaced: a branch of text can be taken back. */
type Frame =
  | { readonly kind: 'top'; readonly level: 0; readonly up?: undefined }
  /** A parameter, a module, a route block's head. `expect`: an operand must come. */
  | { readonly kind: 'item'; readonly level: 0; readonly expect: boolean; readonly up: Frame }
  | {
      readonly kind: 'block';
      /** Of its statements. */
      readonly level: number;
      readonly isSwitch: boolean;
      /** Behind a label of a switch. */
      readonly labelled: boolean;
      /** An operand of an expression. */
      readonly operand: boolean;
      readonly oneLine: boolean;
      readonly up: Frame;
    }
  | { readonly kind: 'label' | 'simple'; readonly level: number; readonly expect: boolean; readonly up: Frame }
  /** The condition behind `if` and `while`, the value behind `switch`. */
  | {
      readonly kind: 'condition';
      readonly word: Word;
      readonly level: number;
      readonly expect: boolean;
      readonly up: Frame;
    }
  /** Before the block or the statement that belongs to a word. */
  | { readonly kind: 'head'; readonly word: Word; readonly level: number; readonly up: Frame }
  /** Behind the block or statement of an `if`: `else` may come. */
  | { readonly kind: 'then'; readonly level: number; readonly up: Frame }
  | {
      readonly kind: 'paren';
      readonly level: number;
      /** Levels that a further line is indented by. */
      readonly further: number;
      readonly expect: boolean;
      readonly up: Frame;
    };

/** The frames that hold an expression. */
type Reading = Extract<Frame, { readonly expect: boolean }>;

type Word = 'if' | 'else' | 'while' | 'switch';

const TOP: Frame = { kind: 'top', level: 0 };
const BLANK: Place = { line: false, gap: 'blank' };
const NONE: Place = { line: false, gap: 'none' };

const WORDS: ReadonlyMap<TokenType, Word> = new Map<TokenType, Word>([
  [T.If, 'if'],
  [T.While, 'while'],
  [T.Switch, 'switch'],
]);
const ROUTES: ReadonlySet<TokenType> = new Set([
  T.RequestRoute,
  T.ReplyRoute,
  T.OnreplyRoute,
  T.FailureRoute,
  T.BranchRoute,
  T.OnsendRoute,
  T.EventRoute,
]);
/** Words of the top level that take an operand without a sign between. */
const TAKES: ReadonlySet<TokenType> = new Set([
  T.LoadModule,
  T.LoadModuleX,
  T.LoadPath,
  T.CfgEngine,
  T.Flags,
  T.AvpFlags,
  T.Advertise,
  T.NameWord,
  T.Description,
]);
const CONTINUES_ITEM: ReadonlySet<TokenType> = new Set([
  T.StringLiteral,
  T.NumberLiteral,
  T.Proto,
  T.Ipv6,
  T.Advertise,
  T.NameWord,
  T.Virtual,
  T.Description,
  T.LBrace,
  T.LBracket,
  T.LParen,
]);
const INFIX: ReadonlySet<TokenType> = new Set([
  ...T.BINARY.keys(),
  ...[T.Assign, T.AddAssign, T.Comma, T.Dot, T.Colon, T.Semicolon, T.RParen, T.RBracket],
]);
const PREFIX: ReadonlySet<TokenType> = new Set([T.Not, T.Tilde, T.Minus, T.Defined, T.IntCast, T.StrCast, T.Slash]);
const LEAVES: ReadonlySet<TokenType> = new Set([T.Return, T.Exit, T.Drop]);
/** What can be called or has an index. */
const CALLED: ReadonlySet<TokenType> = new Set([T.Id, T.Route, T.Strlen, T.Strempty, T.Selval, T.NumId]);

const isCalled = (type: TokenType | undefined): boolean =>
  type !== undefined && (CALLED.has(type) || (type.CATEGORIES?.includes(T.CoreFunction) ?? false));
const isCoreFunction = (type: TokenType): boolean => type.CATEGORIES?.includes(T.CoreFunction) ?? false;

/**
 * Follows the tokens of a config text, as written, and says where each belongs. It knows statements, blocks and
 * expressions well enough to tell a new statement from a further line of one, also where a define stands for text that
 * is not seen here, and where branches of the preprocessor cut through them.
 */
export class Layout {
  private frame: Frame = TOP;
  private readonly conditions: { readonly before: Frame; after?: Frame }[] = [];
  private previous: TokenType | undefined;
  /** The brace read last closed a block that is on one line. */
  private closedOneLine = false;

  /** Goes one token on. */
  place(seen: Seen): Place {
    const place = this.step(seen);
    this.previous = seen.type;
    return place;
  }

  /** Whether a token that comes now stands in front of its operand, as signs do. */
  isPrefix(type: TokenType): boolean {
    return 'expect' in this.frame && this.frame.expect && PREFIX.has(type);
  }

  /** True for what is set at the top level outside of parentheses. */
  get inItem(): boolean {
    return this.frame.kind === 'item' || this.frame.kind === 'top';
  }

  /** A condition directive: an `#!else` takes back what its branch has read, `#!endif` goes on behind the first branch. */
  directive(word: string): void {
    const top = this.conditions.at(-1);
    if (word === 'else' && top) {
      top.after ??= this.frame;
      this.frame = top.before;
    } else if (word === 'endif') {
      this.conditions.pop();
      this.frame = top?.after ?? this.frame;
    } else if (word.startsWith('if')) this.conditions.push({ before: this.frame });
    this.previous = undefined;
  }

  /** How far in a comment on a line of its own belongs, before a token. */
  commentLevel(next: TokenType | undefined): number {
    let { frame } = this;
    if (frame.kind === 'head') return frame.level + (next === T.LBrace ? 0 : 1);
    if (frame.kind === 'then') {
      // Where what the `if` belongs to goes on.
      for (; frame.kind === 'then' || frame.kind === 'head'; frame = frame.up)
        if (next === T.Else && (frame.kind === 'then' || frame.word === 'if')) return frame.level;
    }
    switch (frame.kind) {
      case 'top':
        return 0;
      case 'block':
        return frame.isSwitch && (next === T.Case || next === T.Default) ? frame.level : statementLevel(frame);
      case 'item':
        return frame.expect ? 1 : 0;
      default:
        return frame.level + further(frame);
    }
  }

  private step(seen: Seen): Place {
    if (this.frame.kind !== 'top' && this.isRoute(seen)) {
      this.frame = TOP;
      this.top(seen);
      return { line: true, level: 0 };
    }
    const { frame } = this;
    switch (frame.kind) {
      case 'top':
        return this.top(seen);
      case 'item':
        return this.item(seen, frame);
      case 'block':
        return this.block(seen, frame);
      case 'label':
      case 'simple':
        return this.simple(seen, frame);
      case 'condition':
        return this.condition(seen, frame);
      case 'head':
        return this.head(seen, frame);
      case 'then':
        return this.then(seen, frame);
      case 'paren':
        return this.paren(seen, frame);
    }
  }

  /** A route block cannot be in another: a brace is missing, or comes out of a define. */
  private isRoute({ type, next }: Seen): boolean {
    if (ROUTES.has(type)) return next === T.LBrace || next === T.LBracket;
    return (type === T.Route && (next === T.LBrace || next === T.LBracket)) || type === T.ModParam;
  }

  private top(seen: Seen): Place {
    const { type } = seen;
    if (type === T.Semicolon) return this.semicolon(seen, 0);
    if (type !== T.RBrace) this.frame = { kind: 'item', level: 0, expect: TAKES.has(type), up: TOP };
    return onLine(seen, 0);
  }

  private item(seen: Seen, frame: Frame & { kind: 'item' }): Place {
    const { type } = seen;
    if (seen.newlines > 0 && !frame.expect && !INFIX.has(type) && !CONTINUES_ITEM.has(type)) {
      this.frame = TOP;
      return this.top(seen);
    }
    if (type === T.RBrace) {
      this.frame = TOP;
      return onLine(seen, 0);
    }
    if (type === T.LBrace) return this.openBlock(seen, { ...frame, expect: false }, 0, false, false);
    if (type === T.Semicolon) {
      this.frame = TOP;
      return this.semicolon(seen, 0);
    }
    this.operand(seen, frame);
    if (TAKES.has(type) && this.previous !== T.Dot) this.frame = { ...frame, expect: true };
    return onLine(seen, 1);
  }

  private block(seen: Seen, frame: Frame & { kind: 'block' }): Place {
    const { type } = seen;
    if (type === T.RBrace) {
      this.frame = frame.up;
      this.closedOneLine = frame.oneLine;
      if (frame.operand) this.expect(false);
      else this.ended();
      if (frame.oneLine && !seen.mustBreak) return this.previous === T.LBrace ? NONE : BLANK;
      return { line: true, level: frame.level - 1 };
    }
    if (frame.isSwitch && (type === T.Case || (type === T.Default && seen.next === T.Colon))) {
      const labelled: Frame = { ...frame, labelled: true };
      this.frame = { kind: 'label', level: frame.level, expect: type === T.Case, up: labelled };
      return { line: true, level: frame.level };
    }
    const level = statementLevel(frame);
    if (type === T.Semicolon) return frame.oneLine && !seen.mustBreak ? BLANK : this.semicolon(seen, level);
    this.statement(seen, level);
    return frame.oneLine && !seen.mustBreak ? BLANK : { line: true, level };
  }

  /** A semicolon where a statement could be: behind a brace it stays there. */
  private semicolon(seen: Seen, level: number): Place {
    const attached = this.previous === T.RBrace || this.previous === T.Semicolon || this.frame.kind === 'top';
    return attached && seen.newlines === 0 && !seen.mustBreak && this.previous !== undefined
      ? NONE
      : { line: true, level };
  }

  /** Begins the statement of a token. */
  private statement(seen: Seen, level: number): void {
    const { type } = seen;
    const word = WORDS.get(type);
    if (word) this.frame = { kind: 'condition', word, level, expect: true, up: this.frame };
    else if (type === T.Else) this.frame = { kind: 'head', word: 'else', level, up: this.frame };
    else {
      const simple: Frame = { kind: 'simple', level, expect: true, up: this.frame };
      this.frame = simple;
      if (type === T.LBrace) this.openBlock(seen, simple, level, false, false);
      else this.operand(seen, simple);
      if (LEAVES.has(type)) this.expect(true);
    }
  }

  private simple(seen: Seen, frame: Frame & { kind: 'simple' | 'label' }): Place {
    const { type } = seen;
    if (frame.kind === 'label' && type === T.Colon) {
      this.frame = frame.up;
      return onLine(seen, frame.level);
    }
    if (type === T.Semicolon) {
      this.frame = frame.up;
      this.ended();
      return onLine({ ...seen, newlines: 0 }, frame.level);
    }
    const another =
      type === T.RBrace ||
      type === T.Else ||
      (seen.newlines > 0 && !frame.expect && !INFIX.has(type) && beginsStatement(type)) ||
      (seen.newlines > 0 && (type === T.Case || (type === T.Default && seen.next === T.Colon)));
    if (another) {
      this.frame = frame.up;
      this.ended();
      return this.step(seen);
    }
    if (type === T.LBrace) return this.openBlock(seen, frame, frame.level, false, frame.expect);
    this.operand(seen, frame);
    return onLine(seen, frame.level + 1);
  }

  private condition(seen: Seen, frame: Frame & { kind: 'condition' }): Place {
    const { type } = seen;
    const { word, level } = frame;
    const over =
      type === T.RBrace ||
      type === T.Semicolon ||
      (!frame.expect && !INFIX.has(type) && !(type === T.LParen && isCalled(this.previous)) && !this.goesOn(type));
    if (!over && type === T.LBrace) return this.openBlock(seen, frame, level, false, true);
    if (over) {
      this.frame = { kind: 'head', word, level, up: frame.up };
      return this.step(seen);
    }
    this.operand(seen, frame);
    return onLine(seen, level + 2);
  }

  /** Literals in a row, and the index of an attribute. */
  private goesOn(type: TokenType): boolean {
    return (type === T.StringLiteral && this.previous === T.StringLiteral) || type === T.LBracket;
  }

  private head(seen: Seen, frame: Frame & { kind: 'head' }): Place {
    const { type } = seen;
    const { word, level } = frame;
    if (type === T.LBrace) return this.openBlock(seen, frame, level, word === 'switch', false);
    if (type === T.If && word === 'else' && !seen.mustBreak) {
      this.frame = { kind: 'condition', word: 'if', level, expect: true, up: frame.up };
      return BLANK;
    }
    if (type === T.Semicolon) {
      this.ended();
      return onLine({ ...seen, newlines: 0 }, level + 1);
    }
    if (type === T.RBrace || type === T.Else) {
      this.frame = frame.up;
      return this.step(seen);
    }
    const breaks = seen.newlines > 0 || seen.mustBreak;
    this.statement(seen, breaks ? level + 1 : level);
    return breaks ? { line: true, level: level + 1 } : BLANK;
  }

  private then(seen: Seen, frame: Frame & { kind: 'then' }): Place {
    this.frame = frame.up;
    if (seen.type === T.Else) {
      const joins = this.previous === T.RBrace && !this.closedOneLine;
      this.frame = { kind: 'head', word: 'else', level: frame.level, up: frame.up };
      return onLine({ ...seen, newlines: joins ? 0 : seen.newlines }, frame.level);
    }
    this.ended();
    return this.step(seen);
  }

  private paren(seen: Seen, frame: Frame & { kind: 'paren' }): Place {
    const { type } = seen;
    if (type === T.RParen || type === T.RBracket) {
      this.frame = frame.up;
      this.expect(false);
      return onLine(seen, frame.level);
    }
    if (type === T.RBrace || type === T.Semicolon) {
      this.frame = frame.up;
      return this.step(seen);
    }
    if (type === T.LBrace) return this.openBlock(seen, frame, frame.level, false, true);
    this.operand(seen, frame);
    return onLine(seen, frame.level + frame.further);
  }

  /** Reads a token of an expression, in the frame it belongs to. */
  private operand({ type }: Seen, frame: Reading): void {
    if (type === T.LParen || type === T.LBracket) {
      const up: Frame = { ...frame, expect: false };
      this.frame = { kind: 'paren', level: frame.level, further: further(frame), expect: true, up };
    } else if (type === T.Assign) this.frame = { ...frame, expect: true };
    else this.frame = { ...frame, expect: frame.expect ? PREFIX.has(type) : INFIX.has(type) };
  }

  private expect(expect: boolean): void {
    if ('expect' in this.frame) this.frame = { ...this.frame, expect };
  }

  private openBlock(seen: Seen, up: Frame, level: number, isSwitch: boolean, operand: boolean): Place {
    const { oneLine } = seen;
    this.frame = { kind: 'block', level: level + 1, isSwitch, labelled: false, operand, oneLine, up };
    return seen.mustBreak ? { line: true, level } : BLANK;
  }

  /** A statement has ended: so may the one that it belongs to. */
  private ended(): void {
    for (;;) {
      const { frame } = this;
      if (frame.kind === 'head' && frame.word === 'if') {
        this.frame = { kind: 'then', level: frame.level, up: frame.up };
        return;
      }
      if (frame.kind !== 'head' && frame.kind !== 'simple' && frame.kind !== 'item') return;
      this.frame = frame.up;
    }
  }
}

function statementLevel(frame: Frame & { kind: 'block' }): number {
  return frame.level + (frame.isSwitch && frame.labelled ? 1 : 0);
}

function further(frame: Frame): number {
  return frame.kind === 'condition' ? 2 : frame.kind === 'paren' ? frame.further : 1;
}

/** On a line of its own where it is written so. */
function onLine(seen: Seen, level: number): Place {
  return seen.newlines > 0 || seen.mustBreak ? { line: true, level } : { line: false, gap: 'kept' };
}

function beginsStatement(type: TokenType): boolean {
  return (
    WORDS.has(type) || LEAVES.has(type) || [T.Break, T.Id, T.Pv, T.Attr, T.Route].includes(type) || isCoreFunction(type)
  );
}
