import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { Contact } from '../../../../src/modules/usrloc/contact.js';
import { SharedZone } from '../../../../src/shm/shared-zone.js';

it('keeps records, counts and the index of ids together while threads change them', async () => {
  const zone = SharedZone.create({ bytes: 16 << 20, clock: { now: () => 0 } });
  const workers = [0, 1, 2].map(
    (index) =>
      new Worker(new URL('./registering-thread.ts', import.meta.url), {
        workerData: { handle: zone.handle, index, rounds: 3000 },
      }),
  );
  const failures: unknown[] = [];
  for (const worker of workers) worker.on('error', (error) => failures.push(error));
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  expect(failures).toEqual([]);

  const records = zone.map('usrloc:location').scan({});
  const stored = records.flatMap(({ key, value }) =>
    (value as unknown as readonly Contact[]).map((contact) => [contact.ruid, key]),
  );
  const owners = zone.map<string>('usrloc:location:ruid').scan({});
  expect(stored.length).toBeGreaterThan(0);
  expect(owners.map(({ key, value }) => [key, value]).sort()).toEqual(stored.sort());
  expect(zone.counter('usrloc:location:contacts').get()).toBe(stored.length);
});
