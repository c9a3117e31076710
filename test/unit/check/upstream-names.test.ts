import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../grammar/parse.js';
import type { Diagnostic } from '../../../grammar/source.js';
import type { UpstreamModule } from '../../../src/check/catalog.js';
import { loadConfig } from '../../../src/core/load.js';
import { MODULES } from '../../../src/modules/index.js';

/** Walks everything that upstream's modules and core export: none of it is ever called unknown. */
const { modules, core } = JSON.parse(
  readFileSync(new URL('../../../src/check/upstream.json', import.meta.url), 'utf8'),
) as {
  readonly modules: Readonly<Record<string, UpstreamModule>>;
  readonly core: Readonly<Record<'params' | 'functions' | 'pvs' | 'eventRoutes', readonly string[]>>;
};
const { core: signatures } = JSON.parse(
  readFileSync(new URL('../../../src/check/upstream-signatures.json', import.meta.url), 'utf8'),
) as { readonly core: { readonly keywords: readonly string[]; readonly directives: readonly string[] } };

/** Codes that say of a name that nobody knows it. */
const UNKNOWN = new Set(['KTS0005', 'KTS1001', 'KTS1003', 'KTS1008', 'KTS1020', 'KTS1030']);

const unknown = (found: readonly Diagnostic[]): string[] =>
  found.filter((d) => UNKNOWN.has(d.code) || /unknown|no such/i.test(d.title)).map((d) => `${d.code} ${d.title}`);

async function check(text: string): Promise<readonly Diagnostic[]> {
  const options = { file: 'a.cfg', read: () => null, env: {}, cwd: '/', compat: '6.x' as const };
  return (await loadConfig({ ...options, text: `#!KAMAILIO\n${text}` })).diagnostics;
}

/** A config that names everything a module exports; each name on a line of its own. */
function useOf(module: UpstreamModule): {
  readonly params: string[];
  readonly script: string[];
  readonly events: string[];
} {
  const chains = Object.entries(module.transformations ?? {}).flatMap(([cls, ops]) => ops.map((op) => `${cls}.${op}`));
  return {
    params: [...module.params, ...(module.paramsIn56 ?? [])],
    script: [
      ...module.functions.map((name) => `${name}();`),
      ...module.pvs.map((name) => `$var(x) = $(${name}(a));`),
      ...chains.map((op) => `$var(x) = $(var(y){${op},a});`),
    ],
    events: (module.eventRoutes ?? []).map((name) => `event_route[${name.replace(/<\w+>/g, 'x')}] { exit; }`),
  };
}

function configOf(name: string, module: UpstreamModule, load: readonly string[]): string {
  const { params, script, events } = useOf(module);
  return [
    ...load.map((m) => `loadmodule "${m}.so"`),
    ...(load.includes(name) ? params.map((param) => `modparam("${name}", "${param}", 1)`) : []),
    `request_route {\n${script.join('\n')}\nexit;\n}`,
    ...events,
  ].join('\n');
}

describe('what upstream knows is never called unknown', () => {
  const missing = Object.keys(modules).filter((name) => !Object.hasOwn(MODULES, name));

  it.each(missing)('%s, which is not here: one finding that lists all uses', async (name) => {
    const module = modules[name]!;
    const found = await check(configOf(name, module, ['pv', name]));
    const errors = found.filter((d) => d.severity === 'error');
    expect(errors.map((d) => `${d.code} ${d.title}`)).toEqual([`KTS1004 module ${name} is not implemented yet`]);
    const labels = errors[0]!.related!.map((r) => r.label);
    const { params, events } = useOf(module);
    const { functions, pvs } = module;
    const own = (names: readonly string[]) => names.filter((n) => !labels.includes(n));
    expect(own(functions.map((n) => `function ${n}`))).toEqual([]);
    expect(own(params.map((n) => `parameter ${n}`))).toEqual([]);
    // A variable that another loaded module has as well does not need this one.
    expect(own(pvs.filter((n) => !modules.pv!.pvs.includes(n)).map((n) => `$${n}`))).toEqual([]);
    expect(labels.filter((l) => l.startsWith('event_route'))).toHaveLength(events.length);
  });

  it.each(Object.keys(MODULES).filter((name) => Object.hasOwn(modules, name)))('%s, which is here', async (name) => {
    const { depends } = await MODULES[name]!();
    const found = await check(configOf(name, modules[name]!, [...new Set([...depends, 'pv', name])]));
    expect(unknown(found)).toEqual([]);
  });

  it.each(Object.keys(modules))('%s, when it is not loaded', async (name) => {
    expect(unknown(await check(configOf(name, modules[name]!, name === 'pv' ? [] : ['pv'])))).toEqual([]);
  });

  it('parameters, functions, variables and event routes of the core', async () => {
    for (const param of core.params) {
      for (const value of ['1', '"a"', 'a', 'udp']) expect(unknown(await check(`${param} = ${value}\n`))).toEqual([]);
    }
    for (const engine of ['lua', 'python', 'native', 'default']) {
      const [found, ...others] = (await check(`cfgengine "${engine}"\nrequest_route { exit; }\n`)).map((d) => d.code);
      expect([found, ...others]).toEqual([engine === 'native' || engine === 'default' ? undefined : 'KTS1014']);
    }
    const script = [...core.functions.map((f) => `${f}();`), ...core.pvs.map((v) => `xlog("$(${v})");`)];
    const events = core.eventRoutes.map((name) => `event_route[${name}] { exit; }`);
    for (const line of script) expect(unknown(await check(`request_route { ${line} }`))).toEqual([]);
    expect(unknown(await check(`request_route { exit; }\n${events.join('\n')}`))).toEqual([]);
  });

  it('words and directives of the language', () => {
    const options = { file: 'a.cfg', read: () => null, env: {}, cwd: '/' };
    for (const word of signatures.keywords) {
      // A word of the language is no function of that name.
      const { diagnostics } = parseConfig({ ...options, text: `request_route { ${word}x(); ${word}; }` });
      expect(unknown(diagnostics)).toEqual([]);
    }
    for (const directive of signatures.directives) {
      const rest = /else|endif|[A-Z]/.test(directive) ? '' : ' "a"';
      const { comments } = parseConfig({ ...options, text: `#!ifdef A\n#!endif\n${directive}${rest}\n` });
      expect(comments.map((c) => c.text)).toEqual([]);
    }
  });
});
