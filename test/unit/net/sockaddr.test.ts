import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseIp } from '../../../src/net/addresses.js';
import { AF_INET, AF_INET6 } from '../../../src/net/libc.js';
import { portOf, SOCKADDR_WORDS, SockaddrReader, SockaddrWriter } from '../../../src/net/sockaddr.js';

describe('socket addresses', () => {
  it('read back as written, also when peers share a slot of the reader and the writer forgets', () => {
    const reader = new SockaddrReader();
    const writer = new SockaddrWriter(100);
    const words = new Uint32Array(2 * SOCKADDR_WORDS);
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => normaliseIp(text)!);
    fc.assert(
      fc.property(fc.array(fc.tuple(address, fc.nat(65535)), { minLength: 50, maxLength: 100 }), (peers) => {
        for (const [ip, port] of [...peers, ...peers]) {
          const v6 = ip.includes(':');
          const length = writer.write(v6 ? AF_INET6 : AF_INET, ip, port, words, SOCKADDR_WORDS);
          expect(length).toBe(v6 ? 28 : 16);
          expect(reader.address(words, SOCKADDR_WORDS)).toBe(ip);
          expect(portOf(words[SOCKADDR_WORDS]!)).toBe(port);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('give the same text object for a peer that repeats, IPv4 and IPv6 kept apart', () => {
    const reader = new SockaddrReader();
    const v4 = Uint32Array.of(AF_INET, 0x0100007f, 0, 0, 0, 0, 0);
    const v6 = Uint32Array.of(AF_INET6, 0, 0x0100007f, 0, 0, 0, 0);
    expect([reader.address(v4, 0), reader.address(v6, 0), reader.address(v4, 0)]).toEqual([
      '127.0.0.1',
      '7f00:1::',
      '127.0.0.1',
    ]);
  });

  it('are not written for the wrong family or for names', () => {
    const writer = new SockaddrWriter();
    const words = new Uint32Array(SOCKADDR_WORDS);
    expect(writer.write(AF_INET, '::1', 1, words, 0)).toBe(0);
    expect(writer.write(AF_INET6, '127.0.0.1', 1, words, 0)).toBe(0);
    expect(writer.write(AF_INET, 'localhost', 1, words, 0)).toBe(0);
  });
});
