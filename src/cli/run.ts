import { mkdirSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Server, startServer } from '../core/server.js';
import { JsonSink, type LogSink, StderrSink } from '../observe/log.js';
import { BatchedOutput } from '../observe/output.js';
import { outlive } from './last-resort.js';
import { countLine, mayColour, renderDiagnostics } from './report.js';
import { type ConfigOptions, megabytes, serverOptions, threadCount, withConfigOptions } from './shared-options.js';
import { PATIENCE, startedBefore, untilSignal } from './signals.js';

interface RunOptions extends ConfigOptions {
  readonly listen: readonly string[];
  readonly state?: string;
  readonly logFormat: 'text' | 'json';
  readonly debug?: number;
  readonly workers?: number;
  readonly shm?: number;
}

function logLevel(text: string): number {
  if (!/^-?\d$/.test(text)) throw new InvalidArgumentError('It is a number, such as 2 (INFO) or 3 (DEBUG).');
  return Number(text);
}

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

/** `kts run <cfg>`: runs a config in the foreground. Exit 0 after a clean stop, 1 when the config is refused. */
export function runCommand(): Command {
  return withConfigOptions(new Command('run').description('runs a config in the foreground until SIGTERM or SIGINT'))
    .argument('<cfg>', 'config file')
    .option('-l, --listen <address>', 'listen on [proto:]host[:port] as well (repeatable)', collect, [])
    .option('--state <dir>', 'working directory for what outlives the process (databases with relative paths)')
    .addOption(
      new Option('--log-format <format>', 'how log records are written to stderr')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option('--workers <n>', 'route with this many threads, messages of one Call-ID in the same one')
        .argParser(threadCount)
        .env('KTS_WORKERS'),
    )
    .addOption(new Option('--shm <MB>', 'what threads share at most, in megabytes (default 1024)').argParser(megabytes))
    .option('-d, --debug <level>', 'log level, instead of the config’s debug: -5 (ALERT) to 3 (DEBUG)', logLevel)
    .addHelpText(
      'after',
      `
SIGHUP takes changed routes over; what else has changed needs a restart, and is refused with the reasons. Databases with
relative paths are made in --state, or else where the command was given.

Exit status: 0 a clean stop, 1 the config is refused or the server cannot start, 2 used wrongly.`,
    )
    .action(async (file: string, options: RunOptions) => {
      const { write } = new BatchedOutput(process.stderr.fd);
      const sink: LogSink = options.logFormat === 'json' ? new JsonSink(write) : new StderrSink(write, 0, process.pid);
      const base = serverOptions(file, options, sink);
      if (options.state !== undefined) mkdirSync(options.state, { recursive: true });
      const signal = untilSignal();
      const start = startServer({
        ...base,
        ...(options.state === undefined ? {} : { stateDir: options.state }),
        ...(options.debug === undefined ? {} : { debugLevel: options.debug }),
        ...(options.workers === undefined ? {} : { workers: options.workers }),
        ...(options.shm === undefined ? {} : { sharedBytes: options.shm * 2 ** 20 }),
        listen: options.listen,
      });
      const started = await startedBefore(signal, start);
      if (!started.ok) {
        process.stderr.write(renderDiagnostics(started.diagnostics, mayColour(process.stderr)));
        for (const reason of started.reasons) process.stderr.write(`${reason}\n`);
        if (started.diagnostics.length > 0) process.stderr.write(`${countLine(started.diagnostics)}\n`);
        process.exitCode = 1;
        // What still holds the loop does not keep a signal from ending it.
        void signal.then(() => process.exit(1));
        return;
      }
      if (started.diagnostics.length > 0)
        process.stderr.write(renderDiagnostics(started.diagnostics, mayColour(process.stderr)));
      const { server } = started;
      process.on('SIGHUP', () => void reload(server));
      outlive(server.log);
      await signal;
      await server.close(PATIENCE);
      // What still holds the loop (a hanging lookup) does not hold up a clean stop.
      process.exit(0);
    });
}

/** Reads the config again and says what came of it. Whatever goes wrong, the server goes on. */
async function reload(server: Server): Promise<void> {
  const { ok, diagnostics, reasons } = await server
    .reload()
    .catch((e: Error) => ({ ok: false, diagnostics: [], reasons: [e.message] }));
  process.stderr.write(renderDiagnostics(diagnostics, mayColour(process.stderr)));
  for (const reason of reasons) process.stderr.write(`${reason}\n`);
  process.stderr.write(ok ? 'reloaded\n' : 'not reloaded: the server goes on as it was\n');
}
