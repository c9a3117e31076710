import { Log } from '../../src/observe/log.js';
import { TALLIES, type ThreadGroupSpec } from '../../src/registry/threads.js';
import { Exchange } from '../../src/threads/exchange.js';

/** The threads of a server that has only one; it serves the groups itself. */
export function soloThreads(
  groups: readonly Partial<ThreadGroupSpec>[] = [],
  log: Log = new Log({ write: () => {} }, 0),
): Exchange {
  return new Exchange({
    index: 0,
    group: '',
    groups: groups.map((g) => ({ name: 'default', workers: 1, nonblock: false, usleep: 0, queue: 100, ...g })),
    members: new Map(),
    count: 1,
    loads: new Int32Array(new SharedArrayBuffer(4)),
    tallies: new Float64Array(TALLIES),
    log,
    later: (work) => queueMicrotask(work),
    after: (ms, work) => void setTimeout(work, ms),
  });
}
