import { workerData } from 'node:worker_threads';
import { AddressTree } from '../../../../src/modules/pike/tree.js';
import { SharedZone } from '../../../../src/shm/shared-zone.js';

// The other side of threads.test.ts: hits of a few addresses.
const { handle, options, addresses, hits } = workerData;
const clock = { now: () => 1_000_000 };
const tree = new AddressTree(SharedZone.attach(handle, clock), { ...options, clock });
for (let i = 0; i < hits; i++) tree.hit(addresses[i % addresses.length]);
