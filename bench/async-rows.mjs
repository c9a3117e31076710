import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';
import { HOST } from './servers.mjs';

const config = (name) => fileURLToPath(new URL(`./configs/${name}.cfg`, import.meta.url));
const options = (port, n) => load('uac', HOST, port, 'OPTIONS', n, 100);

/** Measurements of what worker threads do for the one that receives. */
export const ASYNC_ROWS = [
  {
    // 5.6.3 has no sworker: the other side is its plain stateless reply.
    name: 'sworker',
    title: 'sworker delegated OPTIONS (against a plain one)',
    unit: 'request',
    config: config('sworker'),
    args: (_peer, server) => (server === 'kts' ? ['-A', 'DELEGATE'] : []),
    count: 100_000,
    load: options,
  },
  {
    name: 'async-task',
    title: 'async_task_route round trip',
    unit: 'request',
    config: config('async-task'),
    count: 60_000,
    load: options,
  },
];
