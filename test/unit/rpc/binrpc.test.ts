import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepBinrpc } from '../../../src/rpc/binrpc.js';
import { readPacket } from '../../../src/rpc/binrpc-read.js';
import { faultPacket, replyPacket, requestPacket } from '../../../src/rpc/binrpc-write.js';
import { binrpcWire } from '../../../src/rpc/protocol.js';
import { array, double, listing, type RpcValue, struct } from '../../../src/rpc/value.js';
import { tableOf } from './fixture.js';

const table = tableOf();
const MAX = 100_000;

async function call(method: string, ...params: RpcValue[]) {
  const answer = await binrpcWire(table).datagram(requestPacket(0x1234, method, params));
  const read = readPacket(answer as Buffer, MAX);
  if (!read.ok) throw new Error('no packet');
  expect(read.packet.cookie).toBe(0x1234);
  return { type: read.packet.type, values: read.packet.values };
}

describe('packets', () => {
  it('are laid out as the protocol says', () => {
    expect(requestPacket(0x0102, 'ab', [3, 'x', 300]).toString('hex')).toBe(
      // magic and version; request, one length byte, two cookie bytes; "ab"; 3; "x"; 300
      ['a1', '01', '0c', '0102', '31616200', '1003', '217800', '20012c'].join(''),
    );
    expect(replyPacket(0, []).toString('hex')).toBe('a1100000');
    expect(replyPacket(1, ['1234567', 0, -1, double(-1.5)]).toString('hex')).toBe(
      ['a1', '10', '19', '01', '91083132333435363700', '00', '40ffffffff', '82fffffffffffffa24'].join(''),
    );
    expect(
      replyPacket(1, [struct({ a: 1, b: array(['c']) })])
        .subarray(4)
        .toString('hex'),
    ).toBe(['03', '256100', '1001', '256200', '03', '216300', '83', '83'].join(''));
    expect(faultPacket(7, { code: 400, message: 'no' }).toString('hex')).toBe(
      ['a1', '30', '07', '07', '200190', '316e6f00'].join(''),
    );
  });

  it('come back as they were sent', () => {
    const text = fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b).toString('latin1'));
    const scalar = fc.oneof(text, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(
        fc.nat({ max: 0xffffffff }),
        fc.array(scalar),
        fc.array(fc.tuple(text, scalar)),
        (cookie, values, fields) => {
          const bytes = replyPacket(cookie, [...values, { kind: 'struct', fields }]);
          const read = readPacket(bytes, 10 * MAX);
          expect(read).toEqual({
            ok: true,
            packet: { type: 1, cookie, values: [...values, { kind: 'struct', fields }], length: bytes.length },
          });
          expect(readPacket(bytes.subarray(0, -1), 10 * MAX)).toEqual({ ok: false, more: true });
        },
      ),
    );
  });

  it('never make the reader throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (body, framed) => {
        const bytes = framed ? Buffer.concat([Buffer.of(0xa1, 0, body.length, 1), body]) : Buffer.from(body);
        const read = readPacket(bytes, MAX);
        if (framed && !read.ok) expect(read.more).toBe(false);
      }),
      { numRuns: 2000 },
    );
    expect(readPacket(Buffer.concat([Buffer.of(0xa1, 4, 0x27, 0x10, 1), Buffer.alloc(10_000, 3)]), MAX)).toMatchObject({
      ok: false,
      more: false,
      reason: 'bad record',
    });
  });

  it('announce no more than the limit', () => {
    expect(readPacket(Buffer.from('a10cffffffff01', 'hex'), MAX)).toMatchObject({
      more: false,
      reason: 'corrupted packet',
    });
  });
});

describe('calls', () => {
  it('answer as the real ctl 5.6.3 was seen to', async () => {
    expect(await call('core.echo', 'a', 1, double(2.5), '3')).toEqual({ type: 1, values: ['a', '1'] });
    expect(await call('core.printi', 5)).toEqual({ type: 1, values: [5] });
    expect(await call('core.prints', 5)).toEqual({
      type: 3,
      values: [400, "error at parameter 0: expected string type but record doesn't match type"],
    });
    expect(await call('no.such')).toEqual({ type: 3, values: [500, 'command no.such not found'] });
    expect(await call('system.methodHelp')).toEqual({ type: 3, values: [400, 'Method Name Expected'] });
    expect(await call('core.ps')).toEqual({ type: 1, values: [10, 'main process - attendant', 11, 'slow timer'] });
  });

  it('name the parameter that is missing', async () => {
    expect(await call('test.needs', 'a')).toEqual({
      type: 3,
      values: [400, 'error at parameter 1: expected integer type but end of packet encountered'],
    });
    expect(await call('test.needs', 'a', 2)).toEqual({ type: 1, values: ['a/2'] });
  });

  it('show values that have no record of their own', async () => {
    const { values } = await call('test.values');
    expect(values.slice(2, 7)).toEqual([
      { kind: 'double', value: 2 ** 40 },
      'text "quoted"\t\xe9',
      1,
      '<null string>',
      { kind: 'double', value: 2.5 },
    ]);
    expect(replyPacket(0, [listing([['s', 1]])])).toEqual(replyPacket(0, [struct({ s: 1 })]));
  });

  it('refuse what is no request', async () => {
    for (const bytes of [Buffer.from('GET / HTTP/1.0\r\n'), replyPacket(1, [])]) {
      const step = stepBinrpc(table, bytes);
      if (step.more) throw new Error('undecided');
      expect(step.broken).toBe(true);
      expect(readPacket(await step.answer, MAX)).toMatchObject({ packet: { type: 3 } });
    }
  });

  it('answer in order over a stream, however it is cut', async () => {
    const sent: Buffer[] = [];
    const session = binrpcWire(table).stream((bytes) => sent.push(bytes));
    const input = Buffer.concat([1, 2, 3].map((n) => requestPacket(n, 'core.printi', [n])));
    for (const byte of input) session.receive(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([1, 2, 3].map((n) => replyPacket(n, [n])));
    expect(session.receive(Buffer.from('junk'))).toBe(false);
  });
});
