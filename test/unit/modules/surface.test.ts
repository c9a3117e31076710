import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MODULES } from '../../../src/modules/index.js';
import { type RouteName, routeMask } from '../../../src/script/route-kind.js';

interface CatalogModule {
  readonly functions?: readonly {
    readonly name: string;
    readonly arity: number;
    readonly routes: readonly RouteName[];
    readonly internal?: boolean;
  }[];
  readonly params?: readonly { readonly name: string; readonly type: string; readonly default: unknown }[];
  readonly pvs?: readonly { readonly name: string }[];
  readonly rpc?: readonly string[];
  readonly stats?: readonly string[];
  readonly transformations?: Readonly<Record<string, readonly string[]>>;
}

const file = process.env.KTS_CATALOG ?? '/work/shared/reference/catalog.json';

function catalog(): Readonly<Record<string, CatalogModule>> | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { modules: Record<string, CatalogModule> }).modules;
  } catch {
    return null;
  }
}

const upstream = catalog();
const names = [
  'xlog',
  'kex',
  'textops',
  'textopsx',
  'siputils',
  'sanity',
  'cfgutils',
  'corex',
  'sqlops',
  'avpops',
  'exec',
];

describe.skipIf(upstream === null).each(names)('surface of module %s against the catalog of upstream', (name) => {
  const theirs = upstream?.[name] as CatalogModule;

  it('has every function with its arities and routes', async () => {
    const { functions } = await MODULES[name]!();
    const ours = Object.entries(functions).flatMap(([fn, defs]) =>
      defs.flatMap((d) =>
        d.args
          .map((a, i) => (a.optional ? [i] : []))
          .concat([[d.args.length]])
          .flat()
          .map((arity) => `${fn}/${arity} ${routeMask(d.routes)}`),
      ),
    );
    const wanted = (theirs.functions ?? []).filter((f) => !f.internal);
    expect(ours.sort()).toEqual(wanted.map((f) => `${f.name}/${f.arity} ${routeMask(f.routes)}`).sort());
  });

  it('has every parameter with its default', async () => {
    const { params } = await MODULES[name]!();
    const ours = Object.entries(params).map(
      ([param, d]) => `${param}=${d.type === 'list' ? 'NULL' : (d.default ?? 'NULL')}`,
    );
    expect(ours.sort()).toEqual((theirs.params ?? []).map((p) => `${p.name}=${p.default}`).sort());
  });

  it('has every variable, transformation, RPC command and statistic', async () => {
    const module = await MODULES[name]!();
    expect(Object.keys(module.pvs).sort()).toEqual((theirs.pvs ?? []).map((p) => p.name).sort());
    expect(Object.keys(module.rpc).sort()).toEqual([...(theirs.rpc ?? [])].sort());
    const ours = Object.entries(module.transformations).flatMap(([k, ops]) =>
      Object.keys(ops).map((op) => `${k}.${op}`),
    );
    const wanted = Object.entries(theirs.transformations ?? {}).flatMap(([k, ops]) => ops.map((op) => `${k}.${op}`));
    expect(ours.sort()).toEqual(wanted.sort());
    const statistics = Object.keys(module.statistics).map((s) => s.slice(s.indexOf(':') + 1));
    for (const s of theirs.stats ?? []) expect(statistics).toContain(s);
  });

  it('says what each function does and shows a call', async () => {
    const { functions } = await MODULES[name]!();
    for (const [fn, defs] of Object.entries(functions)) {
      for (const d of defs) expect(`${d.doc}|${d.example ?? ''}`, fn).toMatch(/^.+\|.+$/s);
    }
  });
});
