import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { UpstreamModule } from '../../../src/check/catalog.js';
import { coverageOf } from '../../../src/check/coverage.js';
import { MODULES } from '../../../src/modules/index.js';
import { defineModule, type ModuleDef } from '../../../src/registry/module.js';

const { modules } = JSON.parse(readFileSync(new URL('../../../src/check/upstream.json', import.meta.url), 'utf8')) as {
  readonly modules: Readonly<Record<string, UpstreamModule>>;
};

const moduleWith = (name: string, spec: object = {}): ModuleDef =>
  defineModule({ name, doc: '', configure: () => null, ...spec }) as unknown as ModuleDef;

describe('what of a module is here', () => {
  it('counts names of upstream, and apart from them those that only kts has', () => {
    const params = { timer: { type: 'list', value: 'string', doc: '' }, own: { type: 'int', default: 0, doc: '' } };
    const coverage = coverageOf(moduleWith('rtimer', { params }))!;
    expect(coverage.params).toEqual({ here: 1, upstream: 3, missing: ['default_interval', 'exec'], added: 1 });
    expect(coverage.pvs.missing.length).toBe(modules.rtimer!.pvs.length);
  });

  it('knows nothing of a module that upstream does not have', () => {
    expect(coverageOf(moduleWith('nosuch'))).toBeNull();
  });

  it.each(Object.keys(MODULES).filter((name) => Object.hasOwn(modules, name)))('is told as it is: %s', async (name) => {
    const def = await MODULES[name]!();
    const coverage = coverageOf(def)!;
    const { functions, params, pvs, rpc = [] } = modules[name]!;
    const gaps = (names: readonly string[], here: object): string[] =>
      names.filter((n) => !Object.hasOwn(here, n)).sort();
    expect([...coverage.params.missing].sort()).toEqual(gaps(params, def.params));
    expect([...coverage.pvs.missing].sort()).toEqual(gaps(pvs, def.pvs));
    expect([...coverage.rpc.missing].sort()).toEqual(gaps(rpc, def.rpc));
    // Entries of C interfaces that the parser of upstream takes by accident are left out.
    for (const missing of coverage.functions.missing) expect(functions).toContain(missing);
    expect(coverage.functions.here + coverage.functions.missing.length).toBe(coverage.functions.upstream);
  });
});
