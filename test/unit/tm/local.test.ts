import { describe, expect, it } from 'vitest';
import { makeBranchId, readBranchId } from '../../../src/tm/branch-id.js';
import { Transaction } from '../../../src/tm/transaction.js';
import { Bench } from './harness.js';

const OPTIONS = { method: 'OPTIONS', uri: 'sip:x@127.0.0.1:5070', from: '<sip:a@b>', to: '<sip:c@d>' };

describe('requests of our own', () => {
  it('carry what a request needs and tell their maker the final reply', () => {
    const b = new Bench();
    const heard: number[] = [];
    const t = b.layer.local.send(OPTIONS, { observer: { localReply: (_t, status) => void heard.push(status) } });
    expect(t).toBeInstanceOf(Transaction);
    const sent = b.last('OPTIONS');
    expect(sent.text).toMatch(/From: <sip:a@b>;tag=\S+\r\nCSeq: 10 OPTIONS\r\nCall-ID: \S+\r\nMax-Forwards: 70/);
    b.reply(sent, 180);
    b.reply(sent, 404);
    expect(heard).toEqual([404]);
    b.advance(60_000);
    expect(b.layer.table.size).toBe(0);
  });

  it('time out with 408', () => {
    const b = new Bench();
    const heard: (number | null)[] = [];
    void b.layer.local.send(OPTIONS, {
      observer: { localReply: (_t, status, reply) => void heard.push(status, reply?.status ?? null) },
    });
    b.advance(31_000);
    expect(heard).toEqual([408, null]);
  });

  it('acknowledge a 2xx along its route set, each time it comes', () => {
    const b = new Bench();
    void b.layer.local.send({ ...OPTIONS, method: 'INVITE' });
    const route = 'Contact: <sip:t@10.0.0.3>\r\nRecord-Route: <sip:10.0.0.1;lr>\r\nRecord-Route: <sip:10.0.0.2;lr>\r\n';
    b.reply(b.last('INVITE'), 200, 'OK', 'b', route);
    b.reply(b.last('INVITE'), 200, 'OK', 'b', route);
    expect(b.all('ACK')).toHaveLength(2);
    const ack = b.last('ACK sip:t@10.0.0.3 SIP/2.0');
    expect(ack.to.address).toBe('10.0.0.2');
    expect(ack.text).toContain('Route: <sip:10.0.0.2;lr>, <sip:10.0.0.1;lr>');
  });
});

describe('branch parameters', () => {
  it('name index, label and branch, and nobody else’s are taken for ours', () => {
    expect({ ...readBranchId(makeBranchId(70000, 0x7fffffff, 11)) }).toEqual({
      index: 70000,
      label: 0x7fffffff,
      branch: 11,
    });
    for (const foreign of [
      '',
      'z9hG4bK',
      'z9hG4bK.',
      'z9hG4bK.1.2',
      'z9hG4bK.1.2.3.4',
      'z9hG4bK.1.2.X',
      'z9hG4bK.1..3',
      'x.1.2.3',
    ]) {
      expect(readBranchId(foreign)).toBeNull();
    }
  });
});
