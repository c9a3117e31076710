import { expect, test } from 'vitest';
import maxfwd, { type Maxfwd } from '../../../../src/modules/maxfwd/index.js';
import { Hdr } from '../../../../src/sip/header-names.js';
import { fakeHost, paramsOf, request } from '../fake-host.js';

const state: Maxfwd = maxfwd.configure(fakeHost().host, paramsOf(maxfwd as never));
const withHops = (value: string) => request('OPTIONS', 'sip:b@c', [`Max-Forwards: ${value}`]);

test.each([
  ['70', 1, '69'],
  ['10', 1, '9'],
  ['100', 1, '70'],
  ['0', -1, '0'],
  ['x', -2, 'x'],
  ['123456', -2, '123456'],
])('%s gives %i and leaves %s', (before, code, after) => {
  const msg = withHops(before);
  const { length } = msg.raw;
  expect(state.process(msg, 10)).toBe(code);
  expect(msg.bodyOf(Hdr.MAX_FORWARDS)?.trim()).toBe(after);
  // Positions of everything behind the number must hold.
  expect(msg.raw).toHaveLength(length);
});

test('a missing header is added, and the limit is checked', () => {
  const msg = request('OPTIONS', 'sip:b@c');
  expect(state.below(msg, 10)).toBe(-2);
  expect(state.process(msg, 300)).toBe(-1);
  expect(state.process(msg, 12)).toBe(2);
  expect(msg.edits.apply(msg.raw)).toContain('\r\nMax-Forwards: 12\r\n');
});

test.each([
  ['9', 1],
  ['10', -1],
  ['x', -3],
])('%s below 10: %i', (value, code) => {
  expect(state.below(withHops(value), 10)).toBe(code);
});
