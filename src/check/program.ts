import type { Alias, CustomVariable, Listen, SocketBlock } from '../../grammar/ast.js';
import type { Span } from '../../grammar/source.js';
import type { Arg, LiteralKind, RouteTable } from '../registry/arguments.js';
import type { CoreSettings } from '../registry/core-settings.js';
import type { CallSite, FunctionDef, ModuleDef, ParamSetting, PvDef, TransformationDef } from '../registry/module.js';
import type { AsyncGroup } from './async-groups.js';
import type { NotHere } from './scope.js';

/**
 * A config after binding: every name resolved to its definition, every literal checked, types inferred. Independent of
 * any run: `compile/` turns it into functions for one script thread.
 */
export interface Program {
  readonly modules: readonly LoadedModule[];
  /** Upstream modules that the config loads and that are not here. */
  readonly missing: NotHere;
  readonly settings: CoreSettings;
  /** Core parameters that the config sets itself, by canonical name. */
  readonly assigned: ReadonlySet<string>;
  readonly listens: readonly (Listen | SocketBlock)[];
  readonly aliases: readonly Alias[];
  readonly customVariables: readonly CustomVariable[];
  /** Declared message flags: name to bit number. */
  readonly flags: ReadonlyMap<string, number>;
  readonly avpFlags: ReadonlyMap<string, number>;
  /** Groups of worker threads, in the order they are declared. */
  readonly asyncGroups: readonly AsyncGroup[];
  readonly routes: readonly BoundRoute[];
}

export interface LoadedModule {
  readonly def: ModuleDef;
  /** Values by parameter name after defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Where each parameter was set last, for messages. */
  readonly paramSpans: ReadonlyMap<string, Span>;
  /** Every modparam line that was taken, in order. */
  readonly settings: readonly ParamSetting[];
  readonly span: Span | null;
}

export interface BoundRoute {
  readonly table: RouteTable;
  /** The lookup name: '0' for request_route and reply_route, 'tm:local-request' for event routes. */
  readonly name: string;
  /** The `RouteKind` bits that functions in this block must allow. */
  readonly mask: number;
  readonly body: readonly BoundStatement[];
  readonly span: Span;
  /** Position in `Program.routes`. */
  readonly index: number;
}

export type ValueType = 'int' | 'str' | 'any';

export type BoundExpr =
  | { readonly kind: 'const'; readonly value: number | string; readonly type: 'int' | 'str'; readonly span: Span }
  | { readonly kind: 'null'; readonly type: 'any'; readonly span: Span }
  | { readonly kind: 'pv'; readonly pv: PvUse; readonly type: ValueType; readonly span: Span }
  | { readonly kind: 'call'; readonly call: BoundCall; readonly type: 'int'; readonly span: Span }
  | { readonly kind: 'route-call'; readonly call: RouteCall; readonly type: 'int'; readonly span: Span }
  | {
      readonly kind: 'unary';
      readonly op: '!' | '-' | '~';
      readonly operand: BoundExpr;
      readonly type: 'int';
      readonly span: Span;
    }
  | {
      readonly kind: 'cast';
      readonly to: 'int' | 'str';
      readonly operand: BoundExpr;
      readonly type: 'int' | 'str';
      readonly span: Span;
    }
  | {
      readonly kind: 'defined' | 'strlen' | 'strempty';
      readonly operand: BoundExpr;
      readonly type: 'int';
      readonly span: Span;
    }
  | {
      readonly kind: 'selval';
      readonly condition: BoundExpr;
      readonly then: BoundExpr;
      readonly else: BoundExpr;
      readonly type: ValueType;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly op: BoundBinaryOp;
      readonly left: BoundExpr;
      readonly right: BoundExpr;
      readonly type: ValueType;
      readonly span: Span;
    }
  /** `left =~ "constant"`: compiled at link time. */
  | {
      readonly kind: 'match';
      readonly left: BoundExpr;
      readonly pattern: string;
      readonly type: 'int';
      readonly span: Span;
    }
  | { readonly kind: 'assign'; readonly assign: BoundAssign; readonly type: 'int'; readonly span: Span }
  | { readonly kind: 'block'; readonly body: readonly BoundStatement[]; readonly type: 'int'; readonly span: Span }
  | { readonly kind: 'comparison'; readonly comparison: BoundComparison; readonly type: 'int'; readonly span: Span };

export type BoundBinaryOp =
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

/** A legacy comparison; the right side is an expression, or literal text that `core/comparisons.ts` understands. */
export interface BoundComparison {
  readonly subject: string;
  readonly op: string;
  readonly right:
    | { readonly kind: 'myself' }
    | { readonly kind: 'word'; readonly value: string }
    | { readonly kind: 'expr'; readonly value: BoundExpr };
}

/** One use of a pseudo-variable in the config. */
export interface PvUse {
  readonly text: string;
  readonly name: string;
  /** The module that defines it; null for the core's own. */
  readonly module: ModuleDef | null;
  readonly def: PvDef<unknown>;
  readonly inner: FormatText | null;
  readonly index:
    | { readonly kind: 'none' }
    | { readonly kind: 'all' }
    | { readonly kind: 'at'; readonly value: number | PvUse };
  readonly transformations: readonly TransformationUse[];
  readonly span: Span;
}

export interface TransformationUse {
  readonly name: string;
  readonly module: ModuleDef;
  readonly def: TransformationDef<unknown>;
  readonly params: readonly (
    | { readonly kind: 'literal'; readonly text: string }
    | { readonly kind: 'pv'; readonly pv: PvUse }
  )[];
}

/** A parsed format string. */
export interface FormatText {
  readonly text: string;
  readonly parts: readonly (string | PvUse)[];
}

export interface BoundCall {
  readonly name: string;
  readonly module: ModuleDef;
  readonly def: FunctionDef<unknown>;
  readonly args: readonly BoundArg[];
  readonly site: CallSite;
  /** Core functions leave `$rc` alone, and 0 does not end the script. */
  readonly core: boolean;
  readonly span: Span;
}

export type BoundArg =
  /** Already what the function receives. */
  | { readonly kind: 'const'; readonly value: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'format'; readonly format: FormatText; readonly to: 'text' | 'int' | 'regex' }
  | { readonly kind: 'expr'; readonly value: BoundExpr; readonly to: 'text' | 'int' | 'value' | 'regex' }
  | { readonly kind: 'pv'; readonly pv: PvUse }
  | { readonly kind: 'pv-int' | 'pv-value'; readonly pv: PvUse }
  | { readonly kind: 'regex'; readonly pattern: string }
  /** Parsed by the argument's own grammar when linked, with the module's state at hand. */
  | {
      readonly kind: 'static';
      readonly text: string;
      readonly literal: LiteralKind;
      readonly core: boolean;
      readonly arg: Arg<unknown>;
      readonly span: Span;
    }
  /** The same for text that is only known at run time: parsed at each distinct text. */
  | { readonly kind: 'static-expr'; readonly value: BoundExpr; readonly arg: Arg<unknown> }
  | { readonly kind: 'route'; readonly table: RouteTable; readonly name: string; readonly span: Span }
  | { readonly kind: 'route-format'; readonly table: RouteTable; readonly format: FormatText };

export type RouteCall =
  | { readonly kind: 'fixed'; readonly name: string; readonly span: Span }
  | { readonly kind: 'computed'; readonly name: BoundExpr; readonly span: Span };

export interface BoundAssign {
  readonly target: PvUse;
  readonly value: BoundExpr;
  readonly span: Span;
}

export type BoundStatement =
  | { readonly kind: 'call'; readonly call: BoundCall; readonly span: Span }
  | { readonly kind: 'route'; readonly call: RouteCall; readonly span: Span }
  | { readonly kind: 'assign'; readonly assign: BoundAssign; readonly span: Span }
  | {
      readonly kind: 'if';
      readonly condition: BoundExpr;
      readonly then: readonly BoundStatement[];
      readonly else: readonly BoundStatement[];
      readonly span: Span;
    }
  | {
      readonly kind: 'while';
      readonly condition: BoundExpr;
      readonly body: readonly BoundStatement[];
      readonly span: Span;
    }
  | {
      readonly kind: 'switch';
      readonly value: BoundExpr;
      readonly on: 'int' | 'str';
      readonly cases: readonly BoundCase[];
      readonly span: Span;
    }
  | { readonly kind: 'return' | 'exit' | 'drop'; readonly value: BoundExpr | null; readonly span: Span }
  | { readonly kind: 'break'; readonly span: Span }
  /** Runs operations at once, waits for all of them or for the time to be over, and goes on in another route. */
  | {
      readonly kind: 'async';
      readonly operations: readonly BoundCall[];
      readonly resume: RouteCall;
      /** Milliseconds; null: no limit. */
      readonly limitMs: number | null;
      readonly span: Span;
    }
  /** Starts an operation and goes on; a route may be told of its end. */
  | {
      readonly kind: 'launch';
      readonly operation: BoundCall;
      readonly report: RouteCall | null;
      readonly param: BoundExpr | FormatText | null;
      readonly span: Span;
    };

export interface BoundCase {
  readonly label:
    | { readonly kind: 'default' }
    | { readonly kind: 'int'; readonly value: number }
    | { readonly kind: 'str'; readonly value: string }
    | { readonly kind: 'regex'; readonly pattern: string };
  readonly body: readonly BoundStatement[];
}
