import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../src/clock/clock.js';
import type { Compat } from './case.js';
import type { RunningServer, StartRequest, Target } from './server.js';

/**
 * What the harness asks of kts to run many cases in one process: a server made from options, with sockets of its own,
 * that leaves nothing behind when closed. `src/server.ts` exports it as `startServer`.
 */
export interface InProcessOptions {
  /** The config; relative names in it are relative to its directory. */
  readonly configFile: string;
  /** What stands for the process's working directory. */
  readonly cwd: string;
  /** Further options of kamailio(8), such as `-A NAME=VALUE`. */
  readonly args: readonly string[];
  /** The environment the config sees. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly compat: Compat;
  /** `kamailio -c`: the config is checked, nothing is started. */
  readonly checkOnly: boolean;
  /** Takes log entries as they would stand on stderr, without the line end. */
  readonly onLog: (entry: string) => void;
  readonly clock: Clock;
}

export interface InProcessServer {
  /** Exit status of a config that was refused or only checked; null while the server runs. */
  readonly exit: number | null;
  /** Stops as SIGTERM does, releases every socket and file, gives the exit status. */
  close(): Promise<number>;
}

export type StartInProcess = (options: InProcessOptions) => Promise<InProcessServer>;

interface TestClock extends Clock {
  advanceAsync(ms: number): Promise<void>;
}

const DRIVER = new URL('../../src/server.ts', import.meta.url);

/** kts inside this process on a virtual clock, so that waits of a case cost nothing; null while there is no driver. */
export async function ktsInProcessTarget(): Promise<Target | null> {
  if (!existsSync(fileURLToPath(DRIVER))) return null;
  const { startServer } = (await import(DRIVER.href)) as { startServer: StartInProcess };
  const { VirtualClock } = await import('../../src/clock/clock.js');
  return { name: 'kts', start: (request) => start(startServer, new VirtualClock(Date.now()), request) };
}

async function start(startServer: StartInProcess, clock: TestClock, request: StartRequest): Promise<RunningServer> {
  let log = '';
  const server = await startServer({
    configFile: `${request.dir}/case.cfg`,
    cwd: request.dir,
    args: request.args,
    env: { ...process.env, ...request.env },
    compat: request.compat,
    checkOnly: request.checkOnly,
    onLog: (entry) => {
      log += entry.endsWith('\n') ? entry : `${entry}\n`;
    },
    clock,
  });
  let exit = server.exit;
  const stop = async () => {
    exit ??= await server.close();
    return exit;
  };
  return {
    log: () => log,
    exit: () => exit,
    idle: () => true,
    // Replies that the passing of time brings out arrive through real sockets: let them, slice by slice.
    wait: async (ms) => {
      for (let left = ms; left > 0; left -= 250) {
        await clock.advanceAsync(Math.min(250, left));
        await sleep(1);
      }
    },
    stop,
    kill: async () => {
      await stop();
    },
  };
}
