import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { ConnectionTable } from '../../../src/net/connection-table.js';
import { type ListenSocket, listenSocket } from '../../../src/net/listen-socket.js';
import { createNetwork, type NetworkOptions } from '../../../src/net/network.js';
import type { StreamConnection } from '../../../src/net/stream-connection.js';
import { TCP_SOCKET_DEFAULTS } from '../../../src/net/tcp-options.js';
import type { Destination, Network } from '../../../src/net/transport.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function open(
  options: Partial<NetworkOptions>,
  addresses = ['127.0.0.1'],
): Promise<{ net: Network; clock: VirtualClock; closed: string[]; received: string[] }> {
  const clock = new VirtualClock();
  const net = createNetwork({ clock, ...options });
  closers.push(() => net.close());
  const { errors } = await net.listen(addresses.map((address) => ({ proto: 'tcp', address, port: 0 })));
  expect(errors).toEqual([]);
  const closed: string[] = [];
  const received: string[] = [];
  net.onConnectionClosed((_, reason) => closed.push(reason));
  net.onMessage((raw) => received.push(raw));
  return { net, clock, closed, received };
}

async function peer(): Promise<{ port: number; from: Socket[]; text: () => string }> {
  const from: Socket[] = [];
  let text = '';
  const server: Server = createServer((socket) => {
    from.push(socket);
    socket.on('data', (data) => (text += data.toString('latin1'))).on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of from) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, from, text: () => text };
}

function client(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  closers.push(() => socket.destroy());
  return socket;
}

const to = (port: number, more: Partial<Destination> = {}): Destination => ({
  proto: 'tcp',
  address: '127.0.0.1',
  port,
  socket: null,
  connectionId: 0,
  ...more,
});

const MESSAGE = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n';

it('connects from the port it listens on (tcp_reuse_port), and reads what comes back', async () => {
  const { net, received } = await open({
    stream: { socket: { ...TCP_SOCKET_DEFAULTS, reusePort: true, synCount: 2 } },
  });
  const there = await peer();
  net.send(to(there.port), MESSAGE);
  await until(() => there.text() === MESSAGE);
  expect(there.from[0]!.remotePort).toBe(net.sockets[0]!.port);
  there.from[0]!.write(MESSAGE);
  await until(() => received.length === 1);
});

it('listens on addresses that are not here (ip_free_bind)', async () => {
  const { net } = await open({ stream: { socket: { ...TCP_SOCKET_DEFAULTS, freeBind: true } } }, ['203.0.113.7']);
  expect(net.sockets[0]!.address).toBe('203.0.113.7');
  const strict = createNetwork({ clock: new VirtualClock() });
  closers.push(() => strict.close());
  const { errors } = await strict.listen([{ proto: 'tcp', address: '203.0.113.7', port: 0 }]);
  expect(errors.map((e) => e.code)).toEqual(['EADDRNOTAVAIL']);
});

it('hands over connections only once they have data (tcp_defer_accept)', async () => {
  const { net } = await open({ stream: { socket: { ...TCP_SOCKET_DEFAULTS, deferAccept: 5 } } });
  const socket = client(net.sockets[0]!.port);
  await once(socket, 'connect');
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(net.connections()).toEqual([]);
  socket.write(MESSAGE);
  await until(() => net.connections().length === 1);
});

it('sets the keep-alive times (tcp_keepidle and its like)', async () => {
  const { net } = await open({ stream: { socket: { ...TCP_SOCKET_DEFAULTS, keepIdle: 77 } } });
  const socket = client(net.sockets[0]!.port);
  await until(() => net.connections().length === 1);
  // Timer 2 is the keep-alive timer; its time left is in hundredths of a second.
  const hex = (n: number) => n.toString(16).toUpperCase().padStart(4, '0');
  const line = (): string =>
    readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .find((l) => l.includes(`:${hex(net.sockets[0]!.port)} `) && l.includes(`:${hex(socket.localPort!)} 01 `)) ?? '';
  await until(() => / 02:00001[DE]/.test(line()));
});

it('takes so many connections of one address (tcp_accept_iplimit)', async () => {
  const { net } = await open({ stream: { perAddress: 2 } });
  const { port } = net.sockets[0]!;
  const first = client(port);
  client(port);
  await until(() => net.connections().length === 2);
  const third = client(port);
  await once(third, 'close');
  expect(net.statistics.connectionsRefused).toBe(1);
  first.destroy();
  await until(() => net.connections().length === 1);
  client(port);
  await until(() => net.connections().length === 2);
});

it('closes connections whose message does not come to its end (tcp_msg_read_timeout)', async () => {
  const { net, clock, closed, received } = await open({ stream: { messageTimeout: 5 } });
  const slow = client(net.sockets[0]!.port);
  const fine = client(net.sockets[0]!.port);
  await until(() => net.connections().length === 2);
  slow.write('OPTIONS');
  fine.write(`${MESSAGE}${MESSAGE}`);
  await until(() => net.statistics.receivedBytes === 7 + 2 * MESSAGE.length);
  clock.advance(3000);
  slow.write(' sip:');
  await until(() => net.statistics.receivedBytes === 12 + 2 * MESSAGE.length);
  clock.advance(3000);
  expect(closed).toEqual(['message read timeout']);
  expect(received).toHaveLength(2);
});

it('prefers the connection of the socket that it sends from (tcp_connection_match)', () => {
  const table = new ConnectionTable();
  const [one, two, three] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((address, i) =>
    listenSocket(i, { proto: 'tcp', address, port: 5060 }, 5060),
  );
  const connection = (socket: ListenSocket): StreamConnection => {
    const info = {
      id: table.nextId(),
      proto: 'tcp',
      remoteAddress: '192.0.2.1',
      remotePort: 5070,
      socket,
      outgoing: true,
    };
    const made = { info, aliases: [] } as unknown as StreamConnection;
    table.add(made);
    return made;
  };
  const older = connection(one!);
  const newer = connection(two!);
  expect(table.find('tcp', '192.0.2.1', 5070)).toBe(newer);
  expect(table.find('tcp', '192.0.2.1', 5070, one!)).toBe(older);
  expect(table.find('tcp', '192.0.2.1', 5070, two!)).toBe(newer);
  expect(table.find('tcp', '192.0.2.1', 5070, three!)).toBe(newer);
  expect(table.find('tcp', '192.0.2.1', 5071, one!)).toBe(undefined);
});

it('resets what was idle (tcp_close_rst)', async () => {
  const { net, clock, closed } = await open({ stream: { resetIdle: true, connectionLifetime: 1 } });
  const socket = client(net.sockets[0]!.port);
  const failed = once(socket, 'error');
  await until(() => net.connections().length === 1);
  clock.advance(3000);
  expect(closed).toEqual(['idle']);
  expect(((await failed)[0] as NodeJS.ErrnoException).code).toBe('ECONNRESET');
});

it('sends from the address that the kernel routes from (mhomed)', async () => {
  const { net } = await open({ multiHomed: true }, ['127.0.0.2', '127.0.0.1']);
  const { net: plain } = await open({}, ['127.0.0.1', '127.0.0.2']);
  expect(net.socketFor(to(5060, { address: '127.0.0.9' }))?.address).toBe('127.0.0.1');
  expect(plain.socketFor(to(5060, { address: '127.0.0.9' }))?.address).toBe('127.0.0.2');
  const chosen = net.sockets[0]!;
  expect(net.socketFor(to(5060, { address: '127.0.0.9', socket: chosen }))).toBe(chosen);
});
