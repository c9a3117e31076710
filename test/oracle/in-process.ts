import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/clock/clock.js';
import type { EmbeddedOptions, EmbeddedServer } from '../../src/server.js';
import type { RunningServer, StartRequest, Target } from './server.js';

/** The server as this harness drives it: sockets of its own, nothing left behind when closed. */
type StartInProcess = (options: EmbeddedOptions) => Promise<EmbeddedServer>;

interface TestClock extends Clock {
  advanceAsync(ms: number): Promise<void>;
}

/** kts inside this process on a virtual clock, so that waits of a case cost nothing. */
export async function ktsInProcessTarget(): Promise<Target> {
  const { startServer } = await import('../../src/server.js');
  const { VirtualClock } = await import('../../src/clock/clock.js');
  return { name: 'kts', start: (request) => start(startServer, new VirtualClock(Date.now()), request) };
}

/**
 * What keeps the process alive while a script waits for it: ports to threads (a database's thread does so while it has
 * work), commands that run and names being looked up. Some of it may be the runner's own.
 */
const WORK = new Set(['MessagePort', 'ProcessWrap', 'GetAddrInfoReqWrap']);
const workInProgress = (): number => process.getActiveResourcesInfo().filter((name) => WORK.has(name)).length;

/** Files being read or written: never for long, so none of it counts as the runner's. */
const usesFiles = (): boolean => process.getActiveResourcesInfo().includes('FSReqPromise');

async function start(startServer: StartInProcess, clock: TestClock, request: StartRequest): Promise<RunningServer> {
  let log = '';
  const workOfRunner = workInProgress();
  const server = await startServer({
    configFile: `${request.dir}/case.cfg`,
    cwd: request.dir,
    args: request.args,
    env: { ...process.env, ...request.env },
    compat: request.compat === '5.6' ? '5.6' : '6.x',
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
    idle: () => workInProgress() <= workOfRunner && !usesFiles(),
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
