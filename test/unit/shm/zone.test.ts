import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Zone } from '../../../src/shm/zone.js';
import { ZONES } from './zones.js';

describe.each(ZONES)('a $name zone', ({ make }) => {
  const zone = (): Zone => make({ now: () => 0 });

  describe('a zone', () => {
    it('gives one thing per name', () => {
      const z = zone();
      z.map('a').set('k', 1);
      expect(z.map('a').get('k')).toBe(1);
      expect(z.map('b').get('k')).toBeUndefined();
      expect(z.counter('c').add(2)).toBe(2);
      expect(z.counter('c').add(-3)).toBe(-1);
      z.counter('c').set(9);
      expect(z.counter('c').get()).toBe(9);
      z.queue('q', { maxItems: 1 }).push('k', 'v');
      z.queue('q').push('k', 'w');
      expect(z.queue('q').size).toBe(1);
      expect(z.names()).toEqual({ maps: ['a', 'b'], counters: ['c'], queues: ['q'] });
    });
  });

  it('gives turns', () => {
    const z = zone();
    const map = z.map<number>('m');
    expect(z.exclusive('turn', () => map.incr('n'))).toBe(1);
    expect(() =>
      z.exclusive('turn', () => {
        throw new Error('in between');
      }),
    ).toThrow('in between');
    expect(z.exclusive('turn', () => map.incr('n'))).toBe(2);
  });

  describe('a queue', () => {
    it('is first in, first out', () => {
      const q = zone().queue('q');
      expect(q.push('a', '1')).toBe('added');
      expect(q.push('a', '2')).toBe('added');
      expect(q.peek()).toMatchObject({ key: 'a', value: '1' });
      expect(q.list()).toMatchObject([
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ]);
      expect(q.list(1)).toHaveLength(1);
      expect(q.shift()?.value).toBe('1');
      expect(q.shift()?.value).toBe('2');
      expect(q.shift()).toBeUndefined();
      expect(q.peek()).toBeUndefined();
    });

    it('keeps the first or the last of one key', () => {
      const first = zone().queue('q', { mode: 'keep-first' });
      const last = zone().queue('q', { mode: 'keep-last' });
      for (const q of [first, last]) {
        q.push('a', '1');
        q.push('b', '2');
      }
      expect(first.push('a', '3')).toBe('duplicate');
      expect(last.push('a', '3')).toBe('displaced');
      expect(first.list().map((i) => i.value)).toEqual(['1', '2']);
      expect(last.list().map((i) => i.value)).toEqual(['2', '3']);
      first.shift();
      expect(first.push('a', '4')).toBe('added');
    });

    it('drops its oldest item when full', () => {
      const q = zone().queue('q', { maxItems: 2 });
      expect([q.push('a', '1'), q.push('b', '2'), q.push('c', '3')]).toEqual(['added', 'added', 'displaced']);
      expect(q.list().map((i) => i.key)).toEqual(['b', 'c']);
      q.clear();
      expect(q.size).toBe(0);
    });

    it('behaves as a list scanned for its keys would', () => {
      const steps = fc.array(
        fc.oneof(fc.record({ key: fc.constantFrom('a', 'b', 'c') }), fc.constant('shift' as const)),
      );
      const modes = fc.constantFrom('all' as const, 'keep-first' as const, 'keep-last' as const);
      fc.assert(
        fc.property(steps, modes, fc.integer({ min: 0, max: 3 }), (actions, mode, maxItems) => {
          const q = zone().queue('q', { mode, maxItems });
          let model: { key: string; value: string }[] = [];
          actions.forEach((action, i) => {
            if (action === 'shift') {
              expect(q.shift()?.value).toBe(model.shift()?.value);
              return;
            }
            const item = { key: action.key, value: String(i) };
            q.push(item.key, item.value);
            const taken = model.some((m) => m.key === item.key);
            if (mode === 'keep-first' && taken) return;
            if (mode === 'keep-last') model = model.filter((m) => m.key !== item.key);
            model.push(item);
            if (maxItems > 0 && model.length > maxItems) model.shift();
          });
          expect(q.list()).toMatchObject(model);
          expect(q.size).toBe(model.length);
        }),
      );
    });
  });
});
