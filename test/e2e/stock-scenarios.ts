import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peersMissing, STOCK_CONFIG, TARGET } from './peers.js';
import { sipp, sippListening, type Wire } from './sipp.js';
import { SIP_PORT, StockServer } from './stock-server.js';

const ALONE = [
  'phone-registers',
  'phone-registers-for-longer-than-allowed',
  'phone-refreshes-its-registration',
  'phone-unregisters',
  'phone-removes-all-bindings',
  'phone-fetches-its-bindings',
  'user-registers-three-phones',
  'callee-is-not-registered',
  'foreign-domain-is-not-relayed-to',
  'call-with-no-hops-left',
  'call-to-nobody',
  'request-of-a-dialog-that-went-elsewhere',
  'keepalive-is-answered',
  'malformed-request-is-refused',
  'scanner-gets-no-answer',
] as const;

const BETWEEN_TWO = [
  'call-answered-and-ended-by-caller',
  'call-ended-by-callee',
  'call-held-and-resumed-by-caller',
  'call-held-by-callee',
  'info-and-update-inside-a-call',
  'caller-gives-up-while-it-rings',
  'caller-gives-up-before-it-rings',
  'callee-is-busy',
  'callee-declines',
  'message-is-delivered',
  'options-to-a-user-reaches-the-phone',
] as const;

/** Every scenario of the stock config, over one transport and one IP version. */
export function describeStockScenarios(wire: Wire, ipv6: boolean): void {
  const over = `${wire.toUpperCase()}, IPv${ipv6 ? 6 : 4}`;
  const needed = ['sipp', STOCK_CONFIG, ...(TARGET === 'kamailio' ? ['kamailio'] : [])];

  describe.skipIf(peersMissing(...needed))(`stock kamailio.cfg on ${TARGET} over ${over}`, () => {
    let server: StockServer;
    beforeAll(async () => {
      server = await StockServer.start(ipv6);
    });
    afterAll(async () => {
      expect(await server.stop()).toBe(0);
    });

    const call = async (scenario: string, phones: readonly string[]) => {
      const user = server.newUser();
      const waiting = [];
      for (const phone of phones) {
        const port = server.newPort();
        await register(server, user, `<sip:${user}@${server.uriHost}:${port};transport=${wire}>`);
        waiting.push(await sippListening(server, { scenario: `${scenario}.${phone}`, wire, user, port }));
      }
      const caller = sipp(server, { scenario: `${scenario}.caller`, wire, user, port: server.newPort() });
      await Promise.all([caller, ...waiting.map((w) => w.done)]);
    };

    for (const scenario of ALONE) {
      it(scenario.replaceAll('-', ' '), () =>
        sipp(server, { scenario, wire, user: server.newUser(), port: server.newPort() }),
      );
    }
    for (const scenario of BETWEEN_TWO) it(scenario.replaceAll('-', ' '), () => call(scenario, ['callee']));

    it('one of two phones answers', () => call('one-of-two-phones-answers', ['answers', 'rings']));

    // The stock config waits two minutes; the parameter can be changed while the server runs, but not for the TCP workers
    // of Kamailio 5.6, which go on with the value they started with.
    if (wire === 'udp') {
      it('callee does not answer', async () => {
        await server.rpc('cfg.set_now_int', 'tm', 'fr_inv_timer', 600);
        try {
          await call('callee-does-not-answer', ['callee']);
        } finally {
          await server.rpc('cfg.set_now_int', 'tm', 'fr_inv_timer', 120_000);
        }
      });
    }
  });
}

/** Binds a phone to a user; the request itself always travels over UDP. */
export async function register(server: StockServer, user: string, contact: string): Promise<void> {
  const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve) => socket.bind(0, server.host, resolve));
  const self = `${server.uriHost}:${socket.address().port}`;
  const aor = `<sip:${user}@${server.uriHost}:${SIP_PORT}>`;
  const id = `${user}-${socket.address().port}`;
  const request = [
    `REGISTER sip:${server.uriHost}:${SIP_PORT} SIP/2.0`,
    `Via: SIP/2.0/UDP ${self};branch=z9hG4bK-${id}`,
    `From: ${aor};tag=${id}`,
    `To: ${aor}`,
    `Call-ID: ${id}`,
    'CSeq: 1 REGISTER',
    `Contact: ${contact};expires=600`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(data.toString('latin1')));
    setTimeout(() => reject(new Error(`no answer to the registration of ${user}`)), 5000).unref();
  });
  socket.send(Buffer.from(request, 'latin1'), SIP_PORT, server.host);
  try {
    expect(await answer).toMatch(/^SIP\/2\.0 200 /);
  } finally {
    socket.close();
  }
}
