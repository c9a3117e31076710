import { describe, expect, it } from 'vitest';
import { sharedMemory } from '../../../src/observe/memory.js';
import { SharedZone } from '../../../src/shm/shared-zone.js';

const MB = 2 ** 20;

describe('memory as a pool', () => {
  it('is what threads share, counted in pages', () => {
    const zone = SharedZone.create({ bytes: 8 * MB, clock: { now: () => 0 } });
    const map = zone.map('m');
    const before = sharedMemory(zone.stats());
    expect(before.total).toBeGreaterThan(7 * MB);
    expect(before.total).toBeLessThanOrEqual(8 * MB);
    for (let i = 0; i < 2000; i++) map.set(`k${i}`, 'x'.repeat(1000));
    const full = sharedMemory(zone.stats());
    expect(full.used - before.used).toBeGreaterThan(2000 * 1000);
    expect(full.realUsed).toBeGreaterThanOrEqual(full.used);
    expect(full.free).toBe(full.total - full.realUsed);
    map.clear();
    const after = sharedMemory(zone.stats());
    expect(after.used).toBeLessThan(full.used - 2000 * 1000);
    expect(after.realUsed).toBeLessThan(full.realUsed);
    expect(after.maxUsed).toBe(full.maxUsed);
  });

  it('is the heap where there is one thread', () => {
    const { total, used, realUsed, free } = sharedMemory(null);
    expect(used).toBeLessThanOrEqual(realUsed);
    expect(free).toBeLessThanOrEqual(total - realUsed);
  });
});
