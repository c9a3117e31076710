import { Command, Option } from 'commander';
import { lint } from '../check/lint/index.js';
import { checkConfig } from '../core/server.js';
import type { LogSink } from '../observe/log.js';
import { deny, parseDenied } from './deny.js';
import type { Checked } from './formats/checked.js';
import { github } from './formats/github.js';
import { json } from './formats/json.js';
import { pretty } from './formats/pretty.js';
import { sarif } from './formats/sarif.js';
import { parseLintWords } from './lint-words.js';
import { type ConfigOptions, serverOptions, withConfigOptions } from './shared-options.js';

const FORMATS = { pretty, json, sarif, github } as const;

interface CheckOptions extends ConfigOptions {
  readonly format: keyof typeof FORMATS;
  readonly deny?: ReadonlySet<string>;
  readonly lint?: readonly string[];
}

const SILENT: LogSink = { write: () => {} };

/** `kts check <cfg…>`: every problem in one run. Exit 0 clean, 1 errors found, 2 could not run. */
export function checkCommand(): Command {
  return withConfigOptions(
    new Command('check').description('reports every problem of a config in one run; opens nothing'),
  )
    .argument('<cfg...>', 'config files')
    .addOption(
      new Option('--format <format>', 'how to print what is found').choices(Object.keys(FORMATS)).default('pretty'),
    )
    .option('--deny <code>', 'take what has this code, or all `warnings`, for an error (repeatable)', parseDenied)
    .option(
      '--lint <what>',
      'lint rules beyond the usual ones: groups, names or codes with commas between, `all`, `none`; `-NAME` leaves one out',
      parseLintWords,
    )
    .action(async (files: string[], options: CheckOptions) => {
      const denied = options.deny ?? new Set<string>();
      const all: Checked[] = [];
      for (const file of files) {
        const checked = await checkConfig(serverOptions(file, options, SILENT));
        if ('ok' in checked) {
          process.stderr.write(`${checked.reasons.join('\n')}\n`);
          process.exitCode = 2;
          return;
        }
        const seen = checked.lint ? lint(checked.lint, options.lint) : [];
        const diagnostics = [...checked.diagnostics, ...seen].map((d) => deny(d, denied));
        all.push({ file, diagnostics, reasons: checked.reasons });
      }
      process.stdout.write(FORMATS[options.format](all));
      const failed = all.some((c) => c.reasons.length > 0 || c.diagnostics.some((d) => d.severity === 'error'));
      if (failed) process.exitCode = 1;
    });
}
