import { Command, Option } from 'commander';
import { isUpstreamModule, upstreamModules } from '../check/catalog.js';
import { type Coverage, coverageOf, EXPORTS, type ExportKind } from '../check/coverage.js';
import { MODULES } from '../modules/index.js';
import type { ModuleDef } from '../registry/module.js';
import { modulePage } from '../registry/module-page.js';

interface ModulesOptions {
  readonly format: 'text' | 'json';
  readonly missing?: boolean;
}

const TITLES: Readonly<Record<ExportKind, string>> = {
  functions: 'functions',
  params: 'params',
  pvs: 'variables',
  transformations: 'transf.',
  rpc: 'RPC',
  eventRoutes: 'events',
};

const EXTRA = `
Numbers are what is here of what upstream exports; +N are additions of kts. A module without any numbers behind it
exports nothing of the kind upstream. Of upstream's functions, those are counted that are meant for configs.`;

/** `kts modules [NAME]`: what is implemented, against what upstream has. */
export function modulesCommand(): Command {
  return new Command('modules')
    .description('lists the modules that are here against what upstream has, or everything one of them exports')
    .argument('[name]', 'a module')
    .option('--missing', 'list the modules that upstream has and kts does not')
    .addOption(new Option('--format <format>', 'how to print the list').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXTRA)
    .action(async (name: string | undefined, options: ModulesOptions) => {
      if (name !== undefined) return one(name);
      const missing = upstreamModules().filter((m) => !Object.hasOwn(MODULES, m));
      if (options.missing) {
        process.stdout.write(options.format === 'json' ? asJson(missing) : missing.map((m) => `${m}\n`).join(''));
        return;
      }
      const defs = await Promise.all(
        Object.keys(MODULES)
          .sort()
          .map((m) => MODULES[m]!()),
      );
      process.stdout.write(options.format === 'json' ? asJson(summary(defs, missing)) : table(defs));
    });
}

async function one(name: string): Promise<void> {
  const load = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  if (!load) {
    const known = isUpstreamModule(name);
    process.stderr.write(known ? `module ${name} exists upstream but not here yet\n` : `there is no module ${name}\n`);
    process.exitCode = 1;
    return;
  }
  const def = await load();
  const coverage = coverageOf(def);
  const gaps = EXPORTS.flatMap((kind) =>
    coverage === null || coverage[kind].missing.length === 0
      ? []
      : `- ${TITLES[kind]}: ${coverage[kind].missing.map((n) => `\`${n}\``).join(', ')}\n`,
  );
  process.stdout.write(modulePage(def) + (gaps.length > 0 ? `\n## Not here yet\n\n${gaps.join('')}` : ''));
}

function table(defs: readonly ModuleDef[]): string {
  const width = Math.max(...defs.map((d) => d.name.length)) + 2;
  const head = ''.padEnd(width) + EXPORTS.map((kind) => TITLES[kind].padStart(12)).join('');
  const rows = defs.map((def) => {
    const coverage = coverageOf(def);
    const cells = EXPORTS.map((kind) => (coverage ? cell(coverage[kind]) : '').padStart(12));
    return `${def.name.padEnd(width)}${cells.join('')}`.trimEnd();
  });
  const known = upstreamModules().length;
  const upstream = defs.filter((d) => isUpstreamModule(d.name)).length;
  return `${[head, ...rows].join('\n')}\n\n${defs.length} modules here; ${upstream} of upstream's ${known}.\n`;
}

function cell({ here, upstream, added }: Coverage): string {
  if (upstream === 0) return added === 0 ? '' : `+${added}`;
  return `${here}/${upstream}${added === 0 ? '' : ` +${added}`}`;
}

function summary(defs: readonly ModuleDef[], missing: readonly string[]): object {
  const modules = Object.fromEntries(defs.map((def) => [def.name, { doc: def.doc, coverage: coverageOf(def) }]));
  return { modules, missing, upstream: upstreamModules().length };
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
