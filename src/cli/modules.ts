import { Command } from 'commander';
import { isUpstreamModule, upstreamModules } from '../check/catalog.js';
import { MODULES } from '../modules/index.js';
import type { ModuleDef } from '../registry/module.js';

/** `kts modules [NAME]`: what is implemented. */
export function modulesCommand(): Command {
  return new Command('modules')
    .description('lists the modules that are here, or everything one of them exports')
    .argument('[name]', 'a module')
    .action(async (name?: string) => {
      if (name === undefined) {
        const here = Object.keys(MODULES).sort();
        process.stdout.write(
          `${here.join('\n')}\n\n${here.length} modules here; upstream has ${upstreamModules().length}.\n`,
        );
        return;
      }
      const load = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
      if (!load) {
        process.stderr.write(
          isUpstreamModule(name) ? `module ${name} exists upstream but not here yet\n` : `there is no module ${name}\n`,
        );
        process.exitCode = 1;
        return;
      }
      process.stdout.write(describe(await load()));
    });
}

function describe(def: ModuleDef): string {
  const out = [`${def.name}: ${def.doc}`];
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push('', title, ...lines.map((l) => `  ${l}`));
  };
  section('Needs', def.depends);
  section(
    'Parameters',
    Object.entries(def.params).map(
      ([name, p]) =>
        `${name} (${p.type}${'default' in p && p.default !== null ? `, ${JSON.stringify(p.default)}` : ''}): ${p.doc}${p.noEffect ? ` No effect here: ${p.noEffect}` : ''}`,
    ),
  );
  section(
    'Functions',
    Object.entries(def.functions).flatMap(([name, defs]) =>
      defs.map(
        (f) =>
          `${name}(${f.args.map((a) => (a.optional ? `[${a.name}]` : a.name)).join(', ')}) in ${f.routes.join(' ')}: ${f.doc}`,
      ),
    ),
  );
  section(
    'Variables',
    Object.entries(def.pvs).map(([name, p]) => `$${name}${p.inner === 'none' ? '' : '(…)'}: ${p.doc}`),
  );
  section(
    'Transformations',
    Object.entries(def.transformations).flatMap(([cls, ops]) =>
      Object.entries(ops).map(([op, t]) => `{${cls}.${op}}: ${t.doc}`),
    ),
  );
  section(
    'RPC commands',
    Object.entries(def.rpc).map(([name, r]) => `${name}: ${r.doc}`),
  );
  section(
    'Event routes',
    Object.entries(def.eventRoutes).map(([name, doc]) => `event_route[${name}]: ${doc}`),
  );
  section(
    'Statistics',
    Object.entries(def.statistics).map(([name, doc]) => `${name}: ${doc}`),
  );
  return `${out.join('\n')}\n`;
}
