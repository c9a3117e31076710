import { describe, expect, it } from 'vitest';
import { SharedZone } from '../../../src/shm/shared-zone.js';

const clock = { now: () => 1_000_000 };
const zone = (bytes = 4 << 20) => SharedZone.create({ bytes, clock });

describe('a full memory', () => {
  it('refuses new entries, counts them, and takes others once there is room', () => {
    const z = zone();
    const map = z.map('m');
    let n = 0;
    while (map.set(`k${n}`, 'x'.repeat(1000))) n++;
    expect(n).toBeGreaterThan(1500);
    expect(z.stats().refused).toBeGreaterThan(0);
    expect(map.size).toBe(n);
    expect(map.update('k0', () => 'y'.repeat(5000))).toBeUndefined();
    expect(map.get('k0')).toBe('x'.repeat(1000));
    expect(map.incr('another')).toBeUndefined();
    for (let i = 0; i < n; i += 2) expect(map.delete(`k${i}`)).toBe(true);
    expect(map.set('other', 'x'.repeat(1000))).toBe(true);
    expect(map.get('k1')).toBe('x'.repeat(1000));
  });

  it('still opens what a config names', () => {
    const z = zone();
    const map = z.map('m');
    for (let n = 0; map.set(`k${n}`, 'x'.repeat(100)); n++);
    const late = z.map('late', { ttlMs: 1000 });
    expect(late.set('k', 'x'.repeat(100_000))).toBe(false);
    expect(z.counter('late').add(3)).toBe(3);
    expect(z.queue('late').push('k', 'x'.repeat(100_000))).toBe('refused');
  });

  it('lets the oldest entries go where a map says so', () => {
    const z = zone();
    const map = z.map('m', { whenFull: 'evict-oldest' });
    for (let i = 0; i < 10_000; i++) expect(map.set(`k${i}`, 'x'.repeat(1000))).toBe(true);
    expect(map.has('k0')).toBe(false);
    expect(map.has('k9999')).toBe(true);
    expect(map.size).toBeGreaterThan(1500);
  });

  it('refuses items, and gives out those that it has', () => {
    const z = zone();
    const queue = z.queue('q');
    let n = 0;
    while (queue.push(`k${n}`, 'x'.repeat(500)) === 'added') n++;
    expect(queue.push('k', 'x'.repeat(500))).toBe('refused');
    for (let i = 0; i < n; i++) expect(queue.shift()?.key).toBe(`k${i}`);
    expect(queue.shift()).toBeUndefined();
    expect(queue.push('k', 'v')).toBe('added');
  });

  it('gives room that one size used to any other', () => {
    const z = zone(8 << 20);
    const map = z.map('m');
    const fill = (length: number): number => {
      let n = 0;
      while (map.set(`${n}`, 'x'.repeat(length))) n++;
      map.clear();
      return n;
    };
    const first = fill(40);
    for (const length of [400, 3000, 20_000, 100_000, 700_000, 10, 60_000]) {
      expect(fill(length) * (length + 64)).toBeGreaterThan(3_500_000);
    }
    expect(fill(40)).toBeGreaterThan(first * 0.9);
  });

  it('takes no more of the machine than is used', () => {
    const before = process.memoryUsage().rss;
    const z = zone(2 ** 31);
    const map = z.map('m');
    for (let i = 0; i < 1000; i++) map.set(`k${i}`, i);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
    expect(z.stats().bytes).toBeGreaterThan(2 ** 31 - (4 << 20));
  });
});

it('keeps large values and keys', () => {
  const map = zone(32 << 20).map('m');
  const values = ['x'.repeat(3_000_000), 'ä€'.repeat(100_000), { list: ['y'.repeat(70_000), 2 ** 40, -0.5] }];
  values.forEach((value, i) => {
    expect(map.set('k'.repeat(10_000 * i), value)).toBe(true);
  });
  values.forEach((value, i) => {
    expect(map.get('k'.repeat(10_000 * i))).toEqual(value);
  });
});

it('tells keys apart that have the same bytes', () => {
  const map = zone().map('m');
  map.set('\u4141', 'wide');
  map.set('AA', 'narrow');
  expect([map.get('\u4141'), map.get('AA'), map.size]).toEqual(['wide', 'narrow', 2]);
});

it('refuses a function that uses the zone inside of update, and leaves the entry', () => {
  const z = zone();
  const map = z.map('m');
  map.set('k', 1);
  const inside = (): number => (map.get('k') as number) + 1;
  expect(() => map.update('k', inside)).toThrow('used the zone');
  expect(map.get('k')).toBe(1);
  expect(z.map('other').set('k', 2)).toBe(true);
});

it('keeps records whose kinds have no end', () => {
  const map = zone(16 << 20).map<Record<string, number>>('m');
  for (let i = 0; i < 2000; i++) map.set(`${i}`, { [`field${i}`]: i, other: 1 });
  for (let i = 0; i < 2000; i++) expect(map.get(`${i}`)).toEqual({ [`field${i}`]: i, other: 1 });
});
