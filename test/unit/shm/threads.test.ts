import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { SharedZone } from '../../../src/shm/shared-zone.js';
import type { Orders } from './hammer.js';

const clock = { now: () => Date.now() };

function start(orders: Orders): Worker {
  return new Worker(new URL('./hammer.ts', import.meta.url), { workerData: orders });
}

function ended(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', resolve);
  });
}

it('adds up exactly what four threads do at once', async () => {
  const THREADS = 4;
  const rounds = 20_000;
  const zone = SharedZone.create({ bytes: 64 << 20, clock });
  zone.queue('keyed', { mode: 'keep-last' });
  const workers = Array.from({ length: THREADS }, (_, index) =>
    start({ handle: zone.handle, work: 'count', rounds, index }),
  );
  await Promise.all(workers.map(ended));
  const map = zone.map<number | string | { n: number; text: string }>('map');
  const sums = Array.from({ length: 7 }, (_, i) => map.get(`n${i}`) as number);
  expect(sums.reduce((a, b) => a + b)).toBe(THREADS * rounds);
  expect(map.get('record')).toEqual({ n: THREADS * rounds, text: 'x'.repeat((THREADS * rounds) % 50) });
  expect(map.get('turns')).toBe(THREADS * rounds);
  expect(map.size).toBe(7 + 2 + THREADS * 100);
  expect(zone.counter('counter').get()).toBe(THREADS * rounds);
  expect(zone.queue('keyed').size).toBe(5);

  // Every item is there once, and those of one thread are in its order.
  const shifted = zone.counter('shifted').get();
  const items = zone.queue('queue').list();
  expect(items.length + shifted).toBe(THREADS * rounds);
  const last = new Map<string, number>();
  for (const { key, value } of items) {
    expect(Number(value)).toBeGreaterThan(last.get(key) ?? -1);
    last.set(key, Number(value));
  }

  // Nothing was lost on the way: emptied, the memory holds names only.
  const names = SharedZone.create({ bytes: 64 << 20, clock });
  for (const name of ['map']) names.map(name);
  names.map('map').set('n', 1, { ttlMs: 1 });
  names.map('map').clear();
  map.clear();
  zone.queue('queue').clear();
  zone.queue('keyed').clear();
  expect(zone.stats().refused).toBe(0);
  expect(zone.stats().used).toBeLessThan(names.stats().used + 64_000);
});

it('goes on when a thread dies with a lock', async () => {
  const zone = SharedZone.create({ bytes: 4 << 20, clock });
  const map = zone.map<number>('map');
  for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
  const worker = start({ handle: zone.handle, work: 'die-in-update', rounds: 0, index: 0 });
  const exit = once(worker, 'exit');
  await exit;
  const dead = zone.counter('dying').get();
  expect(zone.releaseLocksOf(dead)).toBe(1);
  expect(zone.releaseLocksOf(dead)).toBe(0);
  expect(map.get('k7')).toBe(7);
  expect(map.size).toBe(100);
});

it('notices a dead thread while it waits for it, without being told', async () => {
  const zone = SharedZone.create({ bytes: 4 << 20, clock });
  const map = zone.map<number>('map');
  map.set('k', 1);
  await once(start({ handle: zone.handle, work: 'die-in-update', rounds: 0, index: 0 }), 'exit');
  expect(map.get('k')).toBe(1);
});

it('stays whole when threads are ended at any moment', async () => {
  const zone = SharedZone.create({ bytes: 64 << 20, clock });
  zone.queue('keyed', { mode: 'keep-last' });
  const map = zone.map('map');
  for (let round = 0; round < 4; round++) {
    const workers = [0, 1].map((index) => start({ handle: zone.handle, work: 'count', rounds: 1e9, index }));
    await Promise.all(workers.map((worker) => once(worker, 'online')));
    const before = zone.counter('counter').get();
    while (zone.counter('counter').get() < before + 200 + round * 37) await new Promise(setImmediate);
    const ids = workers.map((worker) => worker.threadId);
    await Promise.all(workers.map((worker) => worker.terminate()));
    for (const id of ids) zone.releaseLocksOf(id);
    const all = map.scan({});
    expect(all.length).toBe(map.size);
    for (const { key, value } of all) expect(map.get(key)).toEqual(value);
    const items = zone.queue('queue').list();
    expect(zone.queue('queue').size).toBe(items.length);
    expect(zone.queue('keyed').size).toBe(5);
  }
  map.clear();
  zone.queue('queue').clear();
  zone.queue('keyed').clear();
  expect(zone.stats().used).toBeLessThan(200_000);
});
