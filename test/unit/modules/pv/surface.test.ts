import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import pv from '../../../../src/modules/pv/index.js';
import { routeMask } from '../../../../src/script/route-kind.js';

interface CatalogPv {
  readonly name: string;
  readonly class?: boolean;
  readonly writable?: boolean;
  readonly index?: boolean;
}
interface CatalogFunction {
  readonly name: string;
  readonly arity: number;
  readonly routes: readonly Parameters<typeof routeMask>[0][number][];
}
interface Catalog {
  readonly modules: {
    readonly pv: {
      readonly pvs: readonly CatalogPv[];
      readonly functions: readonly CatalogFunction[];
      readonly transformations: Readonly<Record<string, readonly string[]>>;
      readonly params: readonly { readonly name: string }[];
      readonly rpc: readonly string[];
    };
  };
}

const file =
  process.env.KTS_CATALOG ?? fileURLToPath(new URL('../../../../../shared/reference/catalog.json', import.meta.url));

function catalog(): Catalog['modules']['pv'] | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Catalog).modules.pv;
  } catch {
    return null;
  }
}

const upstream = catalog();

describe.skipIf(upstream === null)('surface of module pv against the catalog of upstream', () => {
  const of = upstream as NonNullable<typeof upstream>;

  it('has every pseudo-variable with its shape, and no others', () => {
    const ours = Object.entries(pv.pvs).map(([name, d]) => [name, d.inner !== 'none', d.writable, d.index]);
    const theirs = of.pvs.map((p) => [p.name, p.class ?? false, p.writable ?? false, p.index ?? false]);
    expect(ours.map(String).sort()).toEqual(theirs.map(String).sort());
  });

  it('has every transformation', () => {
    const ours = Object.entries(pv.transformations).flatMap(([k, ops]) => Object.keys(ops).map((op) => `${k}.${op}`));
    const theirs = Object.entries(of.transformations).flatMap(([k, ops]) => ops.map((op) => `${k}.${op}`));
    expect(ours.sort()).toEqual(theirs.sort());
  });

  it('has every function with its arities and routes', () => {
    const ours = Object.entries(pv.functions).flatMap(([name, defs]) =>
      defs.map((d) => `${name}/${d.args.length} ${routeMask(d.routes)}`),
    );
    expect(ours.sort()).toEqual(of.functions.map((f) => `${f.name}/${f.arity} ${routeMask(f.routes)}`).sort());
  });

  it('has every parameter and RPC command', () => {
    expect(Object.keys(pv.params).sort()).toEqual(of.params.map((p) => p.name).sort());
    expect(Object.keys(pv.rpc).sort()).toEqual([...of.rpc].sort());
  });
});
