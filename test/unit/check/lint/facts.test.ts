import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as facts from '../../../../src/check/lint/facts.js';
import { REMOVED_FUNCTIONS, REMOVED_MODULES, REMOVED_PARAMS } from '../../../../src/check/lint/upgrades.js';
import { coreModule } from '../../../../src/core/module.js';
import { MODULES } from '../../../../src/modules/index.js';

interface Upstream {
  readonly modules: Readonly<Record<string, { functions: string[]; params: string[]; pvs: string[] }>>;
}

const { modules } = JSON.parse(
  readFileSync(new URL('../../../../src/check/upstream.json', import.meta.url), 'utf8'),
) as Upstream;

/** Every name that upstream or we have. */
async function names(of: 'functions' | 'pvs'): Promise<Set<string>> {
  const ours = await Promise.all(Object.values(MODULES).map((load) => load()));
  return new Set([
    ...Object.values(modules).flatMap((m) => m[of]),
    ...ours.flatMap((def) => Object.keys(def[of])),
    ...Object.keys(coreModule[of]),
  ]);
}

describe('tables of lint', () => {
  test('name functions and variables that exist', async () => {
    const functions = await names('functions');
    const pvs = await names('pvs');
    for (const [name, set] of Object.entries(facts)) {
      const known = name === 'MESSAGE_TEXT' ? pvs : functions;
      expect(
        [...set].filter((n) => !known.has(n)),
        name,
      ).toEqual([]);
    }
  });

  test('call removed only what is gone, and name what is there now', () => {
    expect(Object.keys(REMOVED_MODULES).filter((name) => Object.hasOwn(modules, name))).toEqual([]);
    const params = Object.keys(REMOVED_PARAMS).map((key) => key.split('.') as [string, string]);
    expect(params.filter(([module, param]) => modules[module]?.params.includes(param))).toEqual([]);
    expect(params.filter(([module]) => !Object.hasOwn(modules, module))).toEqual([]);
    const functions = Object.values(modules).flatMap((m) => m.functions);
    expect(Object.keys(REMOVED_FUNCTIONS).filter((name) => functions.includes(name))).toEqual([]);
    const mentioned = [...Object.values(REMOVED_PARAMS), ...Object.values(REMOVED_FUNCTIONS)]
      .flatMap((text) => text.match(/\w+(?=\(\))/g) ?? [])
      .filter((name) => !functions.includes(name));
    expect(mentioned).toEqual([]);
  });
});
