import type { Span } from '../../grammar/source.js';
import type { Findings } from '../check/findings.js';
import type { BoundArg, BoundCall, BoundComparison, FormatText, PvUse } from '../check/program.js';
import {
  type Arg,
  ArgumentError,
  type BindEnv,
  type BoundPv,
  type Format,
  type Regex,
  type RouteRef,
  type RouteTable,
} from '../registry/arguments.js';
import type { PvAccess, PvIndex, PvInner, TransformationParam } from '../registry/module.js';
import { type ComparisonTest, makeComparison } from '../script/comparisons.js';
import type { ScriptContext } from '../script/context.js';
import { EVALUATION_FAILED, type OperatorSite } from '../script/operators.js';
import { compileRegex } from '../script/regex/index.js';
import type { ScriptVars } from '../script/script-vars.js';
import { toPrinted, type Value } from '../script/value.js';
import type { Constants } from './constants.js';

/** What linking needs of the script thread. */
export interface LinkTarget {
  /** States of the core and the configured modules, by module name. */
  readonly states: ReadonlyMap<string, unknown>;
  readonly env: BindEnv;
  readonly vars: ScriptVars;
  readonly findRoute: (table: RouteTable, name: string) => RouteRef | null;
  /** The route that will run the end of a block with that number. */
  readonly restRoute: (number: number) => RouteRef;
  readonly isMyself: (host: string, port: number, proto: string | null) => boolean;
  /** The full path of a config file: functions and variables show it, messages of the core the name as given. */
  readonly fullPath: (file: string) => string;
  /** Logs that a function's argument given at run time was refused. */
  readonly refused: (text: string) => void;
}

type Read = (ctx: ScriptContext) => Value;
type Callee = (ctx: ScriptContext, ...args: never[]) => number | Promise<number>;

/** The place of texts that are not in the config itself. */
export const NOWHERE: Span = { at: { file: '', line: 0, column: 0 }, end: { file: '', line: 0, column: 0 } };

/**
 * Turns what the binder resolved into closures over one script thread's module states. Literals that a module refuses
 * become findings; linking goes on, so that all are reported in one run.
 */
export class Linker {
  readonly #sites = new Map<string, OperatorSite>();
  readonly #accesses = new WeakMap<PvUse, PvAccess>();
  readonly #formats = new WeakMap<FormatText, Format>();
  /** The literal being parsed: what is refused inside it is reported there. */
  place: Span = NOWHERE;
  /** Display name of the route block being linked. */
  route = '';
  /** What stands behind calls that continue later, by call. */
  readonly rests = new Map<BoundCall, RouteRef>();

  constructor(
    private readonly target: LinkTarget,
    private readonly findings: Findings,
  ) {}

  /** JavaScript that reads a pseudo-variable of run `x`. Script variables with fixed names are read in place. */
  readSource(pv: PvUse, constants: Constants): string {
    const slot = this.#varSlot(pv);
    if (slot !== null && pv.transformations.length === 0) return `x.vars[${slot}]`;
    return `${constants.use('p', this.access(pv).read)}(x)`;
  }

  /** JavaScript that assigns to a pseudo-variable; a boolean that says whether it worked. */
  writeSource(pv: PvUse, value: string, constants: Constants): string {
    const slot = this.#varSlot(pv);
    if (slot !== null) {
      const unset = pv.name === 'vn' ? 'null' : '0';
      // JavaScript looks `x.vars` up before it waits for the value; a run that waited has other variables then.
      if (value.includes('await ')) return `R.setVar(x,${slot},${value}??${unset})`;
      return `((x.vars[${slot}]=${value}??${unset}),true)`;
    }
    const write = this.access(pv).write;
    return write ? `${constants.use('w', write)}(x,${value})` : `(${value},false)`;
  }

  #varSlot(pv: PvUse): number | null {
    if ((pv.name !== 'var' && pv.name !== 'vz' && pv.name !== 'vn') || pv.module?.name !== 'pv') return null;
    if (pv.index.kind !== 'none' || pv.inner === null) return null;
    // Names are literal: `$var($var(x))` is a variable of that odd name.
    const name = pv.inner.text;
    return pv.name === 'vn' ? this.target.vars.nullableSlot(name) : this.target.vars.slot(name);
  }

  callee(call: BoundCall): Callee {
    // A module that refused its parameters has no state; that is reported, and nothing of it will run.
    if (!this.target.states.has(call.module.name)) return () => -1;
    const site = { ...call.site, file: this.target.fullPath(call.site.file), rest: this.rests.get(call) ?? null };
    return call.def.bind(this.target.states.get(call.module.name) as never, site);
  }

  /** The route that stands for the end of a block. */
  restRoute(number: number): RouteRef {
    return this.target.restRoute(number);
  }

  /** The variable as functions receive it: an object with `read` and perhaps `write`. */
  boundPv(pv: PvUse): BoundPv {
    return { text: pv.text, name: pv.name, ...this.access(pv) };
  }

  /** The closures that read and write one use of a variable, transformations included. */
  access(pv: PvUse): PvAccess {
    let access = this.#accesses.get(pv);
    if (!access) {
      access = this.#link(pv);
      this.#accesses.set(pv, access);
    }
    return access;
  }

  #link(pv: PvUse): PvAccess {
    const owners = [pv.module, ...pv.transformations.map((t) => t.module)];
    if (owners.some((m) => m !== null && !this.target.states.has(m.name))) return { read: () => null };
    let access: PvAccess;
    const outer = this.place;
    if (pv.span !== NOWHERE) this.place = pv.span;
    try {
      const state = pv.module === null ? undefined : this.target.states.get(pv.module.name);
      access = pv.def.bind(state as never, pv.inner && this.#inner(pv.inner), this.#index(pv.index), this.target.env);
    } catch (e) {
      this.#refused(e, pv.span, pv.text, 'KTS1031');
      return { read: () => null };
    } finally {
      this.place = outer;
    }
    if (pv.transformations.length === 0) return access;
    return { read: this.#transformed(pv, access.read) };
  }

  #inner(format: FormatText): PvInner {
    return { text: format.text, fixed: format.parts.every((p) => typeof p === 'string'), format: this.format(format) };
  }

  #index(index: PvUse['index']): PvIndex {
    if (index.kind !== 'at') return index;
    if (typeof index.value === 'number') {
      const n = index.value;
      return { kind: 'at', index: () => n };
    }
    const { read } = this.access(index.value);
    return {
      kind: 'at',
      index(ctx) {
        const v = read(ctx);
        if (typeof v === 'number') return v;
        return typeof v === 'object' && v !== null ? Number(v.int) : Number.NaN;
      },
    };
  }

  #transformed(pv: PvUse, read: Read): Read {
    let chain = read;
    for (const t of pv.transformations) {
      const before = chain;
      const params = t.params.map((p): TransformationParam => {
        if (p.kind === 'literal') return p;
        return { kind: 'pv', text: p.pv.text, read: this.access(p.pv).read };
      });
      try {
        const apply = t.def.bind(this.target.states.get(t.module.name) as never, params, this.target.env);
        chain = t.def.acceptsNull
          ? (ctx) => apply(ctx, before(ctx))
          : (ctx) => {
              const v = before(ctx);
              return v === null || v === undefined ? undefined : apply(ctx, v);
            };
      } catch (e) {
        this.#refused(e, pv.span, `{${t.name}} in ${pv.text}`, 'KTS1034');
      }
    }
    return chain;
  }

  /** The text of a format string for a run. */
  format(format: FormatText): Format {
    let compiled = this.#formats.get(format);
    if (!compiled) {
      compiled = this.#compileFormat(format);
      this.#formats.set(format, compiled);
    }
    return compiled;
  }

  #compileFormat(format: FormatText): Format {
    const parts = format.parts.map((p): string | Read => (typeof p === 'string' ? p : this.access(p).read));
    const [first, second] = parts;
    if (parts.every((p): p is string => typeof p === 'string')) {
      const text = parts.join('');
      return () => text;
    }
    if (parts.length === 1) return (ctx) => toPrinted((first as Read)(ctx));
    if (parts.length === 2 && typeof first === 'string') return (ctx) => first + toPrinted((second as Read)(ctx));
    return (ctx) => {
      let text = '';
      for (const p of parts) text += typeof p === 'string' ? p : toPrinted(p(ctx));
      return text;
    };
  }

  regex(
    pattern: string,
    span: Span | null,
    flags: { ignoreCase?: boolean; newline?: boolean } = { ignoreCase: true },
  ): Regex {
    const regex = compileRegex(pattern, flags);
    if (!('error' in regex)) return regex;
    this.findings.add('KTS1041', span ?? NOWHERE, `Bad regular expression "${pattern}": ${regex.error}`);
    return { source: pattern, test: () => false, exec: () => null };
  }

  staticArgument(arg: Extract<BoundArg, { kind: 'static' }>): unknown {
    const outer = this.place;
    this.place = arg.span;
    try {
      return this.findings.duringStart(() => arg.arg.parse?.(arg.text, this.target.env, arg.literal));
    } catch (e) {
      this.#refused(e, arg.span, `${arg.arg.name} "${arg.text}"`, arg.core ? 'KTS1027' : 'KTS1023');
      return undefined;
    } finally {
      this.place = outer;
    }
  }

  /** A parser applied at run time; each distinct text is parsed once while it stays in a small cache. */
  parserOf(arg: Arg<unknown>): (text: string) => unknown {
    const cache = new Map<string, unknown>();
    return (text) => {
      if (cache.has(text)) return cache.get(text);
      if (cache.size >= 64) cache.clear();
      const value = this.#parseAtRunTime(arg, text);
      cache.set(text, value);
      return value;
    };
  }

  /** Abandons the call when the argument's grammar refuses the text. */
  #parseAtRunTime(arg: Arg<unknown>, text: string): unknown {
    try {
      return arg.parse?.(text, this.target.env, 'str');
    } catch (e) {
      if (!(e instanceof ArgumentError)) throw e;
      this.target.refused(`${arg.name} "${text}": ${e.message}`);
      throw EVALUATION_FAILED;
    }
  }

  routeRef(table: RouteTable, name: string): RouteRef | null {
    return this.target.findRoute(table, name);
  }

  comparison(node: BoundComparison, span: Span): ComparisonTest {
    const { right } = node;
    const constant = right.kind === 'expr' && right.value.kind === 'const' ? `${right.value.value}` : null;
    const comparison = { ...node, right: right.kind === 'expr' ? ({ kind: 'expr', constant } as const) : right };
    const test = makeComparison(comparison, {
      isMyself: this.target.isMyself,
      regex: (pattern) => compileRegex(pattern, { ignoreCase: true }),
    });
    if (typeof test === 'function') return test;
    this.findings.add('KTS1060', span, test.error);
    return () => false;
  }

  operatorSite(range: string): OperatorSite {
    let site = this.#sites.get(range);
    if (!site) this.#sites.set(range, (site = { range }));
    return site;
  }

  #refused(e: unknown, span: Span, what: string, code: 'KTS1023' | 'KTS1027' | 'KTS1031' | 'KTS1034'): void {
    if (!(e instanceof ArgumentError)) throw e;
    this.findings.add(code, span === NOWHERE ? this.place : span, `${what}: ${e.message}`);
  }
}
