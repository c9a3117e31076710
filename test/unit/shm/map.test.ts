import { beforeEach, describe, expect, it } from 'vitest';
import type { Stored, Zone, ZoneMap, ZoneMapOptions } from '../../../src/shm/zone.js';
import { ZONES } from './zones.js';

let now = 0;
const clock = { now: () => now };

beforeEach(() => {
  now = 1_000_000;
});

describe.each(ZONES)('a $name zone', ({ make }) => {
  const zoneOf = (): Zone => make(clock);
  const mapOf = (options: ZoneMapOptions = {}): ZoneMap => zoneOf().map('m', options);

  describe('a zone map', () => {
    it('keeps values of every kind', () => {
      const map = mapOf();
      const values: Stored[] = ['text', '', 0, -5, 7n, null, { a: 1, b: ['x', { c: null }] }];
      values.forEach((value, i) => {
        expect(map.set(`k${i}`, value)).toBe(true);
      });
      values.forEach((value, i) => {
        expect(map.get(`k${i}`)).toEqual(value);
      });
      expect(map.size).toBe(values.length);
      expect(map.has('k5')).toBe(true);
      expect(map.get('absent')).toBeUndefined();
    });

    it('hands out no live references', () => {
      const map = mapOf();
      const record = { contacts: ['a'] };
      map.set('k', record);
      record.contacts.push('b');
      const read = map.get('k') as { contacts: string[] };
      expect(read).toEqual({ contacts: ['a'] });
      expect(() => read.contacts.push('c')).toThrow(TypeError);
      expect(map.get('k')).toEqual({ contacts: ['a'] });
    });

    it('adds only absent keys and deletes only present ones', () => {
      const map = mapOf();
      expect(map.add('k', 1)).toBe(true);
      expect(map.add('k', 2)).toBe(false);
      expect(map.get('k')).toBe(1);
      expect(map.delete('k')).toBe(true);
      expect(map.delete('k')).toBe(false);
    });

    it('increments numbers and starts over from anything else', () => {
      const map = mapOf();
      expect(map.incr('n')).toBe(1);
      expect(map.incr('n', 5)).toBe(6);
      expect(map.incr('other', -1, 10)).toBe(9);
      map.set('n', 'text');
      expect(map.incr('n', 2)).toBe(2);
    });

    it('deletes what still has a value', () => {
      const map = mapOf();
      map.set('k', 'old');
      expect(map.deleteIf('k', (v) => v === 'other')).toBe(false);
      expect(map.deleteIf('k', (v) => v === 'old')).toBe(true);
      expect(map.deleteIf('k', () => true)).toBe(false);
    });

    it('updates in place, creates and deletes', () => {
      const map = mapOf();
      expect(map.update('k', (v) => (v === undefined ? 'new' : 'old'))).toBe('new');
      expect(map.update('k', (v) => `${v}!`)).toBe('new!');
      expect(map.update('k', () => undefined)).toBeUndefined();
      expect(map.has('k')).toBe(false);
    });
  });

  describe('expiry', () => {
    it('hides an entry at its moment and lets it leave at the sweep', () => {
      const zone = zoneOf();
      const map = zone.map('m', { ttlMs: 1500 });
      map.set('k', 'v');
      expect(map.entry('k')).toEqual({ key: 'k', value: 'v', expiresAt: now + 1500 });
      now += 1499;
      expect(map.get('k')).toBe('v');
      now += 1;
      expect(map.get('k')).toBeUndefined();
      expect(map.delete('k')).toBe(false);
      expect(map.scan({})).toEqual([]);
      now += 1000;
      expect(zone.sweep()).toBe(1);
      expect(map.size).toBe(0);
    });

    it('is renewed by an update unless told otherwise', () => {
      const renewed = mapOf({ ttlMs: 1000 });
      const kept = mapOf({ ttlMs: 1000, keepExpiryOnUpdate: true });
      for (const map of [renewed, kept]) map.set('k', 1);
      now += 900;
      for (const map of [renewed, kept]) map.set('k', 2);
      now += 200;
      expect(renewed.get('k')).toBe(2);
      expect(kept.get('k')).toBeUndefined();
    });

    it('gives a life to new entries only, when told so', () => {
      const map = mapOf();
      map.set('k', 1, { ttlMs: 1000, keepExpiry: true });
      now += 600;
      map.set('k', 2, { ttlMs: 1000, keepExpiry: true });
      expect(map.get('k')).toBe(2);
      now += 400;
      expect(map.get('k')).toBeUndefined();
    });

    it('follows a life that was extended, shortened or ended', () => {
      const map = mapOf({ ttlMs: 2000 });
      for (const key of ['longer', 'shorter', 'ever']) map.set(key, key);
      map.touch('longer', 60_000);
      map.touch('shorter', 1000);
      map.touch('ever', 0);
      now += 1000;
      expect(map.takeExpired().map((e) => e.key)).toEqual(['shorter']);
      now += 10_000;
      expect(map.takeExpired()).toEqual([]);
      now += 50_000;
      expect(map.takeExpired().map((e) => e.key)).toEqual(['longer']);
      expect(map.get('ever')).toBe('ever');
      expect(map.touch('shorter', 5)).toBe(false);
    });

    it('leaves expired entries to an owner who wants to see them', () => {
      const zone = zoneOf();
      const map = zone.map('m', { ttlMs: 1000, ownerTakesExpired: true });
      for (const key of ['a', 'b', 'c']) map.set(key, key);
      now += 2000;
      expect(zone.sweep()).toBe(0);
      expect(map.takeExpired(2).map((e) => e.value)).toEqual(['a', 'b']);
      expect(map.takeExpired(2).map((e) => e.value)).toEqual(['c']);
    });

    it('lets a key that expired be written anew', () => {
      const map = mapOf({ ttlMs: 1000 });
      map.set('k', 'old');
      now += 1000;
      expect(map.add('k', 'new')).toBe(true);
      expect(map.takeExpired()).toEqual([]);
      expect(map.get('k')).toBe('new');
      expect(map.size).toBe(1);
    });
  });

  describe('bounds', () => {
    it('refuses new keys when full, but not updates', () => {
      const map = mapOf({ maxEntries: 2 });
      map.set('a', 1);
      map.set('b', 1);
      expect(map.set('c', 1)).toBe(false);
      expect(map.incr('c')).toBeUndefined();
      expect(map.update('c', () => 1)).toBeUndefined();
      expect(map.set('a', 2)).toBe(true);
      map.delete('b');
      expect(map.set('c', 1)).toBe(true);
    });

    it('evicts in writing order when asked to', () => {
      const map = mapOf({ maxEntries: 3, whenFull: 'evict-oldest' });
      for (let i = 0; i < 100; i++) {
        map.set(`k${i}`, i);
        if (i % 7 === 0) map.delete(`k${i}`);
      }
      expect(map.scan({}).map((e) => e.value)).toEqual([96, 97, 99]);
      expect(map.size).toBe(3);
    });

    it('lets expired entries make room first', () => {
      const map = mapOf({ maxEntries: 2 });
      map.set('old', 1, { ttlMs: 1000 });
      map.set('b', 1);
      now += 1000;
      expect(map.set('c', 1)).toBe(true);
      expect(map.scan({}).map((e) => e.key)).toEqual(['b', 'c']);
    });
  });

  describe('reading many', () => {
    it('pages through in writing order, each entry once, whatever is deleted meanwhile', () => {
      const map = mapOf();
      for (let i = 0; i < 10; i++) map.set(`k${i}`, i);
      const first = map.page(4);
      expect(first.entries.map((e) => e.value)).toEqual([0, 1, 2, 3]);
      map.delete('k3');
      map.delete('k5');
      map.set('k0', 'again');
      const second = map.page(4, first.cursor);
      expect(second.entries.map((e) => e.value)).toEqual([4, 6, 7, 8]);
      const third = map.page(4, second.cursor);
      expect(third.entries.map((e) => e.value)).toEqual([9]);
      expect(third.cursor).toBeUndefined();
      // The first cursor was used up; reading from it again still gives what comes after it.
      expect(map.page(2, first.cursor).entries.map((e) => e.value)).toEqual([4, 6]);
    });

    it('keeps more readers apart than it keeps places for', () => {
      const map = mapOf();
      for (let i = 0; i < 60; i++) map.set(`k${i}`, i);
      const cursors = Array.from({ length: 40 }, (_, i) => map.page(i + 1).cursor);
      cursors.forEach((cursor, i) => {
        expect(map.page(1, cursor).entries[0]?.value).toBe(i + 1);
      });
    });

    it('finds by prefix and by patterns, and deletes what it finds', () => {
      const map = mapOf();
      map.set('sip:alice', 'one');
      map.set('sip:bob', 'two');
      map.set('tel:1', 'two');
      map.set('sip:n', 2);
      expect(map.scan({ keyPrefix: 'sip:' }).map((e) => e.key)).toEqual(['sip:alice', 'sip:bob', 'sip:n']);
      expect(map.scan({ key: /b$/g }).map((e) => e.key)).toEqual(['sip:bob']);
      expect(map.scan({ key: /b$/g }).map((e) => e.key)).toEqual(['sip:bob']);
      expect(map.scan({ keyPrefix: 'sip:', value: /t/ }).map((e) => e.key)).toEqual(['sip:bob']);
      expect(map.scan({ keyPrefix: 'sip:' }, 1)).toHaveLength(1);
      expect(map.deleteMatching({ value: /two/ })).toBe(2);
      expect(map.size).toBe(2);
      map.clear();
      expect(map.scan({})).toEqual([]);
    });
  });
});
