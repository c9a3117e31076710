import { Command, Option } from 'commander';
import type { ServerOptions } from '../core/options.js';
import type { LogSink } from '../observe/log.js';
import { look, lookAtAllBranches } from './all-defines.js';
import { deny, parseDenied } from './deny.js';
import { deliver, mend } from './fix.js';
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
  readonly allDefines?: boolean;
  readonly fix?: boolean;
  readonly dryRun?: boolean;
}

const SILENT: LogSink = { write: () => {} };

const EXTRA = `
A comment suppresses warnings of its line, or of the next one: # kts-ignore KTS2001, KTS2002: the reason

Exit status: 0 no errors (with --fix: none is left), 1 errors found, 2 could not run.`;

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
    .option('--all-defines', 'look at every branch of #!ifdef and its likes, not only at those that count')
    .option('--fix', 'mend in the files what can be mended without asking, and say what was done')
    .option('--dry-run', 'with --fix: print what would change, write nothing')
    .addHelpText('after', EXTRA)
    .action(async (files: string[], options: CheckOptions) => {
      const denied = options.deny ?? new Set<string>();
      const all: Checked[] = [];
      const read = options.allDefines ? lookAtAllBranches : look;
      const lookAt = (server: ServerOptions) => read(server, options.lint);
      for (const file of files) {
        const server = serverOptions(file, options, SILENT);
        const mended = options.fix ? await mend(server, lookAt) : null;
        const looked = mended === null ? await lookAt(server) : 'ok' in mended ? mended : mended.looked;
        if ('ok' in looked) {
          process.stderr.write(`${looked.reasons.join('\n')}\n`);
          process.exitCode = 2;
          return;
        }
        // What was done is no finding: formats for machines keep the output for those.
        const told = options.dryRun || options.format === 'pretty' ? process.stdout : process.stderr;
        if (mended !== null && !('ok' in mended)) told.write(deliver(mended, options.dryRun ?? false));
        const diagnostics = looked.findings.map((d) => deny(d, denied));
        all.push({ file, diagnostics, reasons: looked.reasons });
      }
      if (!(options.fix && options.dryRun)) process.stdout.write(FORMATS[options.format](all));
      const failed = all.some((c) => c.reasons.length > 0 || c.diagnostics.some((d) => d.severity === 'error'));
      if (failed) process.exitCode = 1;
    });
}
