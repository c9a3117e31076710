import type { Span } from './source.js';

/**
 * The syntax tree of a config script, after preprocessing. Every node carries the span where a person wrote it.
 * No module is known here: names are names, strings are strings (format strings are parsed by `pv.ts` when the binder
 * knows that an argument is one).
 */
export interface ConfigFile {
  readonly items: readonly TopLevel[];
}

export type TopLevel =
  | CoreParam
  | Listen
  | SocketBlock
  | Alias
  | CustomVariable
  | FlagsDecl
  | LoadModule
  | LoadPath
  | ModParam
  | RouteBlock;

/** `name = value`: a core parameter. Names come as written; `coreparam[name] = v` (6.1) is the same node. */
export interface CoreParam {
  readonly kind: 'core-param';
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: ParamValue;
  readonly span: Span;
}

/** A literal on the right side of a parameter. Words such as `yes` arrive as numbers with `word` kept. */
export type ParamValue =
  | { readonly kind: 'int'; readonly value: number; readonly word?: string; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  /** An identifier, IP address, host name, protocol word, or a list of such words, verbatim. */
  | { readonly kind: 'word'; readonly value: string; readonly span: Span };

export interface SocketSpec {
  /** `udp`, `tcp`, `tls`, `sctp`, or '' when not given (udp and tcp). */
  readonly proto: string;
  /** One or more addresses, host or interface names; IPv6 without brackets. */
  readonly addresses: readonly string[];
  /** 0 when not given, -1 for `*`. */
  readonly port: number;
  /** End of a range of ports, `bind = udp:1.2.3.4:5060-5070` in `socket {}` (6.0+). */
  readonly portEnd?: number;
  readonly span: Span;
}

export interface Listen {
  readonly kind: 'listen';
  readonly sockets: readonly SocketSpec[];
  readonly advertise?: { readonly proto?: string; readonly host: string; readonly port: number };
  readonly name?: string;
  readonly virtual: boolean;
  readonly span: Span;
}

/** `socket = { bind = …; advertise = …; name = …; agname = …; workers = N; virtual = yes; }` (5.7+). */
export interface SocketBlock {
  readonly kind: 'socket';
  readonly fields: readonly { readonly name: string; readonly value: ParamValue | SocketSpec; readonly span: Span }[];
  readonly span: Span;
}

export interface Alias {
  readonly kind: 'alias';
  readonly sockets: readonly SocketSpec[];
  readonly span: Span;
}

/** `group.name = value desc "…"`, `group[1].name = value`. */
export interface CustomVariable {
  readonly kind: 'custom-variable';
  readonly group: string;
  readonly instance?: number;
  readonly name: string;
  readonly value: ParamValue;
  readonly desc?: string;
  readonly span: Span;
}

/** `flags A:1, B` and `avpflags f1, f2`. */
export interface FlagsDecl {
  readonly kind: 'flags';
  readonly of: 'message' | 'avp';
  readonly flags: readonly { readonly name: string; readonly position?: number; readonly span: Span }[];
  readonly span: Span;
}

export interface LoadModule {
  readonly kind: 'loadmodule';
  readonly module: string;
  readonly options?: string;
  /** `loadmodulex`: the name is a format string. */
  readonly expand: boolean;
  readonly span: Span;
}

/** `loadpath "…"`, `mpath = "…"`. */
export interface LoadPath {
  readonly kind: 'loadpath';
  readonly path: string;
  readonly span: Span;
}

export interface ModParam {
  readonly kind: 'modparam';
  readonly module: string;
  readonly moduleSpan: Span;
  readonly param: string;
  readonly paramSpan: Span;
  readonly value: ParamValue;
  /** `modparamx`: the value is a format string. */
  readonly expand: boolean;
  readonly span: Span;
}

export type RouteBlockKind =
  | 'request_route'
  | 'route'
  | 'reply_route'
  | 'onreply_route'
  | 'failure_route'
  | 'branch_route'
  | 'onsend_route'
  | 'event_route';

export interface RouteBlock {
  readonly kind: 'route-block';
  /** `route {}` and `route[0] {}` are `request_route`; `onreply_route {}`/`onreply_route[0] {}` are `reply_route`. */
  readonly route: RouteBlockKind;
  /** '' for the unnamed kinds. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly body: readonly Statement[];
  readonly span: Span;
}

export type Statement =
  | { readonly kind: 'empty'; readonly span: Span }
  | CallStatement
  | Assign
  | If
  | While
  | Switch
  | Return
  | Break
  | AsyncStatement;

export interface CallStatement {
  readonly kind: 'call-statement';
  readonly call: Call;
  readonly span: Span;
}

export interface Assign {
  readonly kind: 'assign';
  readonly target: PvExpr | AttributeExpr;
  readonly value: Expr;
  readonly span: Span;
}

export interface If {
  readonly kind: 'if';
  readonly condition: Expr;
  readonly then: readonly Statement[];
  readonly else?: readonly Statement[];
  readonly span: Span;
}

export interface While {
  readonly kind: 'while';
  readonly condition: Expr;
  readonly body: readonly Statement[];
  readonly span: Span;
}

export interface Switch {
  readonly kind: 'switch';
  readonly value: Expr;
  readonly cases: readonly SwitchCase[];
  readonly span: Span;
}

export interface SwitchCase {
  readonly label:
    | { readonly kind: 'default' }
    | { readonly kind: 'value'; readonly value: Expr }
    /** `case /"re":` */
    | { readonly kind: 'regex'; readonly value: Expr };
  readonly body: readonly Statement[];
  readonly span: Span;
}

export interface Return {
  readonly kind: 'return' | 'exit' | 'drop';
  readonly value?: Expr;
  readonly span: Span;
}

export interface Break {
  readonly kind: 'break';
  readonly span: Span;
}

/**
 * OpenSIPS' asynchronous statements: `async(op(…), route[, timeout]);`, `launch(op(…)[, route[, "param"]]);` and the
 * block form `async(route) { op1(…); op2(…); }`.
 */
export interface AsyncStatement {
  readonly kind: 'async' | 'launch';
  readonly operations: readonly Call[];
  readonly route?: string;
  readonly routeSpan?: Span;
  readonly timeout?: number;
  readonly param?: Expr;
  readonly span: Span;
}

export type Expr =
  | { readonly kind: 'int'; readonly value: number; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | PvExpr
  | AttributeExpr
  | { readonly kind: 'select'; readonly path: string; readonly span: Span }
  | Call
  | Comparison
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly operand: Expr; readonly span: Span }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr; readonly span: Span }
  /** `( lvalue = expr )` as a primary: yields 1 when the assignment worked. */
  | { readonly kind: 'assign-expr'; readonly assign: Assign; readonly span: Span }
  /** `{ actions }` as a primary: yields 1 if the block's value is above 0. */
  | { readonly kind: 'block-expr'; readonly body: readonly Statement[]; readonly span: Span };

export type UnaryOp = '!' | '-' | '~' | 'defined' | '(int)' | '(str)';

export type BinaryOp =
  | '||'
  | '&&'
  | '|'
  | '&'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '=~'
  | 'eq'
  | 'ne'
  | 'ieq'
  | 'ine'
  | '<'
  | '>'
  | '<='
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | 'mod';

/** A pseudo-variable token; `text` is verbatim, from `$` on. `pv.ts` parses it. */
export interface PvExpr {
  readonly kind: 'pv';
  readonly text: string;
  readonly span: Span;
}

/** SER-style attribute: `%name`, `%f.name`; text verbatim from `%` on. */
export interface AttributeExpr {
  readonly kind: 'attribute';
  readonly text: string;
  readonly span: Span;
}

/** Any `name(args)`: module functions, core functions, `route(…)`, `strlen`, `strempty`, `selval`. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly Argument[];
  /** Written without parentheses (`revert_uri;`, `force_rport;`). */
  readonly bare: boolean;
  readonly span: Span;
}

/** Core functions take words that are no expressions: hosts, protocols, `uri:host`, flag names. */
export type Argument = Expr | { readonly kind: 'word'; readonly value: string; readonly span: Span };

/** A comparison from the SER days, atomic: `method == INVITE`, `uri == myself`, `src_ip == 10.0.0.0/8`. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly subject: string;
  readonly op: string;
  readonly right:
    | { readonly kind: 'myself' }
    /** A protocol, address, network (`ip/bits`, `ip/mask`), host name or method word, verbatim. */
    | { readonly kind: 'word'; readonly value: string; readonly span: Span }
    | { readonly kind: 'expr'; readonly value: Expr };
  readonly span: Span;
}
