import type { IToken, TokenType } from 'chevrotain';
import { EmbeddedActionsParser, isRecognitionException, MismatchedTokenException } from './chevrotain.js';
import { diagnose, type ParseCode } from './codes.js';
import type { Diagnostic, Span } from './source.js';
import * as T from './tokens.js';

interface Internals {
  SKIP_TOKEN(): IToken;
  currIdx: number;
  tokVector: IToken[];
}

/** After so many errors a text is given up on. */
const MAX_ERRORS = 200;

const NOWHERE: Span = { at: { file: '', line: 1, column: 1 }, end: { file: '', line: 1, column: 1 } };

/** Reading tokens, spans, reporting, and going on after an error: what all parts of the grammar share. */
export abstract class ParserBase extends EmbeddedActionsParser {
  readonly found: Diagnostic[] = [];
  protected eof: T.Token | undefined;

  protected constructor() {
    super([...T.TOKEN_TYPES], {
      recoveryEnabled: false,
      maxLookahead: 1,
      skipValidations: true,
      errorMessageProvider: {
        buildMismatchTokenMessage: ({ expected }) => expected.LABEL ?? expected.name,
        buildNotAllInputParsedMessage: () => 'the end',
        buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
        buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
      },
    });
  }

  protected get internals(): Internals {
    return this as unknown as Internals;
  }

  /** The type of the nth token ahead. */
  protected ahead(n: number): TokenType {
    return this.LA(n).tokenType;
  }

  protected isAhead(n: number, category: TokenType): boolean {
    const type = this.ahead(n);
    return type === category || (category.categoryMatches?.includes(type.tokenTypeIdx!) ?? false);
  }

  /** The token read last. */
  protected get last(): T.Token {
    return this.LA(0) as T.Token;
  }

  protected span(first: IToken, last: IToken = this.LA(0)): Span {
    if (this.RECORDING_PHASE) return NOWHERE;
    return T.spanOf(first as T.Token, last as T.Token);
  }

  protected text(token: IToken): string {
    return String((token as T.Token).value);
  }

  /** What is written; '' while the grammar is being recorded, when alternatives give no token. */
  protected image(token: IToken): string {
    return token.image ?? '';
  }

  protected number(token: IToken): number {
    return (token as T.Token).value as number;
  }

  protected problem(
    code: ParseCode,
    span: Span,
    args: readonly string[] = [],
    extra: Parameters<typeof diagnose>[3] = {},
  ): void {
    if (!this.RECORDING_PHASE) this.found.push(diagnose(code, span, args, extra));
  }

  /** Gives up the current statement or item after a problem that has been reported. */
  protected abandon(): undefined {
    if (this.RECORDING_PHASE) return undefined;
    throw new MismatchedTokenException('', this.LA(1), this.LA(0));
  }

  /** Where the next token is, or the end of the file. */
  protected nextSpan(): Span {
    const next = this.LA(1) as T.Token;
    if (next.source) return T.spanOf(next);
    return T.spanOf(this.eof!);
  }

  /**
   * Runs a rule; when it fails the tokens up to a sensible place are skipped, so that one mistake gives one error.
   */
  protected attempt<R>(rule: () => R, synchronize: (from: number) => void): R | undefined {
    const { internals } = this;
    const start = internals.currIdx;
    try {
      return rule();
    } catch (error) {
      if (!isRecognitionException(error as Error)) throw error;
      const failedAt = internals.currIdx;
      synchronize(start);
      if (internals.currIdx === start && failedAt === start) this.skip();
      if (this.found.length + this.errors.length >= MAX_ERRORS) while (!this.atEnd) this.skip();
      return undefined;
    }
  }

  /** Braces opened and not closed by the tokens read since index `from`. */
  protected braceDepth(from: number): number {
    const { currIdx, tokVector } = this.internals;
    let depth = 0;
    for (let n = from + 1; n <= currIdx; n++) depth += T.braces(tokVector[n]!.tokenType);
    return Math.max(0, depth);
  }

  protected skip(): void {
    this.internals.SKIP_TOKEN();
  }

  protected get atEnd(): boolean {
    return !(this.LA(1) as T.Token).source;
  }
}
