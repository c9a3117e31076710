import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { ParseResult } from '../../grammar/parse.js';
import { upstreamModules } from '../check/catalog.js';
import { SwitchPlan } from '../check/switches.js';
import type { ServerOptions } from '../core/options.js';
import { type Checked, checkConfig } from '../core/server.js';
import { html } from '../port/html.js';
import { json } from '../port/json.js';
import { portReport } from '../port/report.js';
import { text } from '../port/text.js';
import { switched } from './all-defines.js';
import { type ConfigOptions, serverOptions, withConfigOptions } from './shared-options.js';

const FORMATS = { text, json, html } as const;

interface PortOptions extends Pick<ConfigOptions, 'define' | 'compat'> {
  readonly format: keyof typeof FORMATS;
  readonly output?: string;
  readonly allDefines?: boolean;
}

const EXTRA = `
Included files are read too. Of conditional branches, those are looked at that count with the defines given, and with
--all-defines every one.

Exit status: 0 the config runs, perhaps with differences that are listed; 1 something is missing, or the config has
errors; 2 the config could not be read, or the report not written.`;

/** `kts port <cfg>`: what of an existing deployment runs, what differs and what is missing. */
export function portCommand(): Command {
  return withConfigOptions(
    new Command('port').description('reports what of a config runs here, differs or is missing'),
    {
      modules: false,
    },
  )
    .argument('<cfg>', 'the main config file of a deployment')
    .addOption(new Option('--format <format>', 'how to write the report').choices(Object.keys(FORMATS)).default('text'))
    .option('--all-defines', 'look at every branch of #!ifdef and its likes, not only at those that count')
    .option('-o, --output <file>', 'write the report to a file')
    .addHelpText('after', EXTRA)
    .action(async (file: string, options: PortOptions) => {
      // What is missing is for the report to tell: it keeps nothing else from being looked at.
      const allowed = { ...options, allowMissing: upstreamModules() };
      const settings = serverOptions(file, allowed, { write: () => {} });
      const checked = await checkConfig(settings);
      if ('ok' in checked) {
        process.stderr.write(`${checked.reasons.join('\n')}\n`);
        process.exitCode = 2;
        return;
      }
      const others = options.allDefines ? await otherReadings(settings, checked) : [];
      const report = await portReport(file, [checked.parsed, ...others], checked.diagnostics);
      const written = FORMATS[options.format](report);
      if (report.verdict === 'does-not-run') process.exitCode = 1;
      if (options.output === undefined) process.stdout.write(written);
      else {
        try {
          writeFileSync(options.output, written);
        } catch (e) {
          process.stderr.write(`${(e as Error).message}\n`);
          process.exitCode = 2;
        }
      }
    });
}

/** The config with other branches taken, until each has been read once. */
async function otherReadings(options: ServerOptions, { parsed, read }: Checked): Promise<ParseResult[]> {
  const readings: ParseResult[] = [];
  const plan = new SwitchPlan(parsed, read);
  for (let switches = plan.next(); switches; switches = plan.next()) {
    const checked = await checkConfig(switched(options, switches));
    if ('ok' in checked) continue;
    plan.took(checked.parsed.branches);
    readings.push(checked.parsed);
  }
  return readings;
}
