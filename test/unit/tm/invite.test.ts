import { describe, expect, it } from 'vitest';
import { Bench, request } from './harness.js';

const TRYING = 'SIP/2.0 100 trying -- your call is important to us';

describe('INVITE transactions (RFC 3261 §16, §17)', () => {
  it('answer 100, forward, and relay replies without our Via', () => {
    const b = new Bench();
    b.relay();
    expect(b.news()).toEqual([TRYING, 'INVITE sip:bob@127.0.0.1:5070 SIP/2.0']);
    const invite = b.last('INVITE');
    expect(invite.to.port).toBe(5070);
    expect(invite.text).toContain('Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK.0.');
    b.reply(invite, 180, 'Ringing');
    expect(b.news()).toEqual(['SIP/2.0 180 Ringing']);
    expect(b.last('SIP/2.0 180').text).not.toContain('z9hG4bK.0.');
    expect(b.last('SIP/2.0 180').to.port).toBe(5062);
    b.reply(invite, 200, 'OK');
    expect(b.news()).toEqual(['SIP/2.0 200 OK']);
  });

  it('repeat the INVITE over UDP at T1, doubling, until a provisional reply (timer A)', () => {
    const b = new Bench();
    b.relay();
    b.advance(8_000);
    expect(b.all('INVITE').map((s) => s.at)).toEqual([0, 500, 1500, 3500, 7500]);
    b.reply(b.last('INVITE'), 183);
    b.advance(20_000);
    expect(b.all('INVITE')).toHaveLength(5);
  });

  it('do not repeat over TCP', () => {
    const b = new Bench();
    b.relay('INVITE', (ctx) => (ctx.msg.newUri = 'sip:bob@127.0.0.1:5070;transport=tcp'));
    b.advance(20_000);
    expect(b.all('INVITE')).toHaveLength(1);
    expect(b.last('INVITE').to.proto).toBe('tcp');
  });

  it('time out with 408 after fr_timer when nothing came (timer B)', () => {
    const b = new Bench();
    b.relay();
    b.news();
    b.advance(29_999);
    expect(b.all('SIP/2.0 408')).toHaveLength(0);
    b.advance(1);
    expect(b.all('SIP/2.0 408 Request Timeout')).toHaveLength(1);
    expect(b.last('SIP/2.0 408').text).toMatch(/To: <sip:bob@b>;tag=\S+/);
    expect(b.all('CANCEL')).toHaveLength(0);
  });

  it('time out with 408 and CANCEL after fr_inv_timer when it rang (timer C)', () => {
    const b = new Bench();
    b.relay();
    b.advance(1000);
    b.reply(b.last('INVITE'), 180);
    b.advance(119_000);
    expect(b.all('CANCEL')).toHaveLength(0);
    b.advance(1_000);
    expect(b.all('CANCEL')).toHaveLength(1);
    expect(b.all('SIP/2.0 408')).toHaveLength(1);
    expect(b.last('CANCEL').text).toContain('CSeq: 1 CANCEL');
  });

  it('restart fr_inv_timer with each provisional reply only when told', () => {
    for (const [restart, due] of [
      [1, 150_000],
      [0, 120_000],
    ] as const) {
      const b = new Bench({ restart_fr_on_each_reply: restart });
      b.relay();
      b.reply(b.last('INVITE'), 180);
      b.advance(30_000);
      b.reply(b.last('INVITE'), 180);
      b.advance(due - 30_000 - 1);
      expect(b.all('SIP/2.0 408')).toHaveLength(0);
      b.advance(1);
      expect(b.all('SIP/2.0 408')).toHaveLength(1);
    }
  });

  it('end at max_inv_lifetime whatever still rings', () => {
    const b = new Bench({ fr_inv_timer: 120_000, max_inv_lifetime: 150_000 });
    b.relay();
    for (let i = 0; i < 3; i++) {
      b.reply(b.last('INVITE'), 180);
      b.advance(49_000);
    }
    expect(b.all('SIP/2.0 408')).toHaveLength(0);
    b.advance(3_250);
    expect(b.all('SIP/2.0 408')).toHaveLength(1);
  });

  it('acknowledge a negative reply, and repeat it upstream until its ACK (timers G, H)', () => {
    const b = new Bench({ wt_timer: 60_000 });
    b.relay();
    b.reply(b.last('INVITE'), 486, 'Busy');
    const ack = b.last('ACK');
    expect(ack.text).toMatch(/^ACK sip:bob@127\.0\.0\.1:5070 SIP\/2\.0\r\nVia: .*z9hG4bK\.0\./);
    expect(ack.text).toContain('To: <sip:bob@b>;tag=b');
    b.advance(4_000);
    expect(b.all('SIP/2.0 486').map((s) => s.at)).toEqual([0, 500, 1500, 3500]);
    b.request(request('ACK', { toTag: 'b' }), (ctx) => {
      expect(b.layer.create(ctx)).toBe(0);
    });
    b.advance(20_000);
    expect(b.all('SIP/2.0 486')).toHaveLength(4);
  });

  it('stop repeating when the transaction is let go after wt_timer, as upstream', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 486, 'Busy');
    b.advance(40_000);
    expect(b.all('SIP/2.0 486').map((s) => s.at)).toEqual([0, 500, 1500, 3500]);
    expect(b.layer.table.size).toBe(0);
  });

  it('relay every 2xx, also after another final reply, and never repeat one', () => {
    const b = new Bench();
    b.relay();
    const invite = b.last('INVITE');
    b.reply(invite, 200, 'OK');
    b.reply(invite, 200, 'OK');
    expect(b.all('SIP/2.0 200')).toHaveLength(2);
    b.advance(4_999);
    b.reply(invite, 200, 'OK', 'other');
    expect(b.all('SIP/2.0 200')).toHaveLength(3);
    expect(b.all('ACK')).toHaveLength(0);
    b.advance(10_000);
    expect(b.all('SIP/2.0 200')).toHaveLength(3);
  });

  it('absorb retransmissions with the last reply', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 180, 'Ringing');
    b.news();
    b.relay();
    expect(b.news()).toEqual(['SIP/2.0 180 Ringing']);
    expect(b.layer.table.size).toBe(1);
  });

  it('take 503 for 500 upstream, unless remap_503_500 is off', () => {
    const b = new Bench();
    b.relay();
    b.reply(b.last('INVITE'), 503, 'Out of order');
    expect(b.news().at(-1)).toBe('SIP/2.0 500 Service Unavailable');
    const c = new Bench({ remap_503_500: 0 });
    c.relay();
    c.reply(c.last('INVITE'), 503, 'Out of order');
    expect(c.news().at(-1)).toBe('SIP/2.0 503 Out of order');
  });

  it('do not relay 100, and swallow final replies of our own making twice', () => {
    const b = new Bench();
    b.relay();
    b.news();
    b.reply(b.last('INVITE'), 100, 'Trying');
    expect(b.news()).toEqual([]);
    const c = new Bench({ relay_100: 1 });
    c.relay();
    c.reply(c.last('INVITE'), 100, 'Trying');
    expect(c.news().at(-1)).toBe('SIP/2.0 100 Trying');
  });

  it('leave without an answer when noisy_ctimer is off and nobody ever answered', () => {
    const b = new Bench({ noisy_ctimer: 0 });
    b.relay();
    b.advance(60_000);
    expect(b.all('SIP/2.0 408')).toHaveLength(0);
    expect(b.layer.table.size).toBe(0);
  });
});

describe('other transactions (RFC 3261 §17.1.2)', () => {
  it('repeat up to T2 and time out with 408 (timers E, F)', () => {
    const b = new Bench();
    b.relay('OPTIONS');
    expect(b.news()).toEqual(['OPTIONS sip:bob@127.0.0.1:5070 SIP/2.0']);
    b.advance(30_000);
    expect(b.all('OPTIONS').map((s) => s.at)).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500]);
    expect(b.all('SIP/2.0 408')).toHaveLength(1);
  });

  it('go on at T2 after a provisional reply', () => {
    const b = new Bench();
    b.relay('OPTIONS');
    b.advance(100);
    b.reply(b.last('OPTIONS'), 182);
    b.advance(12_000);
    expect(b.all('OPTIONS').map((s) => s.at)).toEqual([0, 500, 4500, 8500]);
  });

  it('end with their final reply', () => {
    const b = new Bench();
    b.relay('OPTIONS');
    b.reply(b.last('OPTIONS'), 404, 'No');
    b.advance(4_999);
    expect(b.layer.table.size).toBe(1);
    b.relay('OPTIONS');
    expect(b.all('SIP/2.0 404')).toHaveLength(2);
    b.advance(1);
    expect(b.layer.table.size).toBe(0);
    expect(b.clock.pending).toBe(0);
  });
});
