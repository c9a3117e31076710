import { describe, expect, it } from 'vitest';
import { type SizeLimits, sizes } from '../../../../src/modules/sanity/sizes.js';
import { SipMessage } from '../../../../src/sip/message.js';
import { SOCKET } from '../fake-host.js';

const ANY: SizeLimits = {
  ...{ message: 0, method: 0, ruri: 0, fromUri: 0, toUri: 0, contactUri: 0 },
  ...{ routeUri: 0, pathUri: 0, paiUri: 0, header: 0, headers: 0, body: 0 },
};

const TEXT = [
  'MESSAGE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1',
  'From: <sip:alice@example.com>;tag=1',
  'To: <sip:bobby@example.com>',
  'Contact: <sip:alice@127.0.0.1:5099>',
  'Route: <sip:r@127.0.0.1;lr>',
  'Path: <sip:path@127.0.0.1;lr>',
  'P-Asserted-Identity: <sip:pai@example.com>',
  'Call-ID: 1',
  'CSeq: 1 MESSAGE',
  'Content-Length: 5',
  '',
  'hello',
].join('\r\n');

function message(): SipMessage {
  const msg = SipMessage.parse(TEXT, {
    ...{ srcIp: '127.0.0.1', srcPort: 5060, dstIp: '127.0.0.1', dstPort: 5060 },
    ...{ proto: 'udp', family: 4, socket: SOCKET, connectionId: 0 },
  });
  if (!(msg instanceof SipMessage)) throw new Error(msg.reason);
  return msg;
}

const head = TEXT.indexOf('\r\n\r\n') + 2 - TEXT.indexOf('Via');

/** The size of each part of the message above. */
const EXACT: SizeLimits = {
  message: TEXT.length,
  method: 7,
  ruri: 'sip:bob@example.com'.length,
  fromUri: 'sip:alice@example.com'.length,
  toUri: 'sip:bobby@example.com'.length,
  contactUri: 'sip:alice@127.0.0.1:5099'.length,
  routeUri: 'sip:r@127.0.0.1;lr'.length,
  pathUri: 'sip:path@127.0.0.1;lr'.length,
  paiUri: 'sip:pai@example.com'.length,
  header: 'P-Asserted-Identity: <sip:pai@example.com>\r\n'.length,
  headers: head,
  body: 5,
};

describe('sizes that sanity allows', () => {
  it('lets any size pass when no limit is set', () => {
    expect(sizes(message(), ANY)).toBe('passed');
  });

  it('lets a message pass that has exactly the sizes allowed', () => {
    expect(sizes(message(), { ...EXACT, header: EXACT.header + 20 })).toBe('passed');
  });

  it.each(Object.keys(EXACT) as (keyof SizeLimits)[])('refuses one byte more of %s, without an answer', (part) => {
    const verdict = sizes(message(), { ...ANY, [part]: EXACT[part] - 1 });
    expect(verdict).toMatchObject({ status: 0 });
  });
});
