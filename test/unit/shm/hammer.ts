import { threadId, workerData } from 'node:worker_threads';
import type { SharedHandle } from '../../../src/shm/shared-zone.js';
import { SharedZone } from '../../../src/shm/shared-zone.js';

/** What a thread does to a zone: the other side of threads.test.ts. */
export interface Orders {
  readonly handle: SharedHandle;
  readonly work: 'count' | 'die-in-update';
  readonly rounds: number;
  readonly index: number;
}

const { handle, work, rounds, index } = workerData as Orders;
const zone = SharedZone.attach(handle, { now: () => Date.now() });

if (work === 'count') count();
else dieInUpdate();

/** Everything a thread adds is known from its number of rounds: the test adds up. */
function count(): void {
  const map = zone.map<number | string | { n: number; text: string }>('map');
  const queue = zone.queue('queue');
  const keyed = zone.queue('keyed');
  const counter = zone.counter('counter');
  for (let i = 0; i < rounds; i++) {
    map.incr(`n${i % 7}`);
    map.update('record', (now) => {
      const n = typeof now === 'object' ? now.n + 1 : 1;
      return { n, text: 'x'.repeat(n % 50) };
    });
    zone.exclusive('turn', () => map.set('turns', ((map.get('turns') as number | undefined) ?? 0) + 1));
    map.set(`${index}:${i % 100}`, 'y'.repeat(i % 90), { ttlMs: 60_000 });
    counter.add(1);
    queue.push(`${index}`, `${i}`);
    keyed.push(`${i % 5}`, `${i}`);
    if (i % 2 === 1 && queue.shift() !== undefined) zone.counter('shifted').add(1);
  }
}

function dieInUpdate(): void {
  zone.map<number>('map').update('k', () => {
    zone.counter('dying').set(threadId);
    process.exit(0);
  });
}
