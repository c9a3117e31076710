import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { SharedZone } from '../../../../src/shm/shared-zone.js';
import { makeMqueue } from './host.js';

it('keeps what any thread adds to a durable queue on disk', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kts-mqueue-'));
  const url = `sqlite://${join(dir, 'q.sqlite')}`;
  try {
    const clock = new VirtualClock();
    const zone = SharedZone.create({ bytes: 4 << 20, clock });
    const threads = [0, 1].map((index) => makeMqueue(['name=q;dbmode=4'], url, clock, zone, index).state);
    for (const thread of threads) await thread.start();
    const [first, second] = threads.map((thread) => thread.queue('q')!);
    expect(await second!.add('a', '1')).toBe(true);
    expect(await first!.add('b', '2')).toBe(true);
    expect(await second!.add('c', '3')).toBe(true);
    expect(await second!.fetch()).toMatchObject({ key: 'a' });
    expect(await first!.fetch()).toMatchObject({ key: 'b' });
    for (const thread of threads.reverse()) await thread.stop();

    const next = makeMqueue(['name=q;dbmode=4'], url, clock);
    await next.state.start();
    expect(next.state.queue('q')!.list(10)).toMatchObject([{ key: 'c', value: '3', id: 3 }]);
    await next.state.stop();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

it('says that memory is full, and goes on with what is in it', async () => {
  const clock = new VirtualClock();
  const zone = SharedZone.create({ bytes: 4 << 20, clock });
  const { state, records } = makeMqueue(['name=q'], null, clock, zone);
  const queue = state.queue('q')!;
  let n = 0;
  while (queue.add(`k${n}`, 'x'.repeat(10_000)) === true) n++;
  expect(records.at(-1)).toContain(`could not allocate shared memory from shm pool: no room in q for [k${n}]`);
  expect(queue.counts()).toMatchObject({ added: n, dropped: 0 });
  expect(await queue.fetch()).toMatchObject({ key: 'k0' });
  expect(queue.add('again', 'x')).toBe(true);
});
