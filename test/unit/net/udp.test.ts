import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { libc } from '../../../src/net/libc.js';
import { createNetwork } from '../../../src/net/network.js';
import type { Network } from '../../../src/net/transport.js';
import type { ReceiveInfo } from '../../../src/sip/receive-info.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function network(engine: string, log: string[] = []): Network {
  const made = createNetwork({
    clock: new VirtualClock(),
    udpEngine: engine,
    log: (level, text) => log.push(`${level} ${text}`),
  });
  closers.push(() => made.close());
  return made;
}

async function peer(
  address = '127.0.0.1',
): Promise<{ socket: Socket; port: number; received: Buffer[]; got: (n: number) => Promise<void> }> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4 << 20 });
  socket.bind(0, address);
  await once(socket, 'listening');
  closers.push(() => socket.close());
  const received: Buffer[] = [];
  socket.on('message', (data) => received.push(data));
  const got = async (n: number): Promise<void> => {
    while (received.length < n) await once(socket, 'message');
  };
  return { socket, port: socket.address().port, received, got };
}

const text = (n: number): string => `OPTIONS sip:${n}@example.com SIP/2.0\r\n\r\n`.padEnd(60, '.');
const to = (port: number, address = '127.0.0.1') =>
  ({ proto: 'udp', address, port, socket: null, connectionId: 0 }) as const;

for (const engine of ['batch', 'dgram']) {
  describe.skipIf(engine === 'batch' && !libc())(`UDP by ${engine}`, () => {
    it('echoes more than a batch of datagrams, byte for byte and in order', async () => {
      const net = network(engine);
      const { sockets, errors } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      expect(errors).toEqual([]);
      const { socket, port, received, got } = await peer();
      net.onMessage((raw, from) => {
        net.send({ ...to(from.srcPort, from.srcIp), socket: from.socket }, raw);
      });
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      const sent = Array.from({ length: 300 }, (_, i) => Buffer.concat([Buffer.from(text(i)), bytes]));
      for (const data of sent) socket.send(data, sockets[0]!.port, '127.0.0.1');
      await got(300);
      expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
      expect(port).toBeGreaterThan(0);
      expect(net.statistics).toMatchObject({ received: 300, sent: 300, sendErrors: 0, sendDropped: 0, refused: 0 });
      expect(net.statistics.receivedBytes).toBe(300 * 316);
      expect(net.statistics.sentBytes).toBe(300 * 316);
    });

    it('carries the longest datagrams both ways, and refuses longer ones', async () => {
      const net = network(engine);
      const { sockets } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { socket, port, received, got } = await peer();
      const lengths: number[] = [];
      net.onMessage((raw) => {
        lengths.push(raw.length);
        for (let i = 0; i < 12; i++) net.send(to(port), raw);
      });
      const long = Buffer.alloc(60_000, 'ab');
      const longest = Buffer.alloc(65_507, 'cd');
      socket.send(long, sockets[0]!.port, '127.0.0.1');
      await got(12);
      socket.send(longest, sockets[0]!.port, '127.0.0.1');
      await got(24);
      expect(lengths).toEqual([60_000, 65_507]);
      expect(received.slice(0, 12).every((data) => data.equals(long))).toBe(true);
      expect(received.slice(12).every((data) => data.equals(longest))).toBe(true);
      expect(net.send(to(port), 'x'.repeat(65_508))).toBe(false);
      expect(net.statistics.refused).toBe(1);
    });

    it('works over IPv6 beside IPv4 on one port', async () => {
      const net = network(engine);
      const { sockets: v4 } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { sockets: v6, errors } = await net.listen([{ proto: 'udp', address: '::1', port: v4[0]!.port }]);
      expect(errors).toEqual([]);
      expect(v6[0]).toMatchObject({ text: `udp:[::1]:${v4[0]!.port}`, family: 6, index: 1 });
      const a = await peer();
      const b = await peer('::1');
      const seen: ReceiveInfo[] = [];
      net.onMessage((raw, from) => {
        seen.push(from);
        net.send({ ...to(from.srcPort, from.srcIp), socket: null }, raw);
      });
      for (let i = 0; i < 3; i++) {
        b.socket.send(text(i), v6[0]!.port, '::1');
        a.socket.send(text(i), v4[0]!.port, '127.0.0.1');
        await Promise.all([a.got(i + 1), b.got(i + 1)]);
      }
      expect(seen.filter((from) => from.family === 6)).toHaveLength(3);
      expect(seen.find((from) => from.family === 6)).toEqual({
        srcIp: '::1',
        srcPort: b.port,
        dstIp: '::1',
        dstPort: v6[0]!.port,
        proto: 'udp',
        family: 6,
        socket: v6[0],
        connectionId: 0,
        routing: null,
      });
      expect(net.send({ ...to(a.port), socket: v6[0]! }, text(9))).toBe(true);
      await a.got(4);
    });

    it('wakes from idleness each time', async () => {
      const net = network(engine);
      const { sockets } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { socket, got, received } = await peer();
      net.onMessage((raw, from) => void net.send(to(from.srcPort, from.srcIp), raw));
      for (let i = 0; i < 20; i++) {
        socket.send(text(i), sockets[0]!.port, '127.0.0.1');
        await got(i + 1);
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(received).toHaveLength(20);
    });

    it('lets promises of a handler continue and sends what they produce', async () => {
      const net = network(engine);
      const { sockets } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { socket, port, got, received } = await peer();
      net.onMessage(async (raw) => {
        await null;
        await Promise.resolve();
        net.send(to(port), raw);
      });
      socket.send(text(1), sockets[0]!.port, '127.0.0.1');
      await got(1);
      expect(received[0]!.toString()).toBe(text(1));
    });

    it('drops probes, survives handlers that throw, and counts both', async () => {
      const log: string[] = [];
      const net = network(engine, log);
      const { sockets } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { socket, port, got } = await peer();
      let calls = 0;
      net.onMessage((raw) => {
        calls++;
        if (raw.includes('sip:1@')) throw new Error('handler is broken');
        net.send(to(port), raw);
      });
      for (const data of ['', '\r\n\r\n', '\0'.repeat(31), text(1), text(2)]) {
        socket.send(data, sockets[0]!.port, '127.0.0.1');
      }
      await got(1);
      expect(calls).toBe(2);
      expect(net.statistics).toMatchObject({ probes: 3, handlerErrors: 1, received: 5 });
      expect(log.join()).toContain('handler is broken');
    });

    it('reports an address that is taken or absent as a value', async () => {
      const net = network(engine);
      const first = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { port } = first.sockets[0]!;
      const second = await network(engine).listen([
        { proto: 'udp', address: '127.0.0.1', port },
        { proto: 'udp', address: '203.0.113.7', port: 0 },
        { proto: 'udp', address: 'nonsense', port: 0 },
        { proto: 'sctp', address: '127.0.0.1', port: 0 },
      ]);
      expect(second.sockets).toEqual([]);
      expect(second.errors.map((error) => error.code)).toEqual([
        'EADDRINUSE',
        'EADDRNOTAVAIL',
        'EINVAL',
        'EPROTONOSUPPORT',
      ]);
      expect(second.errors[0]!.message).toBe(`udp:127.0.0.1:${port}: address already in use (EADDRINUSE)`);
    });

    it('counts and logs what the kernel refuses, and sends the rest', async () => {
      const log: string[] = [];
      const net = network(engine, log);
      await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { port, got } = await peer();
      // From a loopback address nothing can leave the machine, and port 0 is nobody's.
      for (const [address, p] of [
        ['127.0.0.1', port],
        ['203.0.113.9', 5060],
        ['127.0.0.1', port],
      ] as const) {
        expect(net.send(to(p, address), text(1))).toBe(true);
      }
      await got(2);
      await net.close();
      expect(net.statistics).toMatchObject({ sent: 2, sendErrors: 1 });
      expect(log.join()).toMatch(/203\.0\.113\.9/);
    });

    it('refuses what it has no socket for', async () => {
      const net = network(engine);
      expect(net.send(to(5060), text(1))).toBe(false);
      await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      expect(net.send(to(5060, '::1'), text(1))).toBe(false);
      expect(net.send(to(5060, 'example.com'), text(1))).toBe(false);
      expect(net.send({ ...to(5060), proto: 'tls' }, text(1))).toBe(false);
      expect(net.statistics.refused).toBe(4);
    });

    it('sends what is queued before it closes, and frees the port', async () => {
      const net = network(engine);
      const { sockets } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
      const { port, got, received } = await peer();
      for (let i = 0; i < 100; i++) net.sendBuffer(to(port), Buffer.from(text(i)));
      await net.close();
      await got(100);
      expect(received.map(String)).toEqual(Array.from({ length: 100 }, (_, i) => text(i)));
      expect(net.send(to(port), text(1))).toBe(false);
      const again = await network(engine).listen([{ proto: 'udp', address: '127.0.0.1', port: sockets[0]!.port }]);
      expect(again.errors).toEqual([]);
    });
  });
}

describe.skipIf(!libc())('UDP in threads', () => {
  it('sends through the descriptor of a socket that another network opened', async () => {
    const net = network('batch');
    const { sockets } = await net.listen([{ proto: 'udp', address: '127.0.0.1', port: 0 }]);
    const sender = network('batch');
    sender.adopt(structuredClone(sockets));
    const { socket, port, got } = await peer();
    const from = new Promise<number>((resolve) => socket.once('message', (_, info) => resolve(info.port)));
    expect(sender.send(to(port), text(1))).toBe(true);
    await got(1);
    expect(await from).toBe(sockets[0]!.port);
    // Each task that is handed to a thread brings its own copy of the socket.
    expect(sender.send({ ...to(port), socket: structuredClone(sockets[0]!) }, text(1))).toBe(true);
    await got(2);
    await sender.close();
    // The descriptor is not the sender's to close.
    expect(net.send(to(port), text(2))).toBe(true);
    await got(3);
  });
});
