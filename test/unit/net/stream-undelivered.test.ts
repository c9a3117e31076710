import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { createNetwork } from '../../../src/net/network.js';
import type { Destination, Network } from '../../../src/net/transport.js';

let net: Network;
let clock: VirtualClock;
let server: Server;
let lost: string[];

beforeEach(async () => {
  clock = new VirtualClock();
  net = createNetwork({ clock, stream: { connectTimeout: 5 } });
  const { errors } = await net.listen([{ proto: 'tcp', address: '127.0.0.1', port: 0 }]);
  expect(errors).toEqual([]);
  lost = [];
  server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  await net.close();
  server.close();
});

const to = (port: number, address = '127.0.0.1'): Destination => ({
  proto: 'tcp',
  address,
  port,
  socket: null,
  connectionId: 0,
});

const peerPort = (): number => (server.address() as { port: number }).port;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('tells of every message that waited for a connection that is refused', async () => {
  const port = peerPort();
  await new Promise((closed) => server.close(closed));
  expect(net.send(to(port), 'one', () => lost.push('one'))).toBe(true);
  expect(net.send(to(port), 'two')).toBe(true);
  expect(net.send(to(port), 'three', () => lost.push('three'))).toBe(true);
  expect(lost).toEqual([]);
  await until(() => lost.length === 2);
  expect(lost).toEqual(['one', 'three']);
});

it('tells of them when connecting takes too long', async () => {
  // An address of the documentation's network: nobody answers there, or the system says at once that it leads nowhere.
  net.send(to(9, '192.0.2.1'), 'one', () => lost.push('one'));
  clock.advance(6000);
  await until(() => lost.length === 1);
});

it('says nothing of messages that a peer took', async () => {
  net.send(to(peerPort()), 'one', () => lost.push('one'));
  await until(() => net.statistics.sent === 1);
  const [connection] = net.connections();
  net.closeConnection(connection!.id);
  await until(() => net.connections().length === 0);
  expect(lost).toEqual([]);
});
