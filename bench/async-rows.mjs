import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';
import { HOST } from './servers.mjs';

const config = (name) => fileURLToPath(new URL(`./configs/${name}.cfg`, import.meta.url));
const options = (port, n) => load('uac', HOST, port, 'OPTIONS', n, 100);

/** Measurements of what worker threads do for the one that receives. */
export const ASYNC_ROWS = [
  {
    // 5.6.3 has no sworker: the other side has a worker reply in the way it knows.
    name: 'sworker',
    title: 'sworker delegated OPTIONS (against async_task_route)',
    unit: 'request',
    config: config('sworker'),
    args: (_peer, server) => ['-A', server === 'kts' ? 'SWORKER' : 'TASK'],
    count: 100_000,
    load: options,
  },
  {
    name: 'sworker-plain',
    title: 'sworker delegated OPTIONS (against a reply without any delegation)',
    unit: 'request',
    config: config('sworker'),
    args: (_peer, server) => (server === 'kts' ? ['-A', 'SWORKER'] : []),
    count: 100_000,
    load: options,
  },
  {
    name: 'async-task',
    title: 'async_task_route round trip',
    unit: 'request',
    config: config('sworker'),
    args: () => ['-A', 'TASK'],
    count: 60_000,
    load: options,
  },
];
