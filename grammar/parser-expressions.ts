import type { IToken, ParserMethod, TokenType } from 'chevrotain';
import type { Argument, Assign, AttributeExpr, Call, Comparison, Expr, PvExpr, Statement, UnaryOp } from './ast.js';
import { checkCoreCall } from './core-calls.js';
import { likelyUnclosed, notesOn } from './mistakes.js';
import { WordParser } from './parser-words.js';
import * as T from './tokens.js';

const PREFIXES: ReadonlyMap<TokenType, UnaryOp> = new Map<TokenType, UnaryOp>([
  [T.Not, '!'],
  [T.Minus, '-'],
  [T.Tilde, '~'],
  [T.Defined, 'defined'],
  [T.IntCast, '(int)'],
  [T.StrCast, '(str)'],
]);

const EQUALITIES: readonly TokenType[] = [T.Equal, T.NotEqual, T.StrEqual, T.StrNotEqual];
const STRING_OPERATORS: readonly TokenType[] = [...EQUALITIES, T.Match];
const RELATIONS: readonly TokenType[] = [T.Less, T.Greater, T.LessEqual, T.GreaterEqual];

/** Longest chain of operators in one expression; the tree is as deep as the chain is long. */
const MAX_CHAIN = 1_000;

/** Expressions, calls and comparisons. */
export abstract class ExpressionParser extends WordParser {
  protected abstract readonly statements: ParserMethod<[], Statement[]>;

  /**
   * Operands and binary operators tighter than `above` (a precedence level, 0 for all). Written as a flat list and
   * made a tree by precedence, so that an operand costs one rule and not twelve.
   */
  protected readonly expression = this.RULE('expression', (above = 0): Expr => {
    const operands: Expr[] = [this.SUBRULE(this.unary)];
    const operators: IToken[] = [];
    let length = 0;
    this.MANY({
      GATE: () => (T.BINARY.get(this.ahead(1))?.level ?? 0) > above,
      DEF: () => {
        const token = this.CONSUME(T.BinaryOperator);
        if (++length > MAX_CHAIN) {
          this.problem('KTS0009', this.span(token), [String(MAX_CHAIN)]);
          this.abandon();
        }
        this.reduce(operands, operators, T.BINARY.get(token.tokenType)?.level ?? 0);
        operators.push(token);
        operands.push(this.SUBRULE2(this.unary));
      },
    });
    this.reduce(operands, operators, 0);
    return operands[0]!;
  });

  /** Joins the operands of all operators at or above a level. */
  private reduce(operands: Expr[], operators: IToken[], level: number): void {
    while (operators.length > 0) {
      const { level: top, op } = T.BINARY.get(operators.at(-1)!.tokenType) ?? { level: -1, op: '+' };
      if (top < level) return;
      operators.pop();
      const right = operands.pop()!;
      const left = operands.pop()!;
      if (this.RECORDING_PHASE) return;
      operands.push({ kind: 'binary', op, left, right, span: { ...left.span, end: right.span.end } });
    }
  }

  protected readonly unary = this.RULE('unary', (): Expr => {
    const prefixes: IToken[] = [];
    this.MANY({
      // `-5` is a literal.
      GATE: () => !(this.ahead(1) === T.Minus && this.ahead(2) === T.NumberLiteral),
      DEF: () => prefixes.push(this.CONSUME(T.PrefixOperator)),
    });
    let expr = this.SUBRULE(this.primary);
    while (prefixes.length > 0) {
      const token = prefixes.pop()!;
      expr = { kind: 'unary', op: PREFIXES.get(token.tokenType) ?? '!', operand: expr, span: this.span(token) };
    }
    return expr;
  });

  protected readonly primary = this.RULE('primary', (): Expr => {
    const first = this.LA(1);
    return this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.integer) },
        {
          ALT: () => {
            const token = this.CONSUME(T.StringLiteral);
            return { kind: 'string' as const, value: this.text(token), span: this.span(token) };
          },
        },
        { ALT: () => this.SUBRULE(this.variable) },
        {
          ALT: () => {
            const token = this.CONSUME(T.Select);
            return { kind: 'select' as const, path: this.text(token), span: this.span(token) };
          },
        },
        {
          GATE: () => this.ahead(3) === T.Assign && (this.ahead(2) === T.Pv || this.ahead(2) === T.Attr),
          ALT: () => {
            this.CONSUME(T.LParen);
            const assign = this.SUBRULE(this.assignment);
            this.CONSUME(T.RParen);
            return { kind: 'assign-expr' as const, assign, span: this.span(first) };
          },
        },
        {
          ALT: () => {
            this.CONSUME2(T.LParen);
            const inner = this.SUBRULE(this.expression);
            this.CONSUME2(T.RParen);
            return inner;
          },
        },
        {
          ALT: () => {
            const body = this.SUBRULE(this.block);
            return { kind: 'block-expr' as const, body, span: this.span(first) };
          },
        },
        { ALT: () => this.SUBRULE(this.operatorCall) },
        { ALT: () => this.SUBRULE(this.comparison) },
        { ALT: () => this.SUBRULE(this.call) },
      ],
      ERR_MSG: 'an expression',
    }) as Expr;
  });

  /** Where a missing brace was reported. */
  protected unclosedAt = -1;

  /** `{ statements }` with at least one statement. */
  protected readonly block = this.RULE('block', (): Statement[] => {
    const open = this.CONSUME(T.LBrace);
    if (this.ahead(1) === T.RBrace && !this.RECORDING_PHASE) {
      const close = this.CONSUME2(T.RBrace);
      this.problem('KTS0003', this.span(open, close), [], {
        fix: { title: 'write an empty statement', replacement: '{ ; }' },
      });
      return [];
    }
    const body = this.SUBRULE(this.statements);
    if (this.ahead(1) !== T.RBrace && !this.RECORDING_PHASE) this.unclosed(open);
    this.CONSUME(T.RBrace);
    return body;
  });

  private unclosed(open: IToken): void {
    // One missing brace is one error, not one for each block around it.
    if (this.unclosedAt === this.internals.currIdx) this.abandon();
    this.unclosedAt = this.internals.currIdx;
    const next = this.LA(1) as T.Token;
    const what = next.source ? `\`${next.image}\`` : 'the end of the file';
    const related = [{ span: this.span(open, open), label: 'to close this block' }];
    const likely = likelyUnclosed(this.internals.tokVector as T.Token[], open as T.Token, this.internals.currIdx);
    if (likely && likely !== open) {
      related.push({ span: this.span(likely, likely), label: 'or this one, by its indentation' });
    }
    this.problem('KTS0001', this.nextSpan(), [what, '`}`'], { related });
    this.abandon();
  }

  /** A number with an optional minus. */
  protected readonly integer = this.RULE('integer', (): Expr & { kind: 'int' } => {
    const first = this.LA(1);
    let negative = false;
    this.OPTION(() => {
      this.CONSUME(T.Minus);
      negative = true;
    });
    const value = this.number(this.CONSUME(T.NumberLiteral));
    return { kind: 'int', value: negative && value !== 0 ? -value : value, span: this.span(first) };
  });

  protected readonly variable = this.RULE('variable', (): PvExpr | AttributeExpr =>
    this.OR({
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(T.Pv);
            return { kind: 'pv' as const, text: this.text(token), span: this.span(token) };
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(T.Attr);
            return { kind: 'attribute' as const, text: this.text(token), span: this.span(token) };
          },
        },
      ],
      ERR_MSG: 'a variable',
    }),
  );

  protected readonly assignment = this.RULE('assignment', (): Assign => {
    const target = this.SUBRULE(this.variable);
    if (this.ahead(1) === T.AddAssign && !this.RECORDING_PHASE) {
      this.problem('KTS0012', this.nextSpan(), ['+='], { notes: ['Write `x = x + …`.'] });
      this.abandon();
    }
    this.CONSUME(T.Assign);
    const value = this.SUBRULE(this.expression);
    if (this.RECORDING_PHASE) return { kind: 'assign', target, value, span: this.span(this.LA(0)) };
    return { kind: 'assign', target, value, span: { ...target.span, end: this.span(this.last).end } };
  });

  /** `strlen(e)`, `strempty(e)`, `selval(c, a, b)`: operators that look like functions. */
  private readonly operatorCall = this.RULE('operatorCall', (): Call => {
    const args: Argument[] = [];
    const name = this.OR({
      DEF: [
        { ALT: () => this.CONSUME(T.Strlen) },
        { ALT: () => this.CONSUME(T.Strempty) },
        { ALT: () => this.CONSUME(T.Selval) },
      ],
    });
    this.CONSUME(T.LParen);
    args.push(this.SUBRULE(this.expression));
    this.OPTION({
      GATE: () => name.tokenType === T.Selval,
      DEF: () => {
        this.CONSUME(T.Comma);
        args.push(this.SUBRULE2(this.expression));
        this.CONSUME2(T.Comma);
        args.push(this.SUBRULE3(this.expression));
      },
    });
    this.CONSUME(T.RParen);
    return this.made(name, args, false);
  });

  // --- comparisons of the SER days -----------------------------------------------------------------------------

  /** `method == INVITE`, `uri == myself`, `src_ip == 10.0.0.0/8`: one operand for all operators around it. */
  protected readonly comparison = this.RULE('comparison', (): Comparison => {
    const subject = this.OR({
      DEF: [
        { ALT: () => this.CONSUME(T.Method) },
        { ALT: () => this.CONSUME(T.UriSubject) },
        { ALT: () => this.CONSUME(T.IntSubject) },
        { ALT: () => this.CONSUME(T.ProtoSubject) },
        { ALT: () => this.CONSUME(T.IpSubject) },
        { ALT: () => this.CONSUME(T.Myself) },
      ],
    });
    const type = subject.tokenType;
    const allowed =
      type === T.IntSubject
        ? [...EQUALITIES, ...RELATIONS]
        : type === T.ProtoSubject || type === T.Myself
          ? EQUALITIES
          : STRING_OPERATORS;
    if (!this.RECORDING_PHASE && !allowed.includes(this.ahead(1))) {
      this.problem('KTS0001', this.nextSpan(), [
        this.describeNext(),
        `an operator to compare \`${subject.image}\` with`,
      ]);
      this.abandon();
    }
    const operator = this.CONSUME(T.BinaryOperator);
    const right = this.SUBRULE(this.comparedTo, { ARGS: [type, RELATIONS.includes(operator.tokenType)] });
    return { kind: 'comparison', subject: subject.image, op: operator.image, right, span: this.span(subject) };
  });

  private readonly comparedTo = this.RULE(
    'comparedTo',
    (subject: TokenType, relational: boolean): Comparison['right'] => {
      const isCall = () => this.ahead(2) === T.LParen;
      const address = () => subject === T.IpSubject && (this.ahead(1) !== T.Id || !isCall()) && !this.isPlainNumber();
      return this.OR({
        DEF: [
          {
            GATE: () => subject === T.UriSubject || subject === T.IpSubject,
            ALT: () => {
              this.CONSUME(T.Myself);
              return { kind: 'myself' as const };
            },
          },
          {
            GATE: () => subject === T.Myself,
            ALT: () => {
              const token = this.OR2([
                { ALT: () => this.CONSUME(T.UriSubject) },
                { ALT: () => this.CONSUME(T.IpSubject) },
              ]);
              return { kind: 'word' as const, value: token.image, span: this.span(token) };
            },
          },
          {
            GATE: () => subject === T.Method && !isCall(),
            ALT: () => {
              const token = this.CONSUME(T.Id);
              return { kind: 'word' as const, value: token.image, span: this.span(token) };
            },
          },
          {
            GATE: () => subject === T.ProtoSubject,
            ALT: () => {
              const token = this.OR3([{ ALT: () => this.CONSUME(T.Proto) }, { ALT: () => this.CONSUME(T.Star) }]);
              return { kind: 'word' as const, value: token.image, span: this.span(token) };
            },
          },
          { GATE: () => address() && this.ahead(1) !== T.StringLiteral, ALT: () => this.SUBRULE(this.network) },
          {
            GATE: () => subject !== T.Myself,
            ALT: () => ({
              kind: 'expr' as const,
              value: this.SUBRULE(this.expression, { ARGS: [relational ? T.RELATIONAL_LEVEL : T.EQUALITY_LEVEL] }),
            }),
          },
        ],
        ERR_MSG: subject === T.Myself ? '`uri` or `src_ip`' : 'something to compare with',
      });
    },
  );

  private isPlainNumber(): boolean {
    return this.ahead(1) === T.NumberLiteral && this.ahead(2) !== T.Dot;
  }

  /** An address, `address/bits`, `address/mask`, or a host name. */
  private readonly network = this.RULE('network', (): Comparison['right'] => {
    const first = this.LA(1);
    let value = this.SUBRULE(this.address)?.text ?? '';
    this.OPTION(() => {
      this.CONSUME(T.Slash);
      value += `/${this.OR([
        { GATE: () => this.isPlainNumber(), ALT: () => String(this.number(this.CONSUME(T.NumberLiteral))) },
        { ALT: () => this.SUBRULE2(this.address)?.text },
      ])}`;
    });
    return { kind: 'word', value, span: this.span(first) };
  });

  // --- calls ---------------------------------------------------------------------------------------------------

  /** Any `name(…)`: module functions, functions of the core, `route(…)`. */
  protected readonly call = this.RULE(
    'call',
    (): Call =>
      this.OR({
        DEF: [
          { ALT: () => this.SUBRULE(this.coreCall) },
          { ALT: () => this.SUBRULE(this.routeCall) },
          { ALT: () => this.SUBRULE(this.moduleCall) },
        ],
        ERR_MSG: 'an expression',
      }),
  );

  protected readonly moduleCall = this.RULE('moduleCall', (): Call => {
    const name = this.CONSUME(T.Name);
    if (this.ahead(1) !== T.LParen && !this.RECORDING_PHASE) {
      this.problem('KTS0007', this.span(name, name), [name.image], { notes: notesOn(name.image) });
      this.abandon();
    }
    this.CONSUME(T.LParen);
    const args: Argument[] = [];
    // A comma before the first argument is accepted, as upstream accepts it.
    this.OPTION(() => this.CONSUME(T.Comma));
    this.OPTION2({
      GATE: () => this.ahead(1) !== T.RParen || this.ahead(0) === T.Comma,
      DEF: () => this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => args.push(this.SUBRULE(this.expression)) }),
    });
    this.CONSUME(T.RParen);
    return this.made(name, args, false);
  });

  private readonly routeCall = this.RULE('routeCall', (): Call => {
    const name = this.CONSUME(T.Route);
    this.CONSUME(T.LParen);
    const argument = this.OR({
      DEF: [
        {
          GATE: () => this.ahead(2) === T.RParen,
          ALT: () => {
            const token = this.CONSUME(T.Name);
            return { kind: 'word' as const, value: token.image, span: this.span(token) };
          },
        },
        { ALT: () => this.SUBRULE(this.expression) },
      ],
      ERR_MSG: 'the name of a route',
    }) as Argument;
    this.CONSUME(T.RParen);
    return this.made(name, [argument], false);
  });

  private readonly coreCall = this.RULE('coreCall', (): Call => {
    const name = this.CONSUME(T.CoreFunction);
    const args: Argument[] = [];
    let bare = true;
    this.OPTION(() => {
      bare = false;
      this.CONSUME(T.LParen);
      this.OPTION2({
        GATE: () => this.ahead(1) !== T.RParen,
        DEF: () => this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => args.push(this.SUBRULE(this.coreArgument)) }),
      });
      this.CONSUME(T.RParen);
    });
    const call = this.made(name, args, bare);
    if (!this.RECORDING_PHASE) {
      const problem = checkCoreCall(call);
      if (problem) this.problem('KTS0008', problem.span, [name.image, problem.expected]);
    }
    return call;
  });

  /** An expression, or a word: everything between two commas when it does not look like an expression. */
  private readonly coreArgument = this.RULE(
    'coreArgument',
    (): Argument =>
      this.OR({
        DEF: [
          { GATE: () => this.isWordAhead(), ALT: () => this.SUBRULE(this.word) },
          { ALT: () => this.SUBRULE(this.expression) },
        ],
        ERR_MSG: 'an argument',
      }),
  );

  private isWordAhead(): boolean {
    const first = this.ahead(1);
    if (first === T.Minus || first === T.StringLiteral) return false;
    if (first === T.NumberLiteral && (this.ahead(2) === T.Comma || this.ahead(2) === T.RParen)) return false;
    let n = 1;
    while (this.isAhead(n, T.WordPart) || (n > 1 && this.ahead(n) === T.StringLiteral)) n++;
    return n > 1 && (this.ahead(n) === T.Comma || this.ahead(n) === T.RParen);
  }

  private readonly word = this.RULE('word', (): Argument => {
    const parts: IToken[] = [];
    this.AT_LEAST_ONE(() => {
      parts.push(this.OR([{ ALT: () => this.CONSUME(T.WordPart) }, { ALT: () => this.CONSUME(T.StringLiteral) }]));
    });
    const value = parts
      .map((part) => this.text(part.tokenType === T.StringLiteral ? part : ({ ...part, value: part.image } as never)))
      .join('');
    return { kind: 'word', value, span: this.span(parts[0]!) };
  });

  protected made(name: IToken, args: Argument[], bare: boolean): Call {
    if (this.RECORDING_PHASE)
      return { kind: 'call', name: '', nameSpan: this.span(name), args, bare, span: this.span(name) };
    return { kind: 'call', name: name.image, nameSpan: this.span(name, name), args, bare, span: this.span(name) };
  }

  protected describeNext(): string {
    const next = this.LA(1) as T.Token;
    return next.source ? `\`${next.image}\`` : 'the end of the file';
  }
}
