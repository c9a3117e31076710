import { expect, it } from 'vitest';
import { SlotLocks } from '../../../../src/modules/htable/slot-locks.js';
import { LocalZone } from '../../../../src/shm/local-zone.js';

it('holds a slot for one thread, as often as that took it', () => {
  const zone = new LocalZone({ now: () => 0 });
  const held = zone.map<number>('htable.locks');
  const none = (): void => {};
  const one = new SlotLocks(zone, 1, none);
  const two = new SlotLocks(zone, 2, none);
  one.lock('t:5');
  one.lock('t:5');
  two.unlock('t:5');
  one.unlock('t:5');
  expect(held.get('t:5')).toBe(1);
  one.unlock('t:5');
  expect(held.has('t:5')).toBe(false);
  two.lock('t:5');
  expect(held.get('t:5')).toBe(2);
});

it('takes over what a thread never gives back, and frees what a lost thread held', () => {
  const zone = new LocalZone({ now: () => 0 });
  const held = zone.map<number>('htable.locks');
  const taken: string[] = [];
  const one = new SlotLocks(zone, 1, (slot) => taken.push(slot));
  held.set('t:5', 2);
  held.set('t:6', 2);
  one.lock('t:5');
  expect(taken).toEqual(['t:5']);
  expect(held.get('t:5')).toBe(1);
  new SlotLocks(zone, 2, () => {});
  expect([held.has('t:6'), held.get('t:5')]).toEqual([false, 1]);
});
