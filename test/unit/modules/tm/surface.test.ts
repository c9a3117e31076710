import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import tm from '../../../../src/modules/tm/index.js';
import tmx from '../../../../src/modules/tmx/index.js';
import type { ModuleDef } from '../../../../src/registry/module.js';

const file = new URL('../../../../src/check/upstream.json', import.meta.url);
const upstream = (JSON.parse(readFileSync(file, 'utf8')) as { modules: Record<string, Record<string, string[]>> })
  .modules;

describe.each([
  ['tm', tm as unknown as ModuleDef],
  ['tmx', tmx as unknown as ModuleDef],
])('module %s offers what upstream does', (name, module) => {
  it.each(['functions', 'params', 'rpc', 'pvs', 'stats'])('%s', (what) => {
    const ours: Record<string, unknown> =
      what === 'stats' ? module.statistics : (module[what as 'functions'] as Record<string, unknown>);
    expect((upstream[name]?.[what] ?? []).filter((n) => ours[n] === undefined)).toEqual([]);
  });
});

describe('entries of tm and tmx', () => {
  it('are documented, with an example for each function', () => {
    for (const module of [tm, tmx] as unknown as ModuleDef[]) {
      for (const [name, defs] of Object.entries(module.functions)) {
        for (const d of defs) expect(d.doc !== '' && d.example?.includes(name), `${name}/${d.args.length}`).toBe(true);
      }
    }
  });
});
