import { Command } from 'commander';
import { isUpstreamModule, upstreamModules } from '../check/catalog.js';
import { MODULES } from '../modules/index.js';
import { modulePage } from '../registry/module-page.js';

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
      process.stdout.write(modulePage(await load()));
    });
}
