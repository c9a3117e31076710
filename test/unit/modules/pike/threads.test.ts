import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { AddressTree } from '../../../../src/modules/pike/tree.js';
import { LocalZone } from '../../../../src/shm/local-zone.js';
import { SharedZone } from '../../../../src/shm/shared-zone.js';

const clock = { now: () => 1_000_000 };
const options = { density: 40_000, latencyMs: 60_000 };

it('counts the hits of several threads as one thread would', async () => {
  const THREADS = 3;
  const hits = 15_000;
  const addresses = ['\x0a\x00\x00\x01'];
  const zone = SharedZone.create({ bytes: 8 << 20, clock });
  const workers = Array.from(
    { length: THREADS },
    () =>
      new Worker(new URL('./flood-thread.ts', import.meta.url), {
        workerData: { handle: zone.handle, options, addresses, hits },
      }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  const alone = new AddressTree(new LocalZone(clock), { ...options, clock });
  for (let i = 0; i < THREADS * hits; i++) alone.hit(addresses[0]!);
  expect(new AddressTree(zone, { ...options, clock }).leaves()).toEqual(alone.leaves());
});
