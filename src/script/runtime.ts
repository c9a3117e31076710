import type { Log } from '../observe/log.js';
import type { Regex, RouteRef, RouteTable } from '../registry/arguments.js';
import type { AsyncStatements } from './async-statements.js';
import { type ScriptContext, Stop } from './context.js';
import { EVALUATION_FAILED, makeOperators, type Operators } from './operators.js';
import type { ScriptVars } from './script-vars.js';
import { Dual, isDefined, parseInteger, toStored, toText, type Value } from './value.js';

/** What the runtime needs from the thread it runs in. */
export interface RuntimeParts {
  readonly compat: '5.6' | '6.x';
  readonly log: Log;
  readonly vars: ScriptVars;
  readonly maxLoops: number;
  readonly maxDepth: number;
  /** Compiles a regular expression that is only known at run time; the message when it is not valid. */
  readonly compileRegex: (source: string, flags: { newline: boolean }) => Regex | { readonly error: string };
  readonly findRoute: (table: RouteTable, name: string) => RouteRef | null;
  /** Carries out `async()` and `launch()`. */
  readonly statements: AsyncStatements;
  /** Called before every action when the program was emitted with the action hook. */
  readonly onAction: ((ctx: ScriptContext, line: number) => void) | null;
}

/** How many run-time regular expressions stay compiled. */
const REGEX_CACHE = 256;

/**
 * What emitted code calls besides functions and pseudo-variables: operators, return codes, and what happens when an
 * expression is abandoned. One per script thread; emitted code knows it as `R`.
 */
export class ScriptRuntime {
  readonly O: Operators;
  readonly M: Operators['math'];
  readonly I: Operators['int'];
  readonly T = toText;
  readonly A: Operators['add'];
  readonly E: Operators['equal'];
  readonly maxLoops: number;
  readonly statements: AsyncStatements;
  readonly #log: Log;
  readonly #parts: RuntimeParts;
  readonly #regexes = new Map<string, Regex | { readonly error: string }>();

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
    this.#log = parts.log;
    this.maxLoops = parts.maxLoops;
    this.statements = parts.statements;
    this.O = makeOperators(parts.compat, parts.log);
    this.M = this.O.math;
    this.I = this.O.int;
    this.A = this.O.add;
    this.E = this.O.equal;
  }

  /** A value on its way into a variable; a failed read is logged and stored as null. */
  readonly S = (v: Value): string | number | bigint | null => {
    if (typeof v === 'string' || typeof v === 'number') return v;
    if (v === undefined) {
      this.#log.error('<core>', 'non existing right pvar');
      this.#readFailed = true;
      return null;
    }
    return toStored(v);
  };

  /** What `@select` found on its way into a variable: nothing is empty text, unlike the null of `$sel`. */
  selected(v: Value): string | number | bigint {
    if (v === undefined) this.#readFailed = true;
    return toStored(v ?? '') as string | number | bigint;
  }

  /** What `selval` chose, on its way into a variable: a computed value, in one form only and never undefined. */
  chosen(v: Value): string | number | bigint {
    return toStored(v ?? '') as string | number | bigint;
  }

  #readFailed = false;

  /** What became of an assignment from a variable: it has failed when the read did, though null was stored. */
  stored(written: boolean): boolean {
    if (!this.#readFailed) return written;
    this.#readFailed = false;
    return false;
  }

  /** An assignment inside an expression, whose value may be impossible to evaluate: it then counts as failed. */
  tryAssign(assign: () => boolean, range: string, value: string): boolean {
    try {
      return assign() || this.assignFailed(range) > 0;
    } catch (e) {
      return this.assignmentAbandoned(e, range, value) > 0;
    }
  }

  async tryAssignWaiting(assign: () => Promise<boolean>, range: string, value: string): Promise<boolean> {
    try {
      return (await assign()) || this.assignFailed(range) > 0;
    } catch (e) {
      return this.assignmentAbandoned(e, range, value) > 0;
    }
  }

  /** A value on its way into a part of the message: an integer has its text form beside it, a text its number. */
  dual(v: Value): Value {
    if (typeof v === 'number' || typeof v === 'bigint') return new Dual(v, v.toString(), 'int');
    return v === undefined ? this.S(v) : v;
  }

  /** A module function's return code: kept in `$rc`; 0 ends the script. */
  done(x: ScriptContext, code: number): number {
    x.rc = code;
    if (code === 0) x.stop |= Stop.EXIT;
    return code;
  }

  /** A core function's result: failures are logged with their place, `$rc` is left alone. */
  coreAction(code: number, at: string): number {
    if (code < 0) this.#log.error('<core>', `run action error at: ${at}`);
    return code;
  }

  /** Before a run waits: its variables become its own, since other messages run meanwhile. */
  suspend(x: ScriptContext): Promise<number> {
    if (!x.varsOwned) {
      x.vars = this.#parts.vars.values.slice();
      x.varsOwned = true;
    }
    this.#log.context = null;
    return x.pending as Promise<number>;
  }

  /** After a run waited. */
  resumed(x: ScriptContext, code: number): number {
    this.#log.context = x;
    return code;
  }

  /** Assigns to a script variable of a run that may have waited for the value. */
  setVar(x: ScriptContext, slot: number, value: string | number | bigint | null): true {
    x.vars![slot] = value;
    return true;
  }

  /** A call inside an expression, whose arguments may be impossible to evaluate: it then counts as failed. */
  attempt(call: () => number, at: string): number {
    try {
      return call();
    } catch (e) {
      return this.actionAbandoned(e, at);
    }
  }

  async attemptWaiting(call: () => Promise<number>, at: string): Promise<number> {
    try {
      return await call();
    } catch (e) {
      return this.actionAbandoned(e, at);
    }
  }

  /** Runs a route that counts block depth; `nest` is how many blocks of the caller are around the call. */
  deep(
    x: ScriptContext,
    route: (x: ScriptContext) => number | Promise<number>,
    nest: number,
  ): number | Promise<number> {
    if (this.tooDeep(x, nest)) return -1;
    x.depth += nest;
    const code = route(x);
    if (typeof code === 'number') {
      x.depth -= nest;
      return code;
    }
    return code.then((n) => {
      x.depth -= nest;
      return n;
    });
  }

  /** True (and logged) when another block inside `nest` blocks would exceed `max_recursive_level`. */
  tooDeep(x: ScriptContext, nest: number): boolean {
    const depth = x.depth + nest + 1;
    if (depth <= this.#parts.maxDepth) return false;
    this.#log.error('<core>', `too many recursive routing table lookups (${depth}) giving up!`);
    return true;
  }

  /** `route($var(name))`: looked up per call; a missing route is an error code and leaves `$rc` alone. */
  computedRoute(x: ScriptContext, name: string, nest: number, at: string): number | Promise<number> {
    const route = this.#parts.findRoute('main', name);
    if (route === null) {
      this.#log.error('<core>', `route "${name}" not found at ${at}`);
      return -1;
    }
    const code = this.deep(x, (ctx) => route.run(ctx), nest);
    if (typeof code === 'number') return (x.rc = code);
    return code.then((n) => (x.rc = n));
  }

  /** A route block named at run time, for functions that take one; null when there is none. */
  route(table: RouteTable, name: string): RouteRef | null {
    return this.#parts.findRoute(table, name);
  }

  /** `text =~ pattern` with a pattern that is only known at run time. */
  match(text: string, pattern: string): boolean {
    const regex = this.#compiled(pattern, false);
    if ('error' in regex) {
      this.#log.error('<core>', `Bad regular expression "${pattern}"`);
      throw EVALUATION_FAILED;
    }
    return regex.test(text);
  }

  /** A regular expression argument given at run time, lines apart. Abandons the call when it is not valid. */
  regex(pattern: string): Regex {
    const regex = this.#compiled(pattern, true);
    if ('error' in regex) {
      this.#log.error('<core>', `Bad regular expression "${pattern}": ${regex.error}`);
      throw EVALUATION_FAILED;
    }
    return regex;
  }

  #compiled(pattern: string, newline: boolean): Regex | { readonly error: string } {
    const key = newline ? `\n${pattern}` : pattern;
    let regex = this.#regexes.get(key);
    if (regex === undefined) {
      if (this.#regexes.size >= REGEX_CACHE) this.#regexes.delete(this.#regexes.keys().next().value as string);
      regex = this.#parts.compileRegex(pattern, { newline });
      this.#regexes.set(key, regex);
    }
    return regex;
  }

  /** An integer argument given at run time; a text that is no number is 0, as upstream's fix-up leaves it. */
  intArg(v: Value): number {
    if (typeof v === 'number') return v;
    if (!isDefined(v)) return 0;
    if (typeof v === 'object') return Number(v.int);
    return Number(typeof v === 'bigint' ? v : (parseInteger(v, 64) ?? 0));
  }

  /** A computed `return`, `exit` or `drop` value as a code. */
  code(n: number | bigint): number {
    return typeof n === 'number' ? n | 0 : Number(BigInt.asIntN(32, n));
  }

  runaway(from: number, to: number): number {
    this.#log.error('<core>', `runaway while (${from}, ${to}): more then ${this.maxLoops} loops`);
    return -1;
  }

  assignFailed(range: string): number {
    this.#log.error('<core>', `assignment failed at pos: (${range})`);
    return -1;
  }

  assignmentAbandoned(e: unknown, range: string, value: string): number {
    rethrowOthers(e);
    this.#log.error('<core>', `rval expression evaluation failed (${value})`);
    this.#log.error('<core>', `assignment failed at pos: (${range})`);
    return -1;
  }

  conditionFailed(e: unknown, word: string, range: string): boolean {
    rethrowOthers(e);
    this.#log.error('<core>', `${word} expression evaluation failed (${range})`);
    return false;
  }

  returnFailed(e: unknown): number {
    rethrowOthers(e);
    this.#log.warn('<core>', 'failed to eval int expression');
    return -5;
  }

  /** What the switch goes by when its value cannot be had: nothing, so the default arm is taken. */
  switchFailed(e: unknown): null {
    rethrowOthers(e);
    return null;
  }

  actionAbandoned(e: unknown, at: string): number {
    rethrowOthers(e);
    this.#log.error('<core>', `run action error at: ${at}`);
    return -1;
  }

  action(x: ScriptContext, line: number): void {
    this.#parts.onAction?.(x, line);
  }
}

function rethrowOthers(e: unknown): void {
  if (e !== EVALUATION_FAILED) throw e;
}
