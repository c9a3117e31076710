import type { Span } from '../../grammar/source.js';
import type { RouteTable } from '../registry/arguments.js';
import type { FunctionDef, ModuleDef, ParamSetting, PvDef, TransformationDef } from '../registry/module.js';
import type { Findings } from './findings.js';
import type { Folder } from './fold.js';

/** What the binder knows while it walks route blocks: the names of all loaded modules, and where it stands. */
export interface BindScope {
  readonly names: Names;
  readonly findings: Findings;
  readonly folder: Folder;
  readonly compat: '5.6' | '6.x';
  readonly flags: ReadonlyMap<string, number>;
  readonly avpFlags: ReadonlyMap<string, number>;
  /** The block being bound: its display name and the `RouteKind` bits its calls must allow (any one suffices). */
  readonly block: { readonly name: string; readonly mask: number };
  /** Upstream modules that the config loads and that are not here: reported once, with all uses. */
  readonly notHere: NotHere;
  /** Route blocks that functions are given by name, to be looked for when all blocks are known. */
  readonly routesNamed: { readonly table: RouteTable; readonly name: string; readonly span: Span }[];
  /** A loaded module's modparam lines. */
  settingsOf(module: ModuleDef): readonly ParamSetting[];
}

/** Upstream modules that are loaded and not here; `use` notes what of them the config needs. */
export interface NotHere {
  has(module: string): boolean;
  use?(module: string, what: string, span: Span): void;
}

interface FunctionEntry {
  readonly module: ModuleDef;
  readonly def: FunctionDef<unknown>;
}

/** Functions, pseudo-variables and transformations by name over the core and the loaded modules. */
export class Names {
  readonly #functions = new Map<string, FunctionEntry[]>();
  readonly #pvs = new Map<string, { module: ModuleDef; def: PvDef<unknown> }>();
  readonly #modules = new Map<string, ModuleDef>();
  readonly #transformations = new Map<string, Map<string, { module: ModuleDef; def: TransformationDef<unknown> }>>();

  constructor(
    readonly core: ModuleDef,
    readonly compat: '5.6' | '6.x',
  ) {
    this.add(core);
  }

  add(module: ModuleDef): void {
    this.#modules.set(module.name, module);
    for (const [name, defs] of Object.entries(module.functions)) {
      const known = this.#functions.get(name) ?? [];
      this.#functions.set(name, known);
      // The module loaded last is asked first, as upstream does; the core's words are part of the grammar and win.
      for (const def of defs.filter((d) => this.#exists(d)))
        known[known[0]?.module === this.core ? 'push' : 'unshift']({ module, def });
    }
    for (const [name, def] of Object.entries(module.pvs))
      if (!this.#pvs.has(name) && this.#exists(def)) this.#pvs.set(name, { module, def });
    for (const [cls, ops] of Object.entries(module.transformations)) {
      const known = this.#transformations.get(cls) ?? new Map();
      for (const [op, def] of Object.entries(ops)) if (this.#exists(def)) known.set(op.toLowerCase(), { module, def });
      if (known.size > 0) this.#transformations.set(cls, known);
    }
  }

  #exists(def: { readonly since?: '6.x' }): boolean {
    return this.compat !== '5.6' || def.since === undefined;
  }

  /** The definition of a loaded module. */
  module(name: string): ModuleDef | undefined {
    return this.#modules.get(name);
  }

  functions(name: string): readonly FunctionEntry[] {
    return this.#functions.get(name) ?? [];
  }

  pv(name: string): { readonly module: ModuleDef; readonly def: PvDef<unknown> } | undefined {
    return this.#pvs.get(name);
  }

  transformationClass(
    cls: string,
  ): ReadonlyMap<string, { readonly module: ModuleDef; readonly def: TransformationDef<unknown> }> | undefined {
    return this.#transformations.get(cls);
  }

  functionNames(): Iterable<string> {
    return this.#functions.keys();
  }
  pvNames(): Iterable<string> {
    return this.#pvs.keys();
  }
  transformationClasses(): Iterable<string> {
    return this.#transformations.keys();
  }
}

/** `(26,15-26,20)`: how upstream writes a range of the config. */
export function rangeText(span: Span): string {
  const { at, end } = span;
  return at.line === end.line && at.column === end.column
    ? `${at.line},${at.column}`
    : `${at.line},${at.column}-${end.line},${end.column}`;
}
