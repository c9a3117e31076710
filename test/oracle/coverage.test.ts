import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODULES } from '../../src/modules/index.js';
import type { ModuleDef } from '../../src/registry/module.js';
import { CASES_DIR, caseFiles } from './load.js';

/**
 * Names that no case can or need mention, with the reason. What upstream 5.6.3 does not have is left out anyhow: there is
 * no server to record it from.
 */
const NOT_IN_CASES: Readonly<Record<string, string>> = {
  'cfgutils abort()': 'ends the server with a core dump',
  'htable bind_htable()': 'no function for scripts: upstream refuses it',
  'mqueue mq_peek()': 'not upstream’s: its unit tests prove it',
  'mqueue mq_ack()': 'not upstream’s: its unit tests prove it',
  'mqueue mq_requeue()': 'not upstream’s: its unit tests prove it',
  'rest_client rest_get()': 'OpenSIPS’, no module of upstream’s: its unit tests prove it',
  'rest_client rest_post()': 'OpenSIPS’, no module of upstream’s: its unit tests prove it',
  'rest_client rest_put()': 'OpenSIPS’, no module of upstream’s: its unit tests prove it',
  'rest_client rest_append_hf()': 'OpenSIPS’, no module of upstream’s: its unit tests prove it',
  'sworker sworker_task()': 'a module of 6.x: test/e2e/threads.test.ts proves it',
  'sworker sworker_active()': 'a module of 6.x: test/unit/modules/sworker proves it',
  'corex send_tcp()': 'send_udp() over another transport',
};

const TEXT = caseFiles(CASES_DIR)
  .map((file) => readFileSync(join(file), 'latin1'))
  .join('\n');

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const isCalled = (name: string): boolean => new RegExp(`\\b${escaped(name)}\\(`).test(TEXT);
const isRead = (name: string): boolean => new RegExp(`\\$\\(?${escaped(name)}(?![\\w.])`).test(TEXT);

/** Functions and variables of a module that upstream 5.6.3 has and no case uses, as {@link NOT_IN_CASES} writes them. */
function unused(def: ModuleDef): string[] {
  const functions = Object.entries(def.functions)
    .filter(([name, variants]) => variants.some((f) => f.since === undefined) && !isCalled(name))
    .map(([name]) => `${def.name} ${name}()`);
  const variables = Object.entries(def.pvs)
    .filter(([name, { since }]) => since === undefined && !isRead(name))
    .map(([name]) => `${def.name} $${name}`);
  return [...functions, ...variables];
}

const definitions = await Promise.all(Object.values(MODULES).map((load) => load()));

describe('cases use every function and variable', () => {
  it.each(definitions.map((def) => [def.name, def] as const))('%s', (_, def) => {
    expect(unused(def).filter((name) => NOT_IN_CASES[name] === undefined)).toEqual([]);
  });

  it('excuses nothing that is used', () => {
    const all = new Set(definitions.flatMap(unused));
    expect(Object.keys(NOT_IN_CASES).filter((name) => !all.has(name))).toEqual([]);
  });
});
