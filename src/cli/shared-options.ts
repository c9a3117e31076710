import { type Command, Option } from 'commander';
import { RealClock } from '../clock/clock.js';
import type { ServerOptions } from '../core/options.js';
import type { LogSink } from '../observe/log.js';

/** Options of every command that reads a config. */
export interface ConfigOptions {
  readonly define: readonly string[];
  readonly compat: '5.6' | '6.x';
  readonly allowMissing: readonly string[];
}

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** Adds `-A`, `--compat` and `--allow-missing`. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('-A, --define <NAME[=VALUE]>', 'preprocessor define (repeatable)', collect, [])
    .addOption(
      new Option('--compat <version>', 'behave as this release where releases differ')
        .choices(['5.6', '6.x'])
        .default('6.x')
        .env('KTS_COMPAT'),
    )
    .option(
      '--allow-missing <module>',
      'run without this module: its functions fail with -1 and a log line (repeatable)',
      collect,
      [],
    );
}

/** Server options for a config named on the command line. */
export function serverOptions(file: string, options: ConfigOptions, sink: LogSink): ServerOptions {
  const defines = new Map<string, string | null>();
  for (const text of options.define) {
    const eq = text.indexOf('=');
    if (eq < 0) defines.set(text, null);
    else defines.set(text.slice(0, eq), text.slice(eq + 1));
  }
  return {
    configFile: file,
    cwd: process.cwd(),
    env: process.env,
    compat: options.compat,
    defines,
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    allowMissing: new Set(options.allowMissing),
    debugOffset: 0,
    sink,
    clock: new RealClock(),
    args: process.argv.slice(1),
    onKill: (signal) => process.kill(process.pid, signal),
  };
}
