import { expect, test } from 'vitest';
import type { RouteRef } from '../../../src/registry/arguments.js';
import { RouteKind } from '../../../src/script/route-kind.js';
import { armingOf } from '../../../src/tm/arming.js';
import { Bench, request } from './harness.js';

/** A request to a name with these addresses, over TCP. */
function relay(b: Bench, addresses: readonly string[], failure?: RouteRef): void {
  b.names.set('far.example', [...addresses]);
  b.request(request('INVITE', { uri: 'sip:bob@far.example:5070;transport=tcp' }), (ctx) => {
    if (failure) armingOf(ctx.msg).onFailure = failure;
    b.layer.relay.relay(ctx);
  });
}

const FAILED = 'SIP/2.0 477 Unfortunately error on sending to next hop occurred (477/TM)';

test('a connection that comes to nothing is answered at once', () => {
  const b = new Bench();
  relay(b, ['127.0.0.1']);
  b.news();
  b.last('INVITE').undelivered?.();
  expect(b.news()).toEqual([FAILED]);
});

test('the next address is tried, then the next; the reply of the one that works counts', () => {
  const b = new Bench({}, { use_dns_failover: 1 });
  relay(b, ['127.0.0.1', '127.0.0.2', '127.0.0.3']);
  b.last('INVITE').undelivered?.();
  b.last('INVITE').undelivered?.();
  expect(b.all('INVITE').map((s) => s.to.address)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
  b.news();
  b.reply(b.last('INVITE'), 486, 'Busy');
  expect(b.news().at(-1)).toBe('SIP/2.0 486 Busy');
});

test('failure_route sees it and may send elsewhere', () => {
  const b = new Bench();
  const seen: number[] = [];
  relay(b, ['127.0.0.1'], {
    name: 'F',
    defined: true,
    run: (ctx) => {
      expect(ctx.kind).toBe(RouteKind.FAILURE);
      seen.push(ctx.branch);
      ctx.msg.newUri = 'sip:bob@127.0.0.9:5070';
      ctx.msg.uriFresh = true;
      return b.layer.forwarding.forward(ctx, ctx.transaction as never);
    },
  });
  b.last('INVITE').undelivered?.();
  expect(seen).toEqual([0]);
  expect(b.last('INVITE').to.address).toBe('127.0.0.9');
});

test('a reply that came all the same, and a transaction that is gone, make it meaningless', () => {
  const b = new Bench();
  relay(b, ['127.0.0.1']);
  const sent = b.last('INVITE');
  b.reply(sent, 180, 'Ringing');
  b.news();
  sent.undelivered?.();
  b.reply(sent, 486, 'Busy');
  b.advance(60_000);
  sent.undelivered?.();
  expect(b.news().filter((line) => line.includes('477'))).toEqual([]);
});
