import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { createNetwork } from '../../../src/net/network.js';
import type { StreamOptions } from '../../../src/net/stream-transport.js';
import type { Destination, ListenSocket, Network } from '../../../src/net/transport.js';
import type { ReceiveInfo } from '../../../src/sip/receive-info.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Setup {
  net: Network;
  clock: VirtualClock;
  socket: ListenSocket;
  log: string[];
  /** Messages with where they came from. */
  received: { raw: string; from: ReceiveInfo }[];
  closed: string[];
  until(condition: () => boolean): Promise<void>;
}

async function setup(stream: Partial<StreamOptions> = {}, address = '127.0.0.1'): Promise<Setup> {
  const clock = new VirtualClock();
  const log: string[] = [];
  const net = createNetwork({ clock, stream, log: (level, text) => log.push(`${level} ${text}`) });
  closers.push(() => net.close());
  const { sockets, errors } = await net.listen([{ proto: 'tcp', address, port: 0 }]);
  expect(errors).toEqual([]);
  const received: Setup['received'] = [];
  const closed: string[] = [];
  net.onMessage((raw, from) => received.push({ raw, from }));
  net.onConnectionClosed((_, reason) => closed.push(reason));
  return { net, clock, socket: sockets[0]!, log, received, closed, until };
}

/** Lets the event loop turn until the condition holds; the test's own time limit is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

interface Client {
  socket: Socket;
  text(): string;
  ended(): boolean;
}

function watch(socket: Socket): Client {
  let text = '';
  let ended = false;
  socket.on('data', (data) => (text += data.toString('latin1')));
  socket.on('close', () => (ended = true));
  socket.on('error', () => {});
  closers.push(() => socket.destroy());
  return { socket, text: () => text, ended: () => ended };
}

async function client(to: ListenSocket): Promise<Client> {
  const socket = connect(to.port, to.address);
  const made = watch(socket);
  await once(socket, 'connect');
  return made;
}

/** A peer that accepts connections. */
async function acceptor(): Promise<{ server: Server; port: number; accepted: Client[] }> {
  const accepted: Client[] = [];
  const server = createServer((socket) => accepted.push(watch(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0, accepted };
}

const message = (n: number | string): string => `OPTIONS sip:${n}@x SIP/2.0\r\nContent-Length: 4\r\n\r\n\xe9\0\r\n`;
const to = (port: number, more: Partial<Destination> = {}): Destination => ({
  proto: 'tcp',
  address: '127.0.0.1',
  port,
  socket: null,
  connectionId: 0,
  ...more,
});

describe('TCP', () => {
  it('receives framed messages and answers over the same connection', async () => {
    const { net, socket, received, until } = await setup();
    const { socket: wire, text } = await client(socket);
    const stream = Buffer.from(message(1) + message(2), 'latin1');
    wire.write(stream.subarray(0, 50));
    await until(() => net.statistics.receivedBytes >= 50);
    wire.write(stream.subarray(50));
    await until(() => received.length === 2);
    const { from } = received[1]!;
    expect(received.map((entry) => entry.raw)).toEqual([message(1), message(2)]);
    expect(from).toMatchObject({ proto: 'tcp', family: 4, srcIp: '127.0.0.1', srcPort: wire.localPort });
    expect(from).toMatchObject({ dstIp: '127.0.0.1', dstPort: socket.port, socket, connectionId: 1 });
    for (const n of [3, 4]) expect(net.send(to(1, { connectionId: from.connectionId }), message(n))).toBe(true);
    await until(() => text() === message(3) + message(4));
    // What is sent in one turn leaves in one write.
    await until(() => net.statistics.sent === 1);
  });

  it('works over IPv6', async () => {
    const { net, socket, received, until } = await setup({}, '::1');
    expect(socket.text).toBe(`tcp:[::1]:${socket.port}`);
    const { socket: wire, text } = await client(socket);
    wire.write(message(1), 'latin1');
    await until(() => received.length === 1);
    expect(received[0]!.from).toMatchObject({ srcIp: '::1', family: 6 });
    net.send(to(wire.localPort!, { address: '::1' }), message(2));
    await until(() => text() === message(2));
  });

  it('connects, queues until connected, and reuses the connection', async () => {
    const { net, socket, received, until } = await setup();
    const { port, accepted } = await acceptor();
    for (const n of [1, 2]) expect(net.send(to(port), message(n))).toBe(true);
    await until(() => accepted[0]?.text() === message(1) + message(2));
    expect(net.send(to(port), message(3))).toBe(true);
    await until(() => accepted[0]?.text().endsWith(message(3)) === true);
    expect(accepted).toHaveLength(1);
    accepted[0]!.socket.write(message(4), 'latin1');
    await until(() => received.length === 1);
    expect(received[0]!.from).toMatchObject({ srcPort: port, socket, dstPort: accepted[0]!.socket.remotePort });
    expect(net.statistics).toMatchObject({ connectionsOpened: 1, connectionsAccepted: 0 });
    expect(net.connections()).toMatchObject([
      { outgoing: true, remotePort: port, localPort: accepted[0]!.socket.remotePort },
    ]);
  });

  it('finds a connection by an alias port, and not after it is gone', async () => {
    const { net, socket, received, closed, until } = await setup({ noConnect: true });
    const { socket: wire, text } = await client(socket);
    wire.write(message(1), 'latin1');
    await until(() => received.length === 1);
    expect(net.send(to(5099), message(2))).toBe(false);
    expect(net.addConnectionAlias(1, 5099)).toBe(true);
    expect(net.addConnectionAlias(7, 5099)).toBe(false);
    expect(net.send(to(5099), message(2))).toBe(true);
    await until(() => text() === message(2));
    wire.end();
    await until(() => closed.length === 1);
    expect(closed).toEqual(['closed by the peer']);
    expect(net.send(to(5099), message(3))).toBe(false);
    expect(net.statistics.refused).toBe(2);
  });

  it('does not let one connection take the alias of another', async () => {
    const { net, socket, until } = await setup();
    await client(socket);
    await client(socket);
    await until(() => net.connections().length === 2);
    expect(net.addConnectionAlias(1, 5099)).toBe(true);
    expect(net.addConnectionAlias(1, 5099)).toBe(true);
    expect(net.addConnectionAlias(2, 5099)).toBe(false);
  });

  it('sends replies only over existing connections when asked to', async () => {
    const { net } = await setup();
    const { port, accepted } = await acceptor();
    expect(net.send(to(port, { noConnect: true }), message(1))).toBe(false);
    expect(net.send(to(port, { connectionId: 12, noConnect: true }), message(1))).toBe(false);
    expect(accepted).toHaveLength(0);
  });

  it('closes after sending, established or not', async () => {
    const { net, until, closed } = await setup();
    const { port, accepted } = await acceptor();
    net.send(to(port, { closeAfterSend: true }), message(1));
    await until(() => accepted[0]?.ended() === true);
    expect(accepted[0]!.text()).toBe(message(1));
    await until(() => closed.length === 1);
    net.send(to(port), message(2));
    await until(() => accepted[1]?.text() === message(2));
    net.send(to(port, { closeAfterSend: true }), message(3));
    await until(() => accepted[1]!.ended());
    expect(accepted[1]!.text()).toBe(message(2) + message(3));
    await until(() => closed.length === 2);
    expect(closed).toEqual(['closed after sending', 'closed after sending']);
  });

  it('answers CRLF pings, unless told not to', async () => {
    const { socket, net, until } = await setup();
    const { socket: wire, text } = await client(socket);
    wire.write('\r\n\r\n');
    await until(() => text() === '\r\n');
    expect(net.statistics).toMatchObject({ keepalivePings: 1, received: 0 });
    const quiet = await setup({ crlfPing: false });
    const other = await client(quiet.socket);
    other.socket.write(`\r\n\r\n${message(1)}`, 'latin1');
    await until(() => quiet.received.length === 1);
    expect(quiet.net.statistics.keepalivePings).toBe(0);
  });

  it('closes a connection whose framing is lost, or whose message is too long', async () => {
    const { socket, net, closed, received, until } = await setup({ maxMessage: 100 });
    const a = await client(socket);
    a.socket.write(`${message(1)}OPTIONS sip:a SIP/2.0\r\n\r\n`, 'latin1');
    await until(() => a.ended());
    const b = await client(socket);
    b.socket.write('x'.repeat(101));
    await until(() => b.ended() && closed.length === 2);
    expect(closed).toEqual(['no Content-Length', 'message longer than 100 bytes']);
    expect(received).toHaveLength(1);
    expect(net.statistics.framingErrors).toBe(2);
  });

  it('closes idle connections, later those with a lifetime of their own', async () => {
    const { socket, net, clock, closed, received, until } = await setup({ connectionLifetime: 120 });
    const [a, b] = [await client(socket), await client(socket)];
    await until(() => net.connections().length === 2);
    expect(net.setConnectionLifetime(2, 600)).toBe(true);
    clock.advance(100_000);
    a.socket.write(message(1), 'latin1');
    await until(() => received.length === 1);
    clock.advance(119_000);
    await turns(20);
    expect(a.ended()).toBe(false);
    expect(closed).toEqual([]);
    clock.advance(2000);
    await until(() => a.ended() && closed.length === 1);
    clock.advance(378_000);
    expect(net.connections().map(({ id }) => id)).toEqual([2]);
    clock.advance(2000);
    await until(() => b.ended());
    await until(() => closed.length === 2);
    expect(closed).toEqual(['idle', 'idle']);
    expect(clock.pending).toBe(0);
  });

  it('gives up connecting after the time allowed, and at once when refused', async () => {
    const { net, clock, closed, until } = await setup({ connectTimeout: 10 });
    const { port, server } = await acceptor();
    server.close();
    await once(server, 'close');
    expect(net.send(to(port), message(1))).toBe(true);
    await until(() => closed.length === 1);
    expect(closed).toEqual(['ECONNREFUSED']);
    const other = await acceptor();
    net.send(to(other.port), message(1));
    // Time passes before the event loop can tell that the connection is up.
    clock.advance(11_000);
    expect(closed[1]).toBe('connect timeout');
    expect(net.statistics).toMatchObject({ connectFailed: 2, connectionsOpened: 0, connectionsClosed: 0 });
    expect(net.connections()).toEqual([]);
  });

  it('bounds what waits for a peer that does not read', async () => {
    const { net, socket, closed, received, until, clock } = await setup({
      connectionQueue: 20_000,
      totalQueue: 1 << 30,
    });
    const stuck = connect(socket.port, socket.address);
    closers.push(() => stuck.destroy());
    stuck.on('error', () => {});
    stuck.pause();
    stuck.write(message(1), 'latin1');
    await until(() => received.length === 1);
    const big = message('x'.repeat(8000));
    let accepted = 0;
    while (net.send(to(0, { connectionId: 1 }), big)) {
      if (++accepted % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (accepted > 5000) break;
    }
    await until(() => closed.length === 1);
    expect(closed).toEqual(['outbound queue is full']);
    expect(net.statistics.queueOverflows).toBe(1);
    expect(accepted).toBeGreaterThan(2);
    expect(accepted).toBeLessThan(5000);
    expect(clock.pending).toBe(0);
  });

  it('bounds what waits on all connections together', async () => {
    const { net, closed, until } = await setup({ totalQueue: 100 });
    const [a, b] = [await acceptor(), await acceptor()];
    expect(net.send(to(a.port), 'x'.repeat(60))).toBe(true);
    expect(net.send(to(b.port), 'x'.repeat(60))).toBe(false);
    expect(closed).toEqual(['outbound queue is full']);
    expect(net.send(to(b.port), 'x'.repeat(40))).toBe(true);
    // What has left makes room again.
    await until(() => a.accepted[0]?.text().length === 60 && b.accepted[0]?.text().length === 40);
    await until(() => net.statistics.sent === 2);
    expect(net.send(to(a.port), 'x'.repeat(100))).toBe(true);
  });

  it('closes a connection whose peer does not take what was written in time', async () => {
    const { net, socket, closed, received, until, clock } = await setup({
      connectionQueue: 64 << 20,
      totalQueue: 64 << 20,
      sendTimeout: 5,
    });
    const stuck = connect(socket.port, socket.address);
    closers.push(() => stuck.destroy());
    stuck.on('error', () => {});
    stuck.pause();
    stuck.write(message(1), 'latin1');
    await until(() => received.length === 1);
    expect(net.send(to(0, { connectionId: 1 }), 'x'.repeat(32 << 20))).toBe(true);
    await turns(50);
    clock.advance(4000);
    expect(closed).toEqual([]);
    clock.advance(2000);
    expect(closed).toEqual(['send timeout']);
  });

  it('bounds the number of connections', async () => {
    const { net, socket, until } = await setup({ maxConnections: 2 });
    const { port } = await acceptor();
    const first = await client(socket);
    await client(socket);
    await until(() => net.connections().length === 2);
    const third = await client(socket);
    await until(() => third.ended());
    expect(net.send(to(port), message(1))).toBe(false);
    expect(net.statistics).toMatchObject({ connectionsAccepted: 2, connectionsRefused: 2 });
    first.socket.destroy();
    await until(() => net.connections().length === 1);
    expect(net.send(to(port), message(1))).toBe(true);
  });

  it('reports a port that is taken', async () => {
    const { socket } = await setup();
    const other = createNetwork({ clock: new VirtualClock() });
    closers.push(() => other.close());
    const { errors } = await other.listen([{ proto: 'tcp', address: '127.0.0.1', port: socket.port }]);
    expect(errors.map((error) => error.message)).toEqual([`${socket.text}: address already in use (EADDRINUSE)`]);
  });

  it('ends everything on close, after what was queued has left', async () => {
    const { net, socket, received, until, clock } = await setup();
    const { text, ended, socket: wire } = await client(socket);
    wire.write(message(1), 'latin1');
    await until(() => received.length === 1);
    net.send(to(0, { connectionId: 1 }), message(2));
    await net.close();
    await until(ended);
    expect(text()).toBe(message(2));
    expect(clock.pending).toBe(0);
    expect(net.connections()).toEqual([]);
  });
});

describe('sockets', () => {
  it('are chosen by wish, else by protocol and family', async () => {
    const net = createNetwork({ clock: new VirtualClock() });
    closers.push(() => net.close());
    const { sockets } = await net.listen([
      { proto: 'udp', address: '127.0.0.1', port: 0, name: 'first' },
      { proto: 'udp', address: '127.0.0.1', port: 0, advertisedAddress: '192.0.2.1', advertisedPort: 5099 },
      { proto: 'udp', address: '::1', port: 0 },
      { proto: 'tcp', address: '127.0.0.1', port: 0 },
    ]);
    const [first, second, six, tcp] = sockets as [ListenSocket, ListenSocket, ListenSocket, ListenSocket];
    const choose = (proto: 'udp' | 'tcp' | 'tls', address: string, socket: ListenSocket | null) =>
      net.socketFor({ proto, address, port: 5060, socket, connectionId: 0 });
    expect(choose('udp', '127.0.0.9', first)).toBe(first);
    // Observed upstream: of sockets that are all on loopback the last is the default.
    expect(choose('udp', '127.0.0.9', null)).toBe(second);
    expect(choose('udp', '::9', first)).toBe(six);
    expect(choose('tcp', '127.0.0.9', first)).toBe(tcp);
    expect(choose('tls', '127.0.0.9', first)).toBeNull();
    expect(net.findSocket('udp', '127.0.0.1', second.port)).toBe(second);
    expect(net.findSocket('udp', '[0::1]', 0)).toBe(six);
    expect(net.findSocket(null, '127.0.0.1', tcp.port)).toBe(tcp);
    expect(net.findSocket('udp', '127.0.0.1', 1)).toBeNull();
    expect(net.findSocketByName('first')).toBe(first);
    expect(net.findSocketByName('')).toBeNull();
    expect(second).toMatchObject({ advertisedAddress: '192.0.2.1', advertisedPort: 5099, index: 1, name: '' });
  });
});
