import { type Command, InvalidArgumentError, Option } from 'commander';
import { RealClock } from '../clock/clock.js';
import type { ServerOptions } from '../core/options.js';
import type { LogSink } from '../observe/log.js';

/** Options of every command that reads a config. */
export interface ConfigOptions {
  readonly define: readonly string[];
  readonly compat: '5.6' | '6.x';
  readonly allowMissing: readonly string[];
}

/** Transactions name their thread by a number below 256, and groups of the config need some too. */
const MAX_WORKERS = 128;

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** Adds `-A`, `--compat` and, where modules matter, `--allow-missing`. */
export function withConfigOptions(command: Command, { modules } = { modules: true }): Command {
  command
    .option('-A, --define <NAME[=VALUE]>', 'preprocessor define (repeatable)', collect, [])
    .addOption(
      new Option('--compat <version>', 'behave as this release where releases differ')
        .choices(['5.6', '6.x'])
        .default('6.x')
        .env('KTS_COMPAT'),
    );
  if (!modules) return command;
  return command.option(
    '--allow-missing <module>',
    'run without this module: its functions fail with -1 and a log line (repeatable)',
    collect,
    [],
  );
}

/** The defines of `-A NAME[=VALUE]`. */
export function configDefines(given: readonly string[]): ReadonlyMap<string, string | null> {
  return new Map(
    given.map((text): [string, string | null] => {
      const eq = text.indexOf('=');
      return eq < 0 ? [text, null] : [text.slice(0, eq), text.slice(eq + 1)];
    }),
  );
}

/** A number of script threads (`--workers`, `KTS_WORKERS`). */
export function threadCount(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > MAX_WORKERS)
    throw new InvalidArgumentError(`It is a number from 1 to ${MAX_WORKERS}.`);
  return n;
}

/** What threads share, in megabytes (`--shm`). */
export function megabytes(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 4 || n > 4096) throw new InvalidArgumentError('It is a number from 4 to 4096.');
  return n;
}

/** Server options for a config named on the command line. */
export function serverOptions(file: string, options: ConfigOptions, sink: LogSink): ServerOptions {
  return {
    configFile: file,
    cwd: process.cwd(),
    env: process.env,
    compat: options.compat,
    defines: configDefines(options.define),
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
