import { expect, test } from 'vitest';
import type { RouteRef } from '../../../src/registry/arguments.js';
import { armingOf } from '../../../src/tm/arming.js';
import { Bench } from './harness.js';

const BOOM = new Error('boom');

/** A route whose function throws, at once or later. */
const broken = (name: string, later: boolean): RouteRef => ({
  name,
  defined: true,
  run: () => {
    if (later) return Promise.reject(BOOM);
    throw BOOM;
  },
});

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

for (const later of [false, true]) {
  const when = later ? 'later' : 'at once';

  test(`a failure route that throws ${when} does not keep the reply back`, async () => {
    const h = new Bench();
    h.relay('INVITE', (ctx) => {
      armingOf(ctx.msg).onFailure = broken('F', later);
    });
    h.news();
    h.advance(40_000);
    await settle();
    expect(h.news()).toContain('SIP/2.0 408 Request Timeout');
    expect(h.errors().join()).toContain('a run of route F was lost: Error: boom');
  });

  test(`a reply route that throws ${when} does not keep the reply back`, async () => {
    const h = new Bench();
    h.relay('INVITE', (ctx) => {
      armingOf(ctx.msg).onReply = broken('R', later);
    });
    h.news();
    h.reply(h.last('INVITE'), 486, 'Busy');
    await settle();
    expect(h.news()).toContain('SIP/2.0 486 Busy');
    expect(h.errors().join()).toContain('a run of route R was lost: Error: boom');
  });
}

test('event routes of the transaction that throw are logged', async () => {
  const h = new Bench();
  h.routes.set('event:tm:local-response', broken('tm:local-response', true));
  h.relay('INVITE');
  await settle();
  expect(h.all('INVITE')).toHaveLength(1);
  expect(h.errors().join()).toContain('a run of route tm:local-response was lost');
});
