import { CORE_FUNCTIONS } from '../../grammar/keywords.js';
import { upstreamModule, upstreamModules } from '../check/catalog.js';
import { coreModule } from '../core/module.js';
import { MODULES } from '../modules/index.js';
import type { FunctionDef, ModuleDef, ParamDef, PvDef, TransformationDef } from '../registry/module.js';

/** A function under a name: of the core (module null), of a module that is here, or only known upstream. */
export interface KnownFunction {
  readonly name: string;
  readonly module: string | null;
  /** Its forms here; empty when it is only upstream. */
  readonly defs: readonly FunctionDef<unknown>[];
}

export interface KnownPv {
  readonly name: string;
  readonly module: string | null;
  readonly def: PvDef<unknown> | null;
}

export interface KnownTransformation {
  readonly cls: string;
  readonly op: string;
  readonly module: string;
  readonly def: TransformationDef<unknown> | null;
}

/** Everything a config can name, from the manifests and from upstream's catalog, by name. */
export class Knowledge {
  readonly functions = new Map<string, KnownFunction[]>();
  readonly pvs = new Map<string, KnownPv[]>();
  /** By class, then by operation in lower case. */
  readonly transformations = new Map<string, Map<string, KnownTransformation>>();
  /** Names of event routes, with who runs them and when. */
  readonly eventRoutes = new Map<string, { readonly module: string | null; readonly doc: string }>();
  readonly moduleNames: readonly string[];

  private constructor(private readonly defs: ReadonlyMap<string, ModuleDef>) {
    this.moduleNames = [...new Set([...defs.keys(), ...upstreamModules()])].sort();
    this.#add(coreModule as unknown as ModuleDef, null);
    for (const def of defs.values()) this.#add(def, def.name);
    for (const name of CORE_FUNCTIONS.keys()) {
      if (!this.functions.has(name)) push(this.functions, name, { name, module: null, defs: [] });
    }
    for (const name of upstreamModules()) this.#addUpstream(name);
  }

  static async load(): Promise<Knowledge> {
    const defs = await Promise.all(Object.values(MODULES).map((load) => load()));
    return new Knowledge(new Map(defs.map((def) => [def.name, def])));
  }

  /** The manifest of a module that is here. */
  module(name: string): ModuleDef | undefined {
    return this.defs.get(name);
  }

  /** Names of a module's parameters, here and upstream. */
  params(module: string): ReadonlyMap<string, ParamDef | null> {
    const all = new Map<string, ParamDef | null>();
    for (const name of upstreamModule(module)?.params ?? []) all.set(name, null);
    for (const [name, def] of Object.entries(this.module(module)?.params ?? {})) all.set(name, def);
    return all;
  }

  #add(def: ModuleDef, module: string | null): void {
    for (const [name, defs] of Object.entries(def.functions)) push(this.functions, name, { name, module, defs });
    for (const [name, pv] of Object.entries(def.pvs)) push(this.pvs, name, { name, module, def: pv });
    for (const [cls, ops] of Object.entries(def.transformations))
      for (const [op, transformation] of Object.entries(ops))
        this.#transformation({ cls, op, module: def.name, def: transformation });
    for (const [name, doc] of Object.entries(def.eventRoutes)) this.eventRoutes.set(name, { module, doc });
  }

  #addUpstream(module: string): void {
    const upstream = upstreamModule(module);
    if (!upstream) return;
    const here = this.module(module);
    for (const name of upstream.functions)
      if (!Object.hasOwn(here?.functions ?? {}, name)) push(this.functions, name, { name, module, defs: [] });
    for (const name of upstream.pvs)
      if (!Object.hasOwn(here?.pvs ?? {}, name)) push(this.pvs, name, { name, module, def: null });
    for (const [cls, ops] of Object.entries(upstream.transformations ?? {}))
      for (const op of ops) this.#transformation({ cls, op, module, def: null });
    for (const name of upstream.eventRoutes ?? [])
      if (!this.eventRoutes.has(name)) this.eventRoutes.set(name, { module, doc: '' });
  }

  #transformation(t: KnownTransformation): void {
    const ops = this.transformations.get(t.cls) ?? new Map<string, KnownTransformation>();
    this.transformations.set(t.cls, ops);
    if (!ops.has(t.op.toLowerCase())) ops.set(t.op.toLowerCase(), t);
  }
}

function push<T>(map: Map<string, T[]>, name: string, value: T): void {
  const list = map.get(name);
  if (list) list.push(value);
  else map.set(name, [value]);
}

/** The first of several that belongs to a loaded module or the core, else the first at all. */
export function preferred<T extends { readonly module: string | null }>(
  all: readonly T[] | undefined,
  loaded: ReadonlySet<string>,
): T | undefined {
  return all?.find((k) => k.module === null || loaded.has(k.module)) ?? all?.[0];
}
