import type { ModuleDef } from '../registry/module.js';
import { upstreamModule } from './catalog.js';
import { upstreamForms } from './signatures.js';

/** What of a kind of exports is here of what upstream's module has. */
export interface Coverage {
  readonly here: number;
  readonly upstream: number;
  /** Names that upstream has and kts does not. */
  readonly missing: readonly string[];
  /** How many names only kts has. */
  readonly added: number;
}

export const EXPORTS = ['functions', 'params', 'pvs', 'transformations', 'rpc', 'eventRoutes'] as const;
export type ExportKind = (typeof EXPORTS)[number];

/** Compares a module with upstream's of the same name; null when upstream has none. */
export function coverageOf(def: ModuleDef): Readonly<Record<ExportKind, Coverage>> | null {
  const upstream = upstreamModule(def.name);
  if (upstream === undefined) return null;
  // Functions that upstream's parser accepts by accident have no form.
  const theirs: Readonly<Record<ExportKind, readonly string[]>> = {
    functions: upstream.functions.filter((name) => upstreamForms(def.name, name).length > 0),
    params: upstream.params,
    pvs: upstream.pvs,
    transformations: operations(upstream.transformations ?? {}, (ops) => ops),
    rpc: upstream.rpc ?? [],
    eventRoutes: upstream.eventRoutes ?? [],
  };
  const ours: Readonly<Record<ExportKind, readonly string[]>> = {
    functions: Object.keys(def.functions),
    params: Object.keys(def.params),
    pvs: Object.keys(def.pvs),
    transformations: operations(def.transformations, (ops) => Object.keys(ops)),
    rpc: Object.keys(def.rpc),
    eventRoutes: Object.keys(def.eventRoutes),
  };
  const compare = (kind: ExportKind): Coverage => {
    const wanted = new Set(theirs[kind]);
    const there = new Set(ours[kind]);
    const missing = [...wanted].filter((name) => !there.has(name));
    const added = [...there].filter((name) => !wanted.has(name)).length;
    return { here: wanted.size - missing.length, upstream: wanted.size, missing, added };
  };
  return Object.fromEntries(EXPORTS.map((kind) => [kind, compare(kind)])) as Record<ExportKind, Coverage>;
}

function operations<T>(classes: Readonly<Record<string, T>>, names: (ops: T) => readonly string[]): string[] {
  return Object.entries(classes).flatMap(([cls, ops]) => names(ops).map((op) => `${cls}.${op.toLowerCase()}`));
}
