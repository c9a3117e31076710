import { describe, expect, it } from 'vitest';
import { Bench, request } from './harness.js';

const cancel = (b: Bench, headers = ''): void => {
  b.request(request('CANCEL', { headers }), (ctx) => void b.layer.relay.relay(ctx));
};

describe('CANCEL (RFC 3261 §9)', () => {
  it('is answered here and sent to branches that rang', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 180);
    cancel(b, 'Reason: SIP;cause=200;text="x"\r\n');
    expect(b.all('SIP/2.0 200 canceling')).toHaveLength(1);
    const sent = b.last('CANCEL');
    expect(sent.text).toContain('Reason: SIP;cause=200;text="x"');
    expect(sent.text.split('\r\n')[1]).toBe(b.last('INVITE').text.split('\r\n')[1]);
    b.advance(1_600);
    expect(b.all('CANCEL').map((s) => s.at)).toEqual([0, 500, 1500]);
    b.reply(b.last('INVITE'), 200, 'OK', 'b', '', 'CANCEL');
    b.advance(3_000);
    expect(b.all('CANCEL')).toHaveLength(3);
    b.reply(b.last('INVITE'), 487);
    expect(b.all('SIP/2.0 487')).toHaveLength(1);
  });

  it('waits for a provisional reply (§9.1)', () => {
    const b = new Bench();
    b.relay();
    cancel(b);
    expect(b.all('CANCEL')).toHaveLength(0);
    b.advance(500);
    expect(b.all('INVITE')).toHaveLength(2);
    b.reply(b.last('INVITE'), 180);
    expect(b.all('CANCEL')).toHaveLength(1);
    expect(b.all('SIP/2.0 180')).toHaveLength(0);
  });

  it('ends unanswered branches with 487 (cancel_b_method 0) or cancels them at once (2)', () => {
    const b = new Bench({ cancel_b_method: 0 });
    b.relay();
    cancel(b);
    expect(b.all('SIP/2.0 487 Request Terminated')).toHaveLength(1);
    const c = new Bench({ cancel_b_method: 2 });
    c.relay();
    cancel(c);
    expect(c.all('CANCEL')).toHaveLength(1);
    c.advance(2_000);
    expect(c.all('INVITE')).toHaveLength(1);
  });

  it('gives 487, not 408, when a canceled branch times out', () => {
    const b = new Bench();
    b.relay();
    cancel(b);
    b.advance(30_000);
    expect(b.all('SIP/2.0 487')).toHaveLength(1);
    expect(b.all('SIP/2.0 408')).toHaveLength(0);
  });

  it('crosses a 2xx, which is relayed', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 180);
    cancel(b);
    b.reply(b.last('INVITE'), 200);
    expect(b.all('SIP/2.0 200 X')).toHaveLength(1);
  });

  it('comes late: the INVITE is answered already', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 200);
    cancel(b);
    expect(b.all('SIP/2.0 200 ok -- no more pending branches')).toHaveLength(1);
    expect(b.all('CANCEL')).toHaveLength(0);
  });

  it('comes early: the INVITE that follows it is refused', () => {
    const b = new Bench();
    cancel(b);
    expect(b.all('CANCEL')).toHaveLength(1);
    b.relay();
    expect(b.all('INVITE')).toHaveLength(0);
    expect(b.all('SIP/2.0 487 Transaction canceled (487/TM)')).toHaveLength(1);
  });

  it('ends a suspended request with 487', () => {
    const b = new Bench();
    b.request(request('INVITE'), (ctx) => {
      b.layer.create(ctx);
      expect(b.layer.suspension.suspend(ctx)).toBe(0);
    });
    cancel(b);
    expect(b.all('SIP/2.0 487 Request canceled')).toHaveLength(1);
  });

  it('leaves no timer behind once everything has ended', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 180);
    cancel(b);
    b.reply(b.last('INVITE'), 487);
    b.advance(60_000);
    expect(b.layer.table.size).toBe(0);
    expect(b.clock.pending).toBe(0);
  });
});
