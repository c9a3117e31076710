import type { Clock } from './clock/clock.js';
import { readKamailioOptions } from './core/kamailio-options.js';
import type { ServerOptions } from './core/options.js';
import { checkConfig, startServer as start } from './core/server.js';
import { diagnosticRecord } from './observe/diagnostics.js';
import { Level, type LogRecord, type LogSink, StderrSink } from './observe/log.js';

/** A server inside this process, driven as a kamailio(8) command line would. For embedding and for tests. */
export interface EmbeddedOptions {
  /** The config; relative names in it are relative to its directory. */
  readonly configFile: string;
  /** What stands for the process's working directory. */
  readonly cwd: string;
  /** Options of kamailio(8), such as `-A NAME=VALUE`. */
  readonly args: readonly string[];
  /** The environment the config sees. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly compat: '5.6' | '6.x';
  /** The config is checked, nothing is started. */
  readonly checkOnly: boolean;
  /** Takes log records as they would stand on stderr. */
  readonly onLog: (entry: string) => void;
  readonly clock: Clock;
}

export interface EmbeddedServer {
  /** Exit status of a config that was refused or only checked; null while the server runs. */
  readonly exit: number | null;
  /**
   * Stops as SIGTERM does, releases every socket and file, gives the exit status.
   * @param patience - milliseconds in which transactions may still come to their end; by default none
   */
  close(patience?: number): Promise<number>;
}

/** Exit status of a config that is refused, as upstream's. */
const REFUSED = 255;

/** Starts (or only checks) a config in this process. Never rejects. */
export async function startServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const sink: LogSink = new StderrSink(options.onLog, 0, process.pid);
  const command = readKamailioOptions(options.args);
  const server: ServerOptions = {
    ...command.server,
    configFile: options.configFile,
    cwd: options.cwd,
    env: options.env,
    compat: options.compat,
    inlineGroups: true,
    sink,
    clock: options.clock,
    onKill: () => {},
  };
  const write = (record: LogRecord): void => sink.write(record);
  if (options.checkOnly) {
    const checked = await checkConfig(server);
    for (const d of checked.diagnostics) write(diagnosticRecord(d, options.clock.now()));
    for (const text of checked.reasons) write(reasonRecord(text, options.clock.now()));
    return ended('ok' in checked || !checked.accepted ? REFUSED : 0);
  }
  const started = await start(server);
  for (const d of started.diagnostics) write(diagnosticRecord(d, options.clock.now()));
  if (!started.ok) {
    for (const text of started.reasons) write(reasonRecord(text, options.clock.now()));
    return ended(REFUSED);
  }
  return {
    exit: null,
    async close(patience = 0) {
      await started.server.close(patience);
      return 0;
    },
  };
}

const reasonRecord = (text: string, time: number): LogRecord => ({
  level: Level.ERR,
  source: '<core>',
  text,
  prefix: '',
  time,
});

const ended = (exit: number): EmbeddedServer => ({ exit, close: async () => exit });
