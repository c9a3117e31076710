import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock/clock.js';
import { checkConfig } from '../../src/core/server.js';
import { MODULES } from '../../src/modules/index.js';
import type { ModuleDef } from '../../src/registry/module.js';
import type { RouteName } from '../../src/script/route-kind.js';

/** Modules that examples use beside their own: what nearly every config loads. */
const COMMON = ['pv', 'xlog', 'textops', 'siputils', 'tm', 'tmx', 'sl', 'rr', 'usrloc', 'registrar'];

/** What examples of a module name and a config has to set up; names in capitals are routes, which all get. */
const SETUP: Readonly<Record<string, string>> = {
  avpops: 'modparam("avpops", "db_url", "sqlite:///tmp/examples.db")\nmodparam("avpops", "avp_table", "prefs")',
  cfgutils: 'modparam("cfgutils", "lock_set_size", 4)',
  counters: 'modparam("counters", "script_counter", "calls")',
  htable: 'modparam("htable", "htable", "a=>size=4;")',
  http_client: 'modparam("http_client", "httpcon", "api=>http://127.0.0.1/api")',
  registrar: 'modparam("registrar", "method_filtering", 1)',
  sqlops: 'modparam("sqlops", "sqlcon", "db=>sqlite:///tmp/examples.db")',
  statistics: 'modparam("statistics", "variable", "calls")',
  timer: 'modparam("timer", "declare_timer", "t=HOUSEKEEPING,1000,slow,")\nroute[HOUSEKEEPING] { return; }',
};

/** Kinds of routes, the most usual first, with their heads: an example runs in the first that its function allows. */
const KINDS: readonly (readonly [kind: RouteName, head: (n: number) => string])[] = [
  ['REQUEST', (n) => `route[example_${n}]`],
  ['FAILURE', (n) => `failure_route[example_${n}]`],
  ['ONREPLY', (n) => `onreply_route[example_${n}]`],
  ['TM_ONREPLY', (n) => `onreply_route[example_${n}]`],
  ['CORE_ONREPLY', () => 'reply_route'],
  ['BRANCH', (n) => `branch_route[example_${n}]`],
  ['BRANCH_FAILURE', (n) => `event_route[tm:branch-failure:example_${n}]`],
  ['ONSEND', () => 'onsend_route'],
  ['LOCAL', () => 'event_route[tm:local-request]'],
];

/** An example that is a whole route. */
const BLOCK = /^\w*route\[/;

interface Example {
  readonly name: string;
  readonly text: string;
  readonly routes: readonly RouteName[];
}

const examplesOf = (def: ModuleDef): Example[] =>
  Object.entries(def.functions).flatMap(([name, variants]) =>
    variants.flatMap(({ example, routes }) => (example === undefined ? [] : [{ name, text: example, routes }])),
  );

/** A config with one example in it, each route that it names defined. */
function configOf(def: ModuleDef, { text, routes }: Example, n: number): string {
  const names = new Set([...COMMON, ...def.depends, def.name]);
  const [, head] = KINDS.find(([kind]) => routes.includes('ANY') || routes.includes(kind)) ?? KINDS[0]!;
  const named = [...text.matchAll(/\("?([A-Z][A-Z_]+)"?[,)]/g)].map((m) => m[1]!);
  const called = [...new Set(named)].flatMap((name) => [
    `route[${name}] { return; }`,
    `failure_route[${name}] { return; }`,
    `branch_route[${name}] { return; }`,
    `onreply_route[${name}] { return; }`,
    `event_route[tm:branch-failure:${name}] { return; }`,
  ]);
  return [
    'listen=udp:127.0.0.1:5060',
    ...[...names].map((name) => `loadmodule "${name}.so"`),
    SETUP[def.name] ?? '',
    'request_route { exit; }',
    ...called,
    BLOCK.test(text) ? text : `${head(n)} { ${text} }`,
    '',
  ].join('\n');
}

const dir = mkdtempSync(join(tmpdir(), 'kts-examples-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function complaints(config: string, n: number): Promise<string[]> {
  const configFile = join(dir, `${n}.cfg`);
  writeFileSync(configFile, config);
  const checked = await checkConfig({
    configFile,
    cwd: dir,
    env: {},
    compat: '6.x',
    defines: new Map(),
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    allowMissing: new Set(),
    debugOffset: 0,
    sink: { write: () => {} },
    clock: new VirtualClock(0),
    args: [],
    onKill: () => {},
  });
  if ('ok' in checked) return [...checked.reasons];
  return checked.diagnostics.filter((d) => d.severity === 'error').map((d) => d.title);
}

const definitions = await Promise.all(Object.values(MODULES).map((load) => load()));

describe.each(definitions.map((def) => [def.name, def] as const))('%s', (_, def) => {
  it('has an example for every function', () => {
    const shown = new Set(examplesOf(def).map((e) => e.name));
    expect(Object.keys(def.functions).filter((name) => !shown.has(name))).toEqual([]);
  });

  it.each(examplesOf(def).map((e, n) => [`${e.name}: ${e.text}`, e, n] as const))('%s', async (_name, example, n) => {
    expect(await complaints(configOf(def, example, n), n)).toEqual([]);
  });
});
