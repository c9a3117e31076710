import type { RpcCommand } from '../rpc/table.js';
import type { ScriptContext } from '../script/context.js';
import type { RouteName } from '../script/route-kind.js';
import type { Value } from '../script/value.js';
import type { Arg, BindEnv, Format, RouteRef } from './arguments.js';
import type { Host } from './host.js';
import type { ThreadGroupSpec } from './threads.js';

/** Where a call stands in the config. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The route block the call is textually in. */
  readonly route: string;
  /** For functions that `continues`: the statements behind the call in its block; null when there are none. */
  readonly rest?: RouteRef | null;
}

/** A function's return code: > 0 true, < 0 false, 0 stops the script. A promise only from functions marked `suspends`. */
export type ReturnCode = number | Promise<number>;

type ArgTypes<A extends readonly Arg<unknown>[]> = { [K in keyof A]: A[K] extends Arg<infer T> ? T : never };

/** One arity of a script function. */
export interface FunctionDef<S> {
  readonly args: readonly Arg<unknown>[];
  readonly routes: readonly RouteName[];
  readonly doc: string;
  /** Statements that show the use; run as a test. */
  readonly example?: string;
  /** True when a call may wait (database, HTTP, sleep, DNS): routes that reach it are compiled as async. */
  readonly suspends: boolean;
  /** Of a function that suspends: whether this call can, by its literal arguments (undefined: not literal) and the module's lines. */
  readonly suspendsWhen?: SuspendsWhen;
  /** The function is given what stands behind its call in the same block, to run it later (`CallSite.rest`). */
  readonly continues?: true;
  /** Every argument must be a literal (upstream's `const`). */
  readonly literalOnly: boolean;
  /** Not there in 5.6. */
  readonly since?: '6.x';
  /** What the return codes mean. */
  readonly returns?: Readonly<Record<string, string>>;
  /** Gives the implementation for one call site. Arguments arrive evaluated. */
  bind(state: S, site: CallSite): (ctx: ScriptContext, ...args: never[]) => ReturnCode;
}

/** `settingsOf` gives the lines of another module. */
export type SuspendsWhen = (
  literals: readonly (string | undefined)[],
  settings: readonly ParamSetting[],
  settingsOf: (module: ModuleDef) => readonly ParamSetting[],
) => boolean;

/** A pseudo-variable's part in parentheses: fixed text, or a format string evaluated per access. */
export interface PvInner {
  /** The text as written. */
  readonly text: string;
  /** True when it holds no pseudo-variables: `text` is all there is. */
  readonly fixed: boolean;
  readonly format: Format;
}

/** `[n]`, `[*]`, `[$var(i)]`, or absent. */
export type PvIndex =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  /** NaN when it is a variable that holds no integer: the access fails. */
  | { readonly kind: 'at'; readonly index: (ctx: ScriptContext) => number };

/** What a pseudo-variable token is bound to. */
export interface PvAccess {
  read(ctx: ScriptContext): Value;
  /** Assigns; false when refused (already logged). `null` is `$null` or an undefined source. */
  write?(ctx: ScriptContext, value: Value): boolean;
}

export interface PvDef<S> {
  readonly doc: string;
  /** Takes `(name)`. */
  readonly inner: 'none' | 'required' | 'optional';
  /** Accepts `[n]`. */
  readonly index: boolean;
  readonly writable: boolean;
  /** Not there in 5.6. */
  readonly since?: '6.x';
  /** Binds one token of the config. Throws `ArgumentError` when the inner name is not valid. */
  bind(state: S, inner: PvInner | null, index: PvIndex, env: BindEnv): PvAccess;
}

/** One operation of a transformation class: `{s.len}`. */
export interface TransformationDef<S> {
  readonly doc: string;
  /** How many parameters it takes, least and most. */
  readonly params: readonly [number, number];
  /** The characters that separate parameters; the default is a comma. Null: everything after the first comma is one. */
  readonly separator?: string | null;
  /**
   * Binds the operation with its parameters (each literal text or a pseudo-variable). The result gives `undefined`
   * when the operation fails; it is not called for null input unless `acceptsNull`.
   */
  bind(state: S, params: readonly TransformationParam[], env: BindEnv): (ctx: ScriptContext, input: Value) => Value;
  readonly acceptsNull?: boolean;
  /** Not there in 5.6. */
  readonly since?: '6.x';
}

export type TransformationParam =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'pv'; readonly text: string; read(ctx: ScriptContext): Value };

/** A module parameter. Upstream's exact types: a string for an int parameter is an error, and the reverse. */
export type ParamDef =
  | {
      readonly type: 'int';
      readonly default: number;
      readonly min?: number;
      readonly max?: number;
      readonly doc: string;
      readonly noEffect?: string;
    }
  | {
      readonly type: 'string';
      readonly default: string | null;
      readonly doc: string;
      /** Checks the value's own grammar; the message when it is not valid. */
      readonly check?: (value: string) => string | null;
      readonly noEffect?: string;
    }
  /** May be given repeatedly; values collect in order. `value` is the modparam type it takes. */
  | {
      readonly type: 'list';
      readonly value: 'int' | 'string';
      readonly doc: string;
      readonly check?: (value: string) => string | null;
      readonly noEffect?: string;
    }
  /** Takes either type. */
  | {
      readonly type: 'int|string';
      readonly default: number | string | null;
      readonly doc: string;
      readonly noEffect?: string;
    };

/** Parameter values after defaults: `params.fr_timer`. */
export type ParamValues<P extends Readonly<Record<string, ParamDef>>> = {
  readonly [K in keyof P]: P[K] extends { type: 'int' }
    ? number
    : P[K] extends { type: 'string'; default: string }
      ? string
      : P[K] extends { type: 'string' }
        ? string | null
        : P[K] extends { type: 'list'; value: 'int' }
          ? readonly number[]
          : P[K] extends { type: 'list' }
            ? readonly string[]
            : number | string | null;
};

/** One modparam line as the config has it: what parameters that depend on each other's order look at. */
export interface ParamSetting {
  readonly name: string;
  readonly value: number | string;
  readonly at: { readonly file: string; readonly line: number; readonly column: number };
}

/** Everything a config can name of one module, and its life cycle. One value per module, read by binder, docs and lint. */
export interface ModuleDef<S = unknown> {
  readonly name: string;
  readonly doc: string;
  /** Modules that must be loaded before this one. */
  readonly depends: readonly string[];
  readonly params: Readonly<Record<string, ParamDef>>;
  readonly functions: Readonly<Record<string, readonly FunctionDef<S>[]>>;
  readonly pvs: Readonly<Record<string, PvDef<S>>>;
  readonly transformations: Readonly<Record<string, Readonly<Record<string, TransformationDef<S>>>>>;
  readonly rpc: Readonly<Record<string, RpcDef<S>>>;
  /** Names of the `event_route`s the module runs; `<x>` marks run-time text. */
  readonly eventRoutes: Readonly<Record<string, string>>;
  /** Statistics as `name` or `group:name`, with what they count. */
  readonly statistics: Readonly<Record<string, string>>;
  /**
   * Makes the module's state for one script thread, before routes are bound (upstream's modparam and load time). May
   * refuse by throwing `ConfigError`. Opens nothing: that is `start`'s. `settings` are the modparam lines in order.
   */
  configure(host: Host, params: never, settings?: readonly ParamSetting[]): S;
  /** Groups of worker threads that the module asks for; their names begin with a blank. */
  threadGroups?(params: never, settings: readonly ParamSetting[]): readonly ThreadGroupSpec[];
  /** After binding: open sockets and databases, load tables, start timers (upstream's mod_init and child_init). */
  start?(state: S, host: Host): void | Promise<void>;
  /** In reverse order of start, bounded in time by the server. */
  stop?(state: S): void | Promise<void>;
}

/**
 * What a command does where several threads have a state of their own: `first` asks one thread after the other until one
 * does not refuse, `join` gives the values of all, `all` runs in all and gives what thread 0 says. Absent: thread 0 knows.
 */
export type RpcReach = 'first' | 'join' | 'all';

export interface RpcDef<S> {
  readonly doc: string;
  readonly reach?: RpcReach;
  bind(state: S, host: Host): RpcCommand['run'];
}

/** A parameter or a combination of them that keeps the server from starting. */
export class ConfigError extends Error {
  constructor(
    message: string,
    /** The parameter at fault, so that the message can point at its modparam line: the last one, or a certain one. */
    readonly param?: string | ParamSetting,
  ) {
    super(message);
  }
}

/** What `defineModule` takes: as `ModuleDef`, with everything that can be empty optional and params inferred. */
export interface ModuleSpec<S, P extends Readonly<Record<string, ParamDef>>> {
  readonly name: string;
  readonly doc: string;
  readonly depends?: readonly string[];
  readonly params?: P;
  readonly functions?: Readonly<Record<string, FunctionDef<S> | readonly FunctionDef<S>[]>>;
  readonly pvs?: Readonly<Record<string, PvDef<S>>>;
  readonly transformations?: ModuleDef<S>['transformations'];
  readonly rpc?: Readonly<Record<string, RpcDef<S>>>;
  readonly eventRoutes?: Readonly<Record<string, string>>;
  readonly statistics?: Readonly<Record<string, string>>;
  readonly configure: (host: Host, params: ParamValues<P>, settings: readonly ParamSetting[]) => S;
  threadGroups?(params: ParamValues<P>, settings: readonly ParamSetting[]): readonly ThreadGroupSpec[];
  start?(state: S, host: Host): void | Promise<void>;
  stop?(state: S): void | Promise<void>;
}

/** Declares a module. The result is its manifest and constructor in one; nothing runs until a config loads it. */
export function defineModule<
  S,
  const P extends Readonly<Record<string, ParamDef>> = Readonly<Record<string, ParamDef>>,
>(spec: ModuleSpec<S, P>): ModuleDef<S> {
  const functions: Record<string, readonly FunctionDef<S>[]> = {};
  for (const [name, def] of Object.entries(spec.functions ?? {})) {
    functions[name] = Array.isArray(def) ? (def as readonly FunctionDef<S>[]) : [def as FunctionDef<S>];
  }
  return {
    name: spec.name,
    doc: spec.doc,
    depends: spec.depends ?? [],
    params: spec.params ?? {},
    functions,
    pvs: spec.pvs ?? {},
    transformations: spec.transformations ?? {},
    rpc: spec.rpc ?? {},
    eventRoutes: spec.eventRoutes ?? {},
    statistics: spec.statistics ?? {},
    configure: spec.configure as ModuleDef<S>['configure'],
    ...(spec.threadGroups ? { threadGroups: spec.threadGroups as ModuleDef<S>['threadGroups'] } : {}),
    start: spec.start,
    stop: spec.stop,
  };
}

/** What `fn` takes beside the arguments and the implementation. */
export interface FunctionInfo {
  readonly routes: readonly RouteName[];
  readonly doc: string;
  readonly example?: string;
  readonly suspends?: boolean | SuspendsWhen;
  readonly continues?: true;
  readonly literalOnly?: boolean;
  readonly since?: '6.x';
  readonly returns?: Readonly<Record<string, string>>;
}

/** The builders of one module's entries, with its state type fixed: `const { fn, pv, rpc } = entriesOf<State>()`. */
export function entriesOf<S>() {
  return {
    /** A script function: its arguments, its facts, and the implementation made per call site. */
    fn<const A extends readonly Arg<unknown>[]>(
      args: A,
      info: FunctionInfo,
      bind: (state: S, site: CallSite) => (ctx: ScriptContext, ...args: ArgTypes<A>) => ReturnCode,
    ): FunctionDef<S> {
      return {
        args,
        routes: info.routes,
        doc: info.doc,
        example: info.example,
        suspends: info.suspends !== undefined && info.suspends !== false,
        ...(info.continues ? { continues: true as const } : {}),
        suspendsWhen: typeof info.suspends === 'function' ? info.suspends : undefined,
        literalOnly: info.literalOnly ?? false,
        since: info.since,
        returns: info.returns,
        bind: bind as FunctionDef<S>['bind'],
      };
    },
    /** A read-only pseudo-variable without name or index. */
    readPv(doc: string, read: (state: S) => (ctx: ScriptContext) => Value): PvDef<S> {
      return { doc, inner: 'none', index: false, writable: false, bind: (state) => ({ read: read(state) }) };
    },
    /** Any other pseudo-variable. */
    pv(def: PvDef<S>): PvDef<S> {
      return def;
    },
    transformation(def: TransformationDef<S>): TransformationDef<S> {
      return def;
    },
    rpc(doc: string, bind: RpcDef<S>['bind']): RpcDef<S> {
      return { doc, bind };
    },
  };
}
