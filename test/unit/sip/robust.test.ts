/** Whatever arrives, nothing throws, and what is not changed leaves as it came. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildForwardedReply, buildReply, buildRequest } from '../../../src/sip/build.js';
import { buildAck, buildCancel } from '../../../src/sip/build-client.js';
import { parseCredentials } from '../../../src/sip/digest.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { ParseFailure, SipMessage } from '../../../src/sip/message.js';
import { parseNameAddr } from '../../../src/sip/nameaddr.js';
import { parseSdp } from '../../../src/sip/sdp.js';
import { parseUri } from '../../../src/sip/uri.js';
import { sameUri, uriEquals } from '../../../src/sip/uri-compare.js';
import * as rewrite from '../../../src/sip/uri-rewrite.js';
import { parsed, receiveInfo, request } from './samples.js';

/** Text of the characters that SIP grammar turns on. */
const grammarText = fc
  .array(
    fc.constantFrom(...'aZ0 \t\r\n"\\<>;,:=@?/()[]*%.-_&\0\xff', 'sip:', 'SIP/2.0/UDP ', ';tag=', ';rport', '\r\n '),
    {
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(''));

const sample = request({
  method: 'INVITE',
  via: 'SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1, SIP/2.0/TCP [::1]:5;received=1.1.1.1',
  extra: 'Route: <sip:a;lr>, "x, y" <sip:b>\r\nAuthorization: Digest username="u", realm="r"\r\nEvent: a;id=1',
  body: 'v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nm=audio 1 RTP/AVP 0\r\n',
});

/** The sample with one stretch of it replaced. */
const mutated = fc
  .tuple(fc.nat({ max: sample.length }), fc.nat({ max: 30 }), grammarText)
  .map(([at, length, text]) => sample.slice(0, at) + text + sample.slice(at + length));

function touchEverything(msg: SipMessage): void {
  for (let i = 0; i < msg.headerCount; i++) {
    expect(msg.headerStart(i)).toBeLessThan(msg.headerEnd(i));
    expect(msg.headerBodyEnd(i)).toBeLessThanOrEqual(msg.headerEnd(i));
    expect(msg.headerBodyStart(i)).toBeLessThanOrEqual(msg.headerBodyEnd(i));
    msg.headerBodyUnfolded(i);
    msg.nextHeaderNamed(-1, msg.headerName(i));
  }
  for (const via of msg.vias) {
    expect(via.end).toBeGreaterThan(via.start);
    expect(via.paramsStart).toBeLessThanOrEqual(via.end);
    void [via.text, via.params, via.branch, via.rport, via.received, via.alias, via.portOrDefault];
  }
  void [msg.from?.parsed, msg.to?.parsed, msg.fromTag, msg.toTag, msg.cseq, msg.callId, msg.routes, msg.recordRoutes];
  void [msg.contentLength, msg.event, msg.parsedUri?.transport, msg.requires('x'), msg.credentials(Hdr.AUTHORIZATION)];
  for (const c of msg.contacts?.list ?? []) void [c.q, c.expires, c.instance, c.methods, c.regId, c.received];
  parseSdp(msg.body);
}

describe('no input throws', () => {
  it('whole messages, mutated', () => {
    fc.assert(
      fc.property(mutated, (raw) => {
        const msg = SipMessage.parse(raw, receiveInfo());
        if (msg instanceof ParseFailure) return;
        touchEverything(msg);
        buildRequest(msg, { via: 'Via: x\r\n', path: '<sip:p>' });
        buildReply(msg, 200, 'OK', { toTag: 't' });
        buildForwardedReply(msg);
        buildAck(raw, msg);
        buildCancel(raw);
        msg.edits.insertAfter(msg.headersEnd, 'X: 1\r\n');
        buildRequest(msg, { via: 'Via: x\r\n' });
      }),
      { numRuns: 2000 },
    );
  });

  it('arbitrary text', () => {
    fc.assert(
      fc.property(grammarText, (text) => {
        const msg = SipMessage.parse(`OPTIONS sip:a SIP/2.0\r\nVia: ${text}\r\n${text}\r\n\r\n${text}`, receiveInfo());
        if (!(msg instanceof ParseFailure)) touchEverything(msg);
        SipMessage.parse(text, receiveInfo());
        parseCredentials(`Digest ${text}`);
        parseSdp(`v=0\r\n${text}`);
        parseNameAddr(text);
        for (const uri of [text, `sip:${text}`, `tel:${text}`, `urn:${text}`]) {
          uriEquals(uri, `sip:${text};x`);
          rewrite.setHostPortTrans(uri, text);
          rewrite.userPhone(uri);
          rewrite.setPort(uri, '1');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what is not changed leaves as it came', () => {
  it('a request without own Via and edits', () => {
    fc.assert(
      fc.property(mutated, (raw) => {
        const msg = SipMessage.parse(raw, receiveInfo());
        if (msg instanceof ParseFailure || !msg.isRequest) return;
        const out = buildRequest(msg, { via: '', keepVia: true });
        if (msg.via1 === null) return;
        expect(out.slice(out.indexOf('\n'))).toBe(raw.slice(raw.indexOf('\n')));
      }),
      { numRuns: 1000 },
    );
  });

  it('a forwarded message, after its reply removed the Via again', () => {
    const via = 'Via: SIP/2.0/UDP own:1;branch=z\r\n';
    fc.assert(
      fc.property(mutated, (raw) => {
        const msg = SipMessage.parse(raw, receiveInfo());
        if (msg instanceof ParseFailure || !msg.isRequest || msg.via1 === null) return;
        const sent = parsed(buildRequest(msg, { via, keepVia: true }));
        const back = buildForwardedReply(sent);
        expect(back.slice(back.indexOf('\n'))).toBe(raw.slice(raw.indexOf('\n')));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('URIs', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/);
  const uriText = fc
    .record({
      scheme: fc.constantFrom('sip', 'sips'),
      user: fc.option(word),
      password: fc.option(word),
      host: word,
      port: fc.option(fc.integer({ min: 1, max: 65535 })),
      // RFC 3261 §19.1.1: a parameter name appears once.
      params: fc.uniqueArray(fc.tuple(word, fc.option(word)), { maxLength: 3, selector: ([name]) => name }),
      headers: fc.option(word),
    })
    .map(({ scheme, user, password, host, port, params, headers }) => {
      const login = user === null ? '' : `${user}${password === null ? '' : `:${password}`}@`;
      const tail = params.map(([n, v]) => `;${n}${v === null ? '' : `=${v}`}`).join('');
      return `${scheme}:${login}${host}${port === null ? '' : `:${port}`}${tail}${headers === null ? '' : `?h=${headers}`}`;
    });

  it('equal themselves and keep what a rewrite does not name', () => {
    fc.assert(
      fc.property(uriText, word, (text, value) => {
        const uri = parseUri(text)!;
        expect(sameUri(uri, parseUri(text)!)).toBe(true);
        expect(rewrite.setHost(text, uri.host)).toBe(text);
        const renamed = parseUri(rewrite.setUser(text, value)!)!;
        expect([
          renamed.user,
          renamed.password,
          renamed.host,
          renamed.portText,
          renamed.params,
          renamed.headers,
        ]).toEqual([value, uri.password, uri.host, uri.portText, uri.params, uri.headers]);
        const moved = parseUri(rewrite.setHostPort(text, `${value}:7`)!)!;
        expect([moved.user, moved.password, moved.host, moved.port, moved.params]).toEqual([
          uri.user,
          uri.password,
          value,
          7,
          uri.params,
        ]);
        if (uri.user !== '') {
          const back = rewrite.stripUser(rewrite.prefixUser(text, value)!, value.length);
          expect(back).toBe(text);
        }
      }),
    );
  });
});
