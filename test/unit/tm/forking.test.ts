import { describe, expect, it } from 'vitest';
import type { ScriptContext } from '../../../src/script/context.js';
import { Stop } from '../../../src/script/context.js';
import { branchTarget } from '../../../src/sip/branches.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { armingOf } from '../../../src/tm/arming.js';
import { rank } from '../../../src/tm/reply-picking.js';
import { TFlag } from '../../../src/tm/transaction.js';
import { Bench } from './harness.js';

/** Adds branches to ports 5071 … so that there are `n` with the Request-URI's own. */
const fork =
  (n: number) =>
  (ctx: ScriptContext): void => {
    for (let i = 1; i < n; i++) ctx.msg.addBranch(branchTarget(`sip:b${i}@127.0.0.1:${5070 + i}`));
  };
const to = (b: Bench, port: number) => b.all('INVITE').find((s) => s.to.port === port)!;

describe('forking (RFC 3261 §16.7)', () => {
  it('ranks 2xx, 6xx, 3xx, 4xx, 5xx, with helpful 4xx first', () => {
    const order = [200, 603, 302, 401, 407, 484, 404, 486, 500, 799, 183];
    expect([...order].sort((a, b) => rank(a, false, 0) - rank(b, false, 0))).toEqual(order);
    expect(rank(408, true, 2000)).toBeGreaterThan(rank(500, false, 2000));
  });

  it('waits for all branches and relays the best negative reply', () => {
    const b = new Bench();
    b.relay('INVITE', fork(3));
    expect(b.all('INVITE')).toHaveLength(3);
    b.reply(to(b, 5070), 500);
    b.reply(to(b, 5071), 404);
    expect(b.all('SIP/2.0 4')).toHaveLength(0);
    b.reply(to(b, 5072), 486);
    expect(b.all('SIP/2.0').map((s) => s.text.slice(8, 11))).toEqual(['100', '404']);
  });

  it('cancels the others at the first 2xx: those that rang at once, silent ones not at all', () => {
    const b = new Bench();
    b.relay('INVITE', fork(3));
    b.reply(to(b, 5071), 180);
    b.reply(to(b, 5070), 200);
    expect(b.all('CANCEL').map((s) => s.to.port)).toEqual([5071]);
    expect(b.last('CANCEL').text).toContain('Reason: SIP;cause=200;text="Call completed elsewhere"');
    b.advance(4_000);
    expect(to(b, 5072)).toBeDefined();
    expect(b.all('INVITE')).toHaveLength(3);
    b.reply(to(b, 5071), 487);
    expect(b.all('SIP/2.0 487')).toHaveLength(0);
  });

  it('ends the other branches at a 6xx, unless that is switched off', () => {
    const b = new Bench();
    b.relay('INVITE', fork(2));
    b.reply(to(b, 5071), 180);
    b.reply(to(b, 5070), 603);
    expect(b.all('CANCEL')).toHaveLength(1);
    b.reply(to(b, 5071), 487);
    expect(b.last('SIP/2.0 6').text).toContain('SIP/2.0 603');
    const c = new Bench();
    c.relay('INVITE', (ctx) => {
      fork(2)(ctx);
      armingOf(ctx.msg).setFlags = TFlag.DISABLE_6XX;
    });
    c.reply(to(c, 5071), 180);
    c.reply(to(c, 5070), 603);
    expect(c.all('CANCEL')).toHaveLength(0);
  });

  it('aggregates the challenges of several 401 and 407', () => {
    const b = new Bench();
    b.relay('INVITE', fork(2));
    b.reply(to(b, 5070), 407, 'P', 'x', 'Proxy-Authenticate: Digest realm="one"\r\n');
    b.reply(to(b, 5071), 401, 'U', 'y', 'WWW-Authenticate: Digest realm="two"\r\n');
    const sent = b.last('SIP/2.0 401');
    expect(sent.text).toContain('realm="one"');
    expect(sent.text).toContain('realm="two"');
  });

  it('runs the branch route over a copy per branch; drop removes the branch', () => {
    const b = new Bench();
    const seen: string[] = [];
    const route = b.route('branch', 'B', (ctx) => {
      seen.push(`${ctx.branch} ${ctx.msg.currentUri}`);
      ctx.msg.edits.insertAfter(ctx.msg.headersEnd, `X-B: ${ctx.branch}\r\n`);
      if (ctx.msg.currentUri.includes('b1')) ctx.stop |= Stop.DROP;
      ctx.msg.flags |= 4;
    });
    const ctx = b.relay('INVITE', (c) => {
      fork(3)(c);
      armingOf(c.msg).onBranch = route;
    });
    expect(seen).toEqual(['0 sip:bob@127.0.0.1:5070', '1 sip:b1@127.0.0.1:5071', '1 sip:b2@127.0.0.1:5072']);
    expect(b.all('INVITE').map((s) => /X-B: (\d)/.exec(s.text)?.[1])).toEqual(['0', '1']);
    expect(ctx.msg.hasEdits).toBe(false);
    expect(ctx.msg.flags).toBe(4);
  });

  it('answers 500 (6/TM) when the branch route drops all, at the end of the script', () => {
    const b = new Bench();
    const route = b.route('branch', 'B', (ctx) => void (ctx.stop |= Stop.DROP));
    let rc: unknown;
    b.relay('OPTIONS', (ctx) => {
      armingOf(ctx.msg).onBranch = route;
      rc = b.layer.relay.relay(ctx);
      expect(b.all('SIP/2.0 5')).toHaveLength(0);
      ctx.msg.uriFresh = false;
    });
    expect(rc).toBe(-6);
    expect(b.all("SIP/2.0 500 I'm terribly sorry, server error occurred")).toHaveLength(1);
  });

  it('goes on to the next address after a 503, a timeout, and a failed send', () => {
    for (const fail of ['503', 'timeout', 'send'] as const) {
      const b = new Bench({}, { use_dns_failover: 1 });
      b.names.set('farm', ['10.0.0.1', '10.0.0.2']);
      if (fail === 'send') b.deadPorts.add(5099);
      b.relay('OPTIONS', (ctx) => (ctx.msg.dstUri = fail === 'send' ? 'sip:farm:5099' : 'sip:farm'));
      if (fail === '503') b.reply(b.last('OPTIONS'), 503);
      if (fail === 'timeout') b.advance(30_000);
      if (fail === 'send') {
        expect(b.all('SIP/2.0 477 Unfortunately error on sending to next hop occurred (477/TM)')).toHaveLength(1);
        continue;
      }
      expect(b.last('OPTIONS').to.address).toBe('10.0.0.2');
      b.reply(b.last('OPTIONS'), 200);
      expect(b.all('SIP/2.0 200')).toHaveLength(1);
    }
  });

  it('resolves names without stopping, and answers 478 when there is nothing', async () => {
    const b = new Bench();
    b.names.set('slow', Promise.resolve(['10.0.0.9']));
    b.names.set('none', Promise.resolve([]));
    b.relay('OPTIONS', (ctx) => (ctx.msg.dstUri = 'sip:slow'));
    expect(b.all('OPTIONS')).toHaveLength(0);
    await b.clock.advanceAsync(1);
    expect(b.last('OPTIONS').to.address).toBe('10.0.0.9');
    b.relay('OPTIONS', (ctx) => (ctx.msg.dstUri = 'sip:none'), 'z9hG4bKother');
    await b.clock.advanceAsync(1);
    expect(b.all('SIP/2.0 478 Unresolvable destination (478/TM)')).toHaveLength(1);
  });
});

describe('failure routes', () => {
  it('see the request as it was relayed and can add branches; older replies are forgotten', () => {
    const b = new Bench();
    const seen: string[] = [];
    const route = b.route('failure', 'F', (ctx) => {
      seen.push(`${ctx.msg.currentUri} ${ctx.msg.dstUri} ${ctx.reply?.status} ${ctx.msg.flags} ${ctx.attrs.get('a')}`);
      ctx.msg.edits.insertAfter(ctx.msg.headersEnd, 'X-D: 1\r\n');
      ctx.msg.dstUri = 'sip:127.0.0.1:5090';
      expect(b.layer.forwarding.forward(ctx, ctx.transaction as never)).toBe(1);
    });
    b.request(`${requestText()}`, (ctx) => {
      ctx.msg.flags = 8;
      ctx.attrs.push('a', 1);
      ctx.msg.edits.insertAfter(ctx.msg.headersEnd, 'X-A: 1\r\n');
      armingOf(ctx.msg).onFailure = route;
      b.layer.relay.relay(ctx);
      ctx.msg.edits.insertAfter(ctx.msg.headersEnd, 'X-C: 1\r\n');
      ctx.msg.newUri = 'sip:later@h';
    });
    b.reply(b.last('INVITE'), 302);
    expect(seen).toEqual(['sip:bob@127.0.0.1:5070  302 8 1']);
    const second = b.last('INVITE');
    expect(second.to.port).toBe(5090);
    expect(second.text).toContain('X-A: 1\r\nX-D: 1\r\n');
    expect(second.text).not.toContain('X-C');
    b.reply(second, 486);
    expect(b.all('SIP/2.0 486')).toHaveLength(1);
    expect(b.all('SIP/2.0 302')).toHaveLength(0);
    expect(seen).toHaveLength(1);
  });

  it('relay nothing by themselves: an untouched destination is not tried again', () => {
    const b = new Bench();
    const codes: number[] = [];
    const route = b.route(
      'failure',
      'F',
      (ctx) => void codes.push(b.layer.forwarding.forward(ctx, ctx.transaction as never)),
    );
    b.relay('INVITE', (ctx) => void (armingOf(ctx.msg).onFailure = route));
    b.reply(b.last('INVITE'), 486);
    expect(codes).toEqual([-1]);
    expect(b.all('SIP/2.0 486')).toHaveLength(1);
  });

  it('may wait: replies and timers of the transaction queue meanwhile', async () => {
    const b = new Bench();
    let go: (n: number) => void = () => {};
    const route = b.route('failure', 'F', async (ctx) => {
      await new Promise<number>((resolve) => (go = resolve));
      ctx.msg.dstUri = 'sip:127.0.0.1:5090';
      b.layer.forwarding.forward(ctx, ctx.transaction as never);
      return 1;
    });
    b.relay('INVITE', (ctx) => void (armingOf(ctx.msg).onFailure = route));
    b.reply(b.last('INVITE'), 486);
    b.reply(b.last('INVITE'), 200);
    expect(b.all('SIP/2.0 200')).toHaveLength(0);
    go(1);
    await b.clock.advanceAsync(1);
    await b.clock.advanceAsync(1);
    expect(b.last('INVITE').to.port).toBe(5090);
    expect(b.all('SIP/2.0 486')).toHaveLength(0);
    expect(b.last('INVITE').text).toContain(`${Hdr.VIA}`);
  });
});

function requestText(): string {
  return (
    'INVITE sip:bob@127.0.0.1:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKa1\r\nFrom: <sip:alice@a>;tag=fa\r\n' +
    'To: <sip:bob@b>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n'
  );
}
