import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LocalZone } from '../../../src/shm/local-zone.js';
import { SharedZone } from '../../../src/shm/shared-zone.js';
import type { QueueItem, QueueMode, Stored, Zone, ZoneMap, ZoneMapOptions } from '../../../src/shm/zone.js';

// The plain maps of one thread are the model of what the memory of many must do.

const key = fc.oneof(fc.constantFrom('', 'a', 'b', 'sip:alice@example.org', 'é', 'é\u0000', '\u20ac'), fc.string());
const stored: fc.Arbitrary<Stored> = fc.letrec<{ value: Stored }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.string({ minLength: 60, maxLength: 300 }),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.bigInt(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), { noNullPrototype: true }),
    fc.record({ address: fc.string(), expires: fc.nat(), q: fc.double({ noNaN: true }), next: tie('value') }),
  ),
})).value;

const life = fc.option(
  fc.record({ ttlMs: fc.constantFrom(0, 1, 900, 5000, 9_000_000), keepExpiry: fc.constantFrom(undefined, true) }),
  { nil: undefined },
);

type Step = (map: ZoneMap, zone: Zone, tick: (ms: number) => void) => unknown;
const byKey = (entries: readonly { readonly key: string }[]): unknown =>
  [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, stored, life).map(
    ([k, v, o]): Step =>
      (map) =>
        map.set(k, v, o),
  ),
  fc.tuple(key, stored, life).map(
    ([k, v, o]): Step =>
      (map) =>
        map.add(k, v, o),
  ),
  fc.tuple(key, stored, life).map(
    ([k, v, o]): Step =>
      (map) =>
        map.update(k, (now) => (now === v ? null : v), o),
  ),
  key.map(
    (k): Step =>
      (map) =>
        map.update(k, () => undefined),
  ),
  fc.tuple(key, fc.integer()).map(
    ([k, by]): Step =>
      (map) =>
        map.incr(k, by, 7),
  ),
  key.map(
    (k): Step =>
      (map) => [map.get(k), map.has(k), map.entry(k)],
  ),
  key.map(
    (k): Step =>
      (map) =>
        map.delete(k),
  ),
  fc.tuple(key, fc.constantFrom(0, 1500, 70_000)).map(
    ([k, ms]): Step =>
      (map) =>
        map.touch(k, ms),
  ),
  fc.constantFrom(1, 1000, 5000, 5_000_000).map(
    (ms): Step =>
      (_, __, tick) =>
        tick(ms),
  ),
  fc.constant<Step>((_, zone) => zone.sweep()),
  fc.constant<Step>((map) => byKey(map.takeExpired())),
  fc.integer({ min: 1, max: 4 }).map(
    (limit): Step =>
      (map) =>
        pages(map, limit),
  ),
  fc.constantFrom('', 'a').map(
    (keyPrefix): Step =>
      (map) =>
        map.scan({ keyPrefix, key: /./s }, 5),
  ),
  fc.constant<Step>((map) => map.deleteMatching({ value: /^[a-m]/ })),
  fc.constant<Step>((map) => map.clear()),
);

function pages(map: ZoneMap, limit: number): unknown[] {
  const seen: unknown[] = [];
  let cursor: number | undefined;
  do {
    const page = map.page(limit, cursor);
    seen.push(...page.entries);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return seen;
}

const options: fc.Arbitrary<ZoneMapOptions> = fc.record({
  maxEntries: fc.constantFrom(undefined, 2, 5),
  whenFull: fc.constantFrom('refuse' as const, 'evict-oldest' as const),
  ttlMs: fc.constantFrom(0, 2500),
  keepExpiryOnUpdate: fc.boolean(),
  ownerTakesExpired: fc.boolean(),
});

it('a shared map does what a local one does', () => {
  fc.assert(
    fc.property(options, fc.array(step, { maxLength: 60 }), (opts, steps) => {
      let now = 1_000_000;
      const clock = { now: () => now };
      const zones = [new LocalZone(clock), SharedZone.create({ bytes: 4 << 20, clock })];
      const maps = zones.map((zone) => zone.map('m', opts));
      for (const run of steps) {
        const start = now;
        const [local, shared] = maps.map((map, i) => {
          now = start;
          return run(map, zones[i]!, (ms) => {
            now += ms;
          });
        });
        expect(shared).toStrictEqual(local);
        expect(maps[1]!.size).toBe(maps[0]!.size);
      }
      expect(pages(maps[1]!, 3)).toStrictEqual(pages(maps[0]!, 1000));
    }),
    { numRuns: 300 },
  );
});

it('a shared queue does what a local one does', () => {
  const modes = fc.constantFrom<QueueMode[]>('all', 'keep-first', 'keep-last');
  const actions = fc.array(fc.tuple(fc.constantFrom('offer', 'shift', 'putBack', 'peek'), key, fc.string()));
  fc.assert(
    fc.property(modes, fc.integer({ min: 0, max: 4 }), actions, (mode, maxItems, steps) => {
      const clock = { now: () => 5 };
      const zones = [new LocalZone(clock), SharedZone.create({ bytes: 4 << 20, clock })];
      const queues = zones.map((zone) => zone.queue('q', { mode, maxItems }));
      const out: QueueItem[] = [];
      steps.forEach(([action, k, v], i) => {
        const again = out.shift();
        const [local, shared] = queues.map((queue) => {
          if (action === 'offer') return queue.offer(k, v, i);
          if (action === 'peek') return queue.peek();
          if (action === 'putBack') return again && queue.putBack(again);
          return queue.shift();
        });
        expect(shared).toStrictEqual(local);
        if (action === 'shift' && shared !== undefined) out.push(shared as QueueItem);
      });
      expect(queues[1]!.list()).toStrictEqual(queues[0]!.list());
      expect(queues[1]!.size).toBe(queues[0]!.size);
    }),
  );
});
