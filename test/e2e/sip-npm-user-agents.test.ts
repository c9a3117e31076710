import sip, { type Message, type Stack } from 'sip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClaimedAddress, claimAddress } from '../oracle/address.js';
import { peersMissing, STOCK_CONFIG, TARGET } from './peers.js';
import { SIP_PORT, StockServer } from './stock-server.js';

/** A phone built on the npm package `sip`, which shares no code with kts. */
class Phone {
  readonly received: Message[] = [];
  readonly stack: Stack;
  #cseq = 0;

  constructor(
    readonly server: StockServer,
    readonly host: string,
    readonly user: string,
    readonly port: number,
    answer: (request: Message, phone: Phone) => void = () => {},
  ) {
    this.stack = sip.create({ address: host, publicAddress: host, port, tcp: false }, (request) => {
      this.received.push(request);
      answer(request, this);
    });
  }

  get contact() {
    return [{ uri: `sip:${this.user}@${this.host}:${this.port}`, params: {} }];
  }

  aor(user = this.user): string {
    return `sip:${user}@${this.server.host}:${SIP_PORT}`;
  }

  /** Sends a request and gives its final response; provisional ones go to `onProvisional`. */
  request(
    method: string,
    uri: string,
    headers: Partial<Message['headers']>,
    onProvisional = (_: Message) => {},
  ): Promise<Message> {
    const message: Message = {
      method,
      uri,
      headers: {
        to: { uri, params: {} },
        from: { uri: this.aor(), params: { tag: `${this.user}-tag` } },
        'call-id': `${this.user}-${method}-${++this.#cseq}`,
        cseq: { method, seq: this.#cseq },
        contact: this.contact,
        'max-forwards': 70,
        ...headers,
      },
      content: '',
    };
    return new Promise((resolve) => {
      this.stack.send(message, (response) => {
        if ((response.status ?? 0) >= 200) resolve(response);
        else onProvisional(response);
      });
      if (method === 'ACK') resolve(message);
    });
  }
}

describe.skipIf(peersMissing(STOCK_CONFIG))(
  `user agents of the npm package sip on ${TARGET} with the stock config`,
  () => {
    let server: StockServer;
    /** The package takes every request to its own address for one of its own flows, so phones live elsewhere. */
    let phones: ClaimedAddress;
    let alice: Phone;
    let bob: Phone;

    beforeAll(async () => {
      server = await StockServer.start(false);
      phones = await claimAddress();
      alice = new Phone(server, phones.address, 'alice', server.newPort());
      bob = new Phone(server, phones.address, 'bob', server.newPort(), (request, phone) => {
        if (request.method === 'ACK') return;
        const reply = (status: number, reason: string) => {
          const response = sip.makeResponse(request, status, reason);
          response.headers.to.params.tag ??= 'bob-tag';
          response.headers.contact = phone.contact;
          response.headers['record-route'] = request.headers['record-route'];
          phone.stack.send(response);
        };
        if (request.method === 'INVITE') reply(180, 'Ringing');
        reply(200, 'OK');
      });
    });
    afterAll(async () => {
      alice.stack.destroy();
      bob.stack.destroy();
      await phones.release();
      await server.stop();
    });

    it('registers', async () => {
      const response = await bob.request('REGISTER', `sip:${server.host}:${SIP_PORT}`, {
        to: { uri: bob.aor(), params: {} },
        expires: 600,
      });
      expect(response.status).toBe(200);
      expect(response.headers.contact?.[0]?.uri).toBe(bob.contact[0]!.uri);
      expect(response.headers.contact?.[0]?.params.expires).toBe('600');
    });

    it('calls, talks, hangs up', async () => {
      const provisional: number[] = [];
      const answer = await alice.request('INVITE', alice.aor('bob'), {}, (r) => provisional.push(r.status!));
      expect(answer.status).toBe(200);
      expect(provisional).toContain(180);
      const dialog = {
        to: answer.headers.to,
        'call-id': answer.headers['call-id'],
        route: [...(answer.headers['record-route'] ?? [])].reverse(),
      };
      expect(dialog.route).toHaveLength(1);
      const target = answer.headers.contact![0]!.uri;
      const { seq } = answer.headers.cseq;
      await alice.request('ACK', target, { ...dialog, cseq: { method: 'ACK', seq } });
      const bye = await alice.request('BYE', target, { ...dialog, cseq: { method: 'BYE', seq: seq + 1 } });
      expect(bye.status).toBe(200);
      expect(bob.received.map((r) => r.method)).toEqual(['INVITE', 'ACK', 'BYE']);
      expect(bob.received[2]!.headers.route).toBeUndefined();
    });

    it('is told that nobody is there', async () => {
      const answer = await alice.request('INVITE', alice.aor('carol'), {});
      expect(answer.status).toBe(404);
    });
  },
);
