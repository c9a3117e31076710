import type { TokenType } from 'chevrotain';
import type { AsyncStatement, Call, Expr, If, Statement, SwitchCase } from './ast.js';
import { notesOn } from './mistakes.js';
import { MAX_NESTING } from './nesting.js';
import { ExpressionParser } from './parser-expressions.js';
import * as T from './tokens.js';

const ROUTE_WORDS: ReadonlySet<TokenType> = new Set([
  T.RequestRoute,
  T.ReplyRoute,
  T.OnreplyRoute,
  T.FailureRoute,
  T.BranchRoute,
  T.OnsendRoute,
  T.EventRoute,
]);
const STATEMENT_WORDS: ReadonlySet<TokenType> = new Set([T.If, T.While, T.Switch, T.Return, T.Exit, T.Drop, T.Break]);
/** Words of other languages that are no functions here. */
const MISTAKEN: ReadonlySet<string> = new Set([
  ...['elseif', 'elsif', 'elif', 'for', 'foreach', 'do', 'continue', 'goto'],
  ...['IF', 'ELSE', 'WHILE', 'SWITCH', 'CASE', 'RETURN', 'EXIT', 'DROP', 'BREAK', 'ROUTE'],
]);
const MAX_ELSE_IFS = 1_000;

/** The statements of route blocks. */
export abstract class StatementParser extends ExpressionParser {
  /** Statements up to a `}`, a `case` or what can only be outside of a route block. */
  protected readonly statements = this.RULE('statements', (): Statement[] => {
    const list: Statement[] = [];
    if (this.RECORDING_PHASE) {
      this.MANY(() => this.SUBRULE(this.statement));
      return list;
    }
    while (!this.isBlockEnd()) {
      const statement = this.attempt(
        () => this.SUBRULE(this.statement),
        (from) => this.synchronize(from),
      );
      if (statement) list.push(statement);
    }
    return list;
  });

  protected inSwitch = 0;

  private isBlockEnd(): boolean {
    const type = this.ahead(1);
    if (type === T.RBrace || this.atEnd || this.startsRoute()) return true;
    return this.inSwitch > 0 && (type === T.Case || (type === T.Default && this.ahead(2) === T.Colon));
  }

  /** `route[…] {` and the like cannot be inside of a block: a brace is missing before. */
  private startsRoute(): boolean {
    const type = this.ahead(1);
    const next = this.ahead(2);
    return (
      ROUTE_WORDS.has(type) || (type === T.Route && (next === T.LBracket || next === T.LBrace)) || type === T.ModParam
    );
  }

  /** Skips the rest of a statement that began at `from` and failed. */
  private synchronize(from: number): void {
    let depth = this.braceDepth(from);
    let parens = 0;
    for (let skipped = 0; !this.atEnd && !this.startsRoute(); skipped++) {
      const type = this.ahead(1);
      if (depth === 0) {
        if (type === T.RBrace) return;
        if (skipped > 0 && STATEMENT_WORDS.has(type) && this.ahead(0) !== T.Else) return;
      }
      this.skip();
      if (type === T.LBrace) depth++;
      else if (type === T.LParen) parens++;
      else if (type === T.RParen) parens = Math.max(0, parens - 1);
      else if (type === T.RBrace) {
        depth--;
        if (depth === 0 && this.ahead(1) !== T.Else && this.ahead(1) !== T.Semicolon) return;
      } else if (type === T.Semicolon && depth === 0 && parens === 0 && this.ahead(1) !== T.Else) return;
    }
  }

  /** Skips to the end of the block that is being read. */
  private skipBlock(): void {
    for (let depth = 0; !this.atEnd && !this.startsRoute() && (depth > 0 || this.ahead(1) !== T.RBrace); this.skip()) {
      depth += T.braces(this.ahead(1));
    }
  }

  protected readonly statement = this.RULE('statement', (): Statement => {
    const first = this.LA(1);
    return this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.Semicolon);
            return { kind: 'empty' as const, span: this.span(first) };
          },
        },
        { ALT: () => this.SUBRULE(this.ifStatement) },
        {
          ALT: () => {
            this.CONSUME(T.While);
            const condition = this.SUBRULE(this.expression);
            const body = this.SUBRULE(this.branch);
            return { kind: 'while' as const, condition, body, span: this.span(first) };
          },
        },
        { ALT: () => this.SUBRULE(this.switchStatement) },
        { ALT: () => this.SUBRULE(this.returnStatement) },
        {
          ALT: () => {
            this.CONSUME(T.Break);
            const span = this.span(first);
            this.terminator();
            return { kind: 'break' as const, span };
          },
        },
        {
          ALT: () => {
            const assign = this.SUBRULE(this.assignment);
            this.terminator();
            return assign;
          },
        },
        {
          GATE: () => MISTAKEN.has(this.LA(1).image) && this.ahead(2) !== T.Assign,
          ALT: () => {
            const token = this.CONSUME(T.Id);
            this.problem('KTS0014', this.span(token, token), [this.image(token)], {
              notes: notesOn(this.image(token)),
            });
            return this.abandon();
          },
        },
        { GATE: () => this.isAsync(), ALT: () => this.SUBRULE(this.asyncStatement) },
        {
          ALT: () => {
            const call = this.SUBRULE(this.call);
            this.terminator();
            return { kind: 'call-statement' as const, call, span: call?.span };
          },
        },
      ],
      ERR_MSG: 'a statement',
    }) as Statement;
  });

  /** The semicolon after a statement. Where only it can be missing, its lack is reported and nothing is skipped. */
  private terminator(): void {
    if (!this.RECORDING_PHASE && this.ahead(1) !== T.Semicolon) {
      const next = this.LA(1) as T.Token;
      const { last } = this;
      const onNewLine = !next.source || next.source !== last.source || this.lineOf(next) > this.lineOf(last);
      if (this.ahead(1) === T.RBrace || (onNewLine && this.startsStatement())) {
        const span = this.span(last, last);
        const place = { ...span, at: span.end };
        this.problem('KTS0002', place, [';', `\`${last.image.slice(0, 40)}\``], {
          fix: { title: 'add the semicolon', replacement: `${last.image.slice(-1)};` },
        });
        return;
      }
    }
    this.CONSUME(T.Semicolon);
  }

  private lineOf(token: T.Token): number {
    return token.source.position(token.startOffset).line;
  }

  private startsStatement(): boolean {
    const type = this.ahead(1);
    return (
      type === T.Pv ||
      type === T.Id ||
      type === T.Route ||
      type === T.Else ||
      type === T.Case ||
      type === T.Default ||
      STATEMENT_WORDS.has(type) ||
      this.isAhead(1, T.CoreFunction)
    );
  }

  protected branchDepth = 0;

  /** What follows `if (…)`, `else` and `while (…)`: a block or one statement. */
  private readonly branch = this.RULE('branch', (): Statement[] => {
    // `else while 1 if 1 f(); else …` nests without braces and across semicolons, so it is counted here.
    if (this.branchDepth >= MAX_NESTING) {
      this.problem('KTS0009', this.nextSpan(), [String(MAX_NESTING)]);
      this.skipBlock();
      this.abandon();
    }
    this.branchDepth++;
    try {
      return this.OR({
        DEF: [{ ALT: () => this.SUBRULE(this.block) }, { ALT: () => [this.SUBRULE(this.statement)] }],
        ERR_MSG: 'a statement or a block',
      });
    } finally {
      this.branchDepth--;
    }
  });

  /** A chain of `else if` is read in a loop: it may be long without being deep. */
  private readonly ifStatement = this.RULE('ifStatement', (): If => {
    const links: { first: T.Token; condition: Expr; then: Statement[] }[] = [];
    let tooLong = false;
    const link = (first: T.Token, condition: Expr, then: Statement[]) => links.push({ first, condition, then });
    const first = this.CONSUME(T.If) as T.Token;
    link(first, this.SUBRULE(this.expression), this.SUBRULE(this.branch));
    this.MANY({
      GATE: () => this.ahead(2) === T.If,
      DEF: () => {
        this.CONSUME(T.Else);
        const next = this.CONSUME2(T.If) as T.Token;
        const condition = this.SUBRULE2(this.expression);
        const then = this.SUBRULE2(this.branch);
        if (links.length < MAX_ELSE_IFS) link(next, condition, then);
        else if (links.length === MAX_ELSE_IFS && !tooLong) {
          tooLong = true;
          this.problem('KTS0009', this.span(next, next), [String(MAX_ELSE_IFS)]);
        }
      },
    });
    let otherwise: Statement[] | undefined;
    this.OPTION(() => {
      this.CONSUME2(T.Else);
      otherwise = this.SUBRULE3(this.branch);
    });
    let result: If | undefined;
    for (let n = links.length - 1; n >= 0; n--) {
      const { first, condition, then } = links[n]!;
      const rest: readonly Statement[] | undefined = result ? [result] : otherwise;
      result = { kind: 'if', condition, then, ...(rest && { else: rest }), span: this.span(first) };
    }
    return result!;
  });

  private readonly switchStatement = this.RULE('switchStatement', (): Statement => {
    const first = this.CONSUME(T.Switch);
    const value = this.SUBRULE(this.expression);
    const open = this.CONSUME(T.LBrace);
    const cases: SwitchCase[] = [];
    const outer = this.inSwitch;
    this.inSwitch = 1;
    try {
      this.MANY(() => cases.push(this.SUBRULE(this.switchCase)));
    } finally {
      this.inSwitch = outer;
    }
    if (!this.RECORDING_PHASE && this.ahead(1) !== T.RBrace) {
      this.problem('KTS0001', this.nextSpan(), [this.describeNext(), '`case`, `default` or `}`'], {
        related: [{ span: this.span(open, open), label: 'in this switch' }],
      });
      this.abandon();
    }
    this.CONSUME(T.RBrace);
    return { kind: 'switch', value, cases, span: this.span(first) };
  });

  private readonly switchCase = this.RULE('switchCase', (): SwitchCase => {
    const first = this.LA(1);
    const label = this.OR([
      {
        ALT: (): SwitchCase['label'] => {
          this.CONSUME(T.Case);
          let kind: 'value' | 'regex' = 'value';
          this.OPTION(() => {
            this.CONSUME(T.Slash);
            kind = 'regex';
          });
          return { kind, value: this.SUBRULE(this.expression) };
        },
      },
      {
        ALT: (): SwitchCase['label'] => {
          this.CONSUME(T.Default);
          return { kind: 'default' };
        },
      },
    ]);
    this.CONSUME(T.Colon);
    const outer = this.inSwitch;
    this.inSwitch = 1;
    const body = this.SUBRULE(this.statements);
    this.inSwitch = outer;
    return { label, body, span: this.span(first) };
  });

  private readonly returnStatement = this.RULE('returnStatement', (): Statement => {
    const token = this.OR([
      { ALT: () => this.CONSUME(T.Return) },
      { ALT: () => this.CONSUME(T.Exit) },
      { ALT: () => this.CONSUME(T.Drop) },
    ]);
    let value: Expr | undefined;
    this.OR2([
      {
        GATE: () => this.ahead(2) === T.RParen,
        ALT: () => {
          this.CONSUME(T.LParen);
          this.CONSUME(T.RParen);
        },
      },
      {
        GATE: () => this.ahead(1) !== T.RBrace,
        ALT: () => {
          value = this.SUBRULE(this.expression);
        },
      },
      { ALT: () => undefined },
    ]);
    const span = this.span(token);
    this.terminator();
    const kind = token.image as 'return' | 'exit' | 'drop';
    return value ? { kind, value, span } : { kind, span };
  });

  // --- asynchronous statements ---------------------------------------------------------------------------------

  /** Only with their shape: a module may have a function of the same name. */
  private isAsync(): boolean {
    const { image } = this.LA(1);
    if ((image !== 'async' && image !== 'launch') || this.ahead(2) !== T.LParen) return false;
    if (this.ahead(3) === T.Id && this.ahead(4) === T.LParen) return true;
    return image === 'async' && this.ahead(4) === T.RParen && this.ahead(5) === T.LBrace;
  }

  private readonly asyncStatement = this.RULE('asyncStatement', (): AsyncStatement => {
    const keyword = this.CONSUME(T.Id);
    this.CONSUME(T.LParen);
    const isBlock = this.ahead(2) === T.RParen && this.ahead(3) === T.LBrace;
    const operations: Call[] = [];
    let target: T.Token | undefined;
    let timeout: number | undefined;
    let param: Expr | undefined;
    this.OR([
      {
        GATE: () => isBlock,
        ALT: () => {
          target = this.SUBRULE(this.routeName);
          this.CONSUME(T.RParen);
          this.CONSUME(T.LBrace);
          this.AT_LEAST_ONE(() => {
            operations.push(this.SUBRULE(this.moduleCall));
            this.CONSUME(T.Semicolon);
          });
          this.CONSUME(T.RBrace);
        },
      },
      {
        ALT: () => {
          operations.push(this.SUBRULE2(this.moduleCall));
          this.OPTION(() => {
            this.CONSUME(T.Comma);
            target = this.SUBRULE2(this.routeName);
            this.OPTION2(() => {
              this.CONSUME2(T.Comma);
              const value = this.SUBRULE(this.expression);
              if (keyword.image === 'async' && value?.kind === 'int') timeout = value.value;
              else param = value;
            });
          });
          this.CONSUME2(T.RParen);
        },
      },
    ]);
    const span = this.span(keyword);
    if (isBlock) this.OPTION3({ GATE: () => this.ahead(1) === T.Semicolon, DEF: () => this.CONSUME2(T.Semicolon) });
    else this.terminator();
    return {
      kind: keyword.image === 'launch' ? 'launch' : 'async',
      operations,
      ...(target && { route: this.text(target), routeSpan: this.span(target, target) }),
      ...(timeout !== undefined && { timeout }),
      ...(param && { param }),
      span,
    };
  });

  /** The name of a route: a word, a number or a string. */
  protected readonly routeName = this.RULE(
    'routeName',
    (): T.Token =>
      this.OR({
        DEF: [
          { ALT: () => this.CONSUME(T.Name) },
          { ALT: () => this.CONSUME(T.NumberLiteral) },
          { ALT: () => this.CONSUME(T.StringLiteral) },
        ],
        ERR_MSG: 'the name of a route',
      }) as T.Token,
  );
}
