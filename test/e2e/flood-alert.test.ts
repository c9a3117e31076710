import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock/clock.js';
import { type EmbeddedServer, startServer } from '../../src/server.js';
import { type ClaimedAddress, claimAddress } from '../oracle/address.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/flood-alert', import.meta.url));

/** Requests that a fresh address may send: density + density/4 + 2 of them make a flood. */
const PASSING = 16 + 4 + 1;

/** A client with an address of its own. */
class Client {
  replies = 0;
  #sent = 0;

  private constructor(
    readonly address: string,
    private readonly socket: Socket,
    private readonly server: { readonly address: string; readonly port: number },
  ) {
    socket.on('message', () => this.replies++);
  }

  static async open(address: string, server: { address: string; port: number }): Promise<Client> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Client(address, socket, server);
  }

  send(): void {
    const { port } = this.socket.address();
    const n = ++this.#sent;
    const request = [
      `OPTIONS sip:${this.server.address} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address}:${port};branch=z9hG4bK-${n}`,
      'From: <sip:a@example.com>;tag=a',
      'To: <sip:b@example.com>',
      `Call-ID: ${this.address}-${n}`,
      'CSeq: 1 OPTIONS',
      'User-Agent: flooder',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    this.socket.send(request, this.server.port, this.server.address);
  }

  async sendAndWait(): Promise<void> {
    const reply = once(this.socket, 'message');
    this.send();
    await reply;
  }

  close(): void {
    this.socket.close();
  }
}

let claimed: ClaimedAddress[] = [];
let clients: Client[] = [];
let server: EmbeddedServer;
let clock: VirtualClock;
let log = '';
let at: { address: string; port: number };

beforeEach(async () => {
  claimed = [await claimAddress(), await claimAddress(), await claimAddress()];
  const probe = createSocket('udp4').bind(0, claimed[0]!.address);
  await once(probe, 'listening');
  at = { address: claimed[0]!.address, port: probe.address().port };
  probe.close();
  clock = new VirtualClock();
  log = '';
  server = await startServer({
    configFile: `${EXAMPLE}/kamailio.cfg`,
    cwd: EXAMPLE,
    args: ['-l', `udp:${at.address}:${at.port}`],
    env: {},
    compat: '6.x',
    checkOnly: false,
    onLog: (entry) => {
      log += entry;
    },
    clock,
  });
  expect(`${server.exit} ${log}`).toMatch(/^null /);
  clients = [await Client.open(claimed[1]!.address, at), await Client.open(claimed[2]!.address, at)];
});

afterEach(async () => {
  await server.close();
  for (const client of clients) client.close();
  for (const address of claimed) await address.release();
});

const alerts = (): string[] => [...log.matchAll(/ALERT: (.*)/g)].map((m) => m[1]!);

/** Floods from the first client; the second one's reply shows that the server has seen it all. */
async function flood(): Promise<void> {
  const [flooder, bystander] = clients as [Client, Client];
  for (let i = 0; i < 3 * PASSING; i++) flooder.send();
  await bystander.sendAndWait();
}

test('a flood is answered until it is one, banned, and reported once', async () => {
  const [flooder, bystander] = clients as [Client, Client];
  await flood();
  await new Promise((seen) => setImmediate(seen));
  expect(flooder.replies).toBe(PASSING);
  expect(alerts()).toEqual([]);

  await clock.advanceAsync(5000);
  expect(alerts()).toHaveLength(1);
  expect(alerts()[0]).toMatch(new RegExp(`^flood of ${flooder.address}: OPTIONS from port \\d+, flooder$`));

  await flood();
  await clock.advanceAsync(60_000);
  expect(alerts()).toHaveLength(1);
  expect(flooder.replies).toBe(PASSING);
  expect(bystander.replies).toBe(2);
});

test('a ban ends, and the next flood is reported again', async () => {
  await flood();
  await clock.advanceAsync(330_000);
  await clients[0]!.sendAndWait();
  expect(alerts()).toHaveLength(1);
  await clock.advanceAsync(10_000);
  await flood();
  await clock.advanceAsync(5000);
  expect(alerts()).toHaveLength(2);
});
