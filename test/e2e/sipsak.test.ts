import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { output, peersMissing, STOCK_CONFIG, TARGET } from './peers.js';
import { SIP_PORT, StockServer } from './stock-server.js';

describe.skipIf(peersMissing('sipsak', STOCK_CONFIG))(`sipsak talks to ${TARGET} with the stock config`, () => {
  let server: StockServer;
  beforeAll(async () => {
    server = await StockServer.start(false);
  });
  afterAll(async () => {
    await server.stop();
  });

  for (const transport of ['udp', 'tcp']) {
    it(`gets an answer to OPTIONS over ${transport}`, () => {
      const text = output('sipsak', ['-vv', '-E', transport, '-s', `sip:${server.host}:${SIP_PORT}`]);
      expect(text).toContain('SIP/2.0 200 Keepalive');
    });
  }

  it('registers a contact', () => {
    const contact = `sip:desk@${server.host}:5099`;
    const text = output('sipsak', [
      '-U',
      '-vvv',
      '-x',
      '600',
      '-C',
      contact,
      '-s',
      `sip:desk@${server.host}:${SIP_PORT}`,
    ]);
    expect(text).toContain(`<${contact}>;expires=600`);
  });
});
