import { describe, expect, it } from 'vitest';
import { buildApplied, buildForwardedReply, buildReply, buildRequest, viaLine } from '../../../src/sip/build.js';
import { buildAck, buildCancel } from '../../../src/sip/build-client.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { replyAddress } from '../../../src/sip/received.js';
import { parsed, receiveInfo, request, socket, wire } from './samples.js';

const SERVER = 'Server: kamailio (5.6.3 (x86_64/linux))\r\n';
const OWN_VIA = 'Via: SIP/2.0/UDP 127.0.0.1:6210;branch=z9hG4bKown.0\r\n';

/** The lines of `raw` that begin with one of `names`. */
function linesOf(raw: string, ...names: string[]): string[] {
  return raw.split('\r\n').filter((line) => names.some((name) => line.toLowerCase().startsWith(`${name}:`)));
}

describe('buildReply, byte for byte as the real server answers', () => {
  const second = 'Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bK-second;received=10.2.2.2';

  it('answers 200 with Record-Route', () => {
    const msg = parsed(request());
    expect(buildReply(msg, 200, 'OK', { toTag: 'T', server: SERVER })).toBe(
      wire(`SIP/2.0 200 OK
Via: SIP/2.0/UDP 127.0.0.1:6298;branch=z9hG4bK-1
${second}
Record-Route: <sip:rr1.example.com;lr>
From: "Al" <sip:alice@a.com>;tag=f1
t: Bob <sip:bob@b.com>;tag=T
Call-ID: c-1@x
CSeq: 7 OPTIONS
${SERVER}Content-Length: 0

`),
    );
  });

  it('answers 404 without Record-Route, with what the script appended', () => {
    const msg = parsed(request({ method: 'INVITE' }));
    msg.replyEdits.addHeader('X-A: 1\r\n');
    msg.replyEdits.addHeader('X-B: 2');
    expect(buildReply(msg, 404, 'Not Found', { toTag: 'T', server: SERVER })).toBe(
      wire(`SIP/2.0 404 Not Found
Via: SIP/2.0/UDP 127.0.0.1:6298;branch=z9hG4bK-1
${second}
From: "Al" <sip:alice@a.com>;tag=f1
t: Bob <sip:bob@b.com>;tag=T
Call-ID: c-1@x
CSeq: 7 INVITE
X-A: 1
X-B: 2
${SERVER}Content-Length: 0

`),
    );
  });

  it('puts the Content-Type of set_reply_body among the appended headers', () => {
    const msg = parsed(request());
    msg.replyEdits.setBody('hello', 'text/plain');
    msg.replyEdits.addHeader('Contact: <sip:a@b>\r\n');
    const reply = buildReply(msg, 200, 'OK', { toTag: 'T', server: SERVER });
    expect(reply.slice(reply.indexOf('Content-Type'))).toBe(
      wire(`Content-Type: text/plain\nContact: <sip:a@b>\n${SERVER}Content-Length: 5\n\nhello`),
    );
  });

  it.each([
    [100, false],
    [101, false],
    [180, true],
    [199, true],
    [202, true],
    [302, false],
    [486, false],
  ])('%i copies Record-Route: %s', (status, copied) => {
    const reply = buildReply(parsed(request()), status, 'R');
    expect(linesOf(reply, 'record-route')).toHaveLength(copied ? 1 : 0);
  });

  it('gives no tag to a 100, and none to a To that has one', () => {
    const tagged = request().replace('<sip:bob@b.com>', '<sip:bob@b.com>;tag=own');
    expect(linesOf(buildReply(parsed(request()), 100, 'Trying', { toTag: 'T' }), 't')).toEqual([
      't: Bob <sip:bob@b.com>',
    ]);
    expect(linesOf(buildReply(parsed(tagged), 200, 'OK', { toTag: 'T' }), 't')).toEqual([
      't: Bob <sip:bob@b.com>;tag=own',
    ]);
  });

  it('keeps order, spelling and folds of the request', () => {
    const msg = parsed(
      wire(`OPTIONS sip:sx@b.com SIP/2.0
Subject: first
CSeq: 7 OPTIONS
CALL-id :   c-order@x  
To: sip:bob@b.com
v:SIP/2.0/UDP 127.0.0.1:6298;branch=z9hG4bK-u, SIP/2.0/UDP 3.3.3.3 ;branch=z9hG4bKq
 ;fold=1
Record-Route: <sip:rr1.example.com;lr>
from: <sip:a@b>;tag=f
Path: <sip:p;lr>
Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bK-second
Timestamp: 54
l: 0

`),
    );
    expect(buildReply(msg, 302, 'R', { toTag: 'T', server: SERVER })).toBe(
      wire(`SIP/2.0 302 R
CSeq: 7 OPTIONS
CALL-id :   c-order@x  
To: sip:bob@b.com;tag=T
v:SIP/2.0/UDP 127.0.0.1:6298;branch=z9hG4bK-u, SIP/2.0/UDP 3.3.3.3 ;branch=z9hG4bKq
 ;fold=1
from: <sip:a@b>;tag=f
Via: SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bK-second
${SERVER}Content-Length: 0

`),
    );
  });
});

// [Via as received, as forwarded, as in a reply]; the source is 127.0.0.1:6298.
const VIAS: Array<[string, string, string]> = [
  ['127.0.0.1:6298;branch=z1', '127.0.0.1:6298;branch=z1', '127.0.0.1:6298;branch=z1'],
  [
    '127.0.0.1:6298;rport;branch=z1',
    '127.0.0.1:6298;received=127.0.0.1;rport=6298;branch=z1',
    '127.0.0.1:6298;rport=6298;branch=z1;received=127.0.0.1',
  ],
  [
    'host.example.com:6298;branch=z2',
    'host.example.com:6298;received=127.0.0.1;branch=z2',
    'host.example.com:6298;branch=z2;received=127.0.0.1',
  ],
  [
    '127.0.0.1:9;branch=z5;rport=55',
    '127.0.0.1:9;received=127.0.0.1;branch=z5;rport=6298',
    '127.0.0.1:9;branch=z5;rport=6298;received=127.0.0.1',
  ],
  [
    '127.0.0.1:6298 ; branch=z6 ; rport ; y',
    '127.0.0.1:6298 ;received=127.0.0.1; branch=z6 ;rport=6298; y',
    '127.0.0.1:6298 ; branch=z6 ;rport=6298; y;received=127.0.0.1',
  ],
  ['10.0.0.9:6298', '10.0.0.9:6298;received=127.0.0.1', '10.0.0.9:6298;received=127.0.0.1'],
  [
    '10.0.0.1;rport=;branch=z8',
    '10.0.0.1;received=127.0.0.1;rport=6298;branch=z8',
    '10.0.0.1;rport=6298;branch=z8;received=127.0.0.1',
  ],
];

describe('received and rport, as the real server writes them', () => {
  it.each(VIAS)('%s', (via, forwarded, replied) => {
    const msg = parsed(request({ via: `SIP/2.0/UDP ${via}` }));
    expect(linesOf(buildRequest(msg, { via: OWN_VIA }), 'via')[1]).toBe(`Via: SIP/2.0/UDP ${forwarded}`);
    expect(linesOf(buildReply(msg, 200, 'OK'), 'via')[0]).toBe(`Via: SIP/2.0/UDP ${replied}`);
  });

  it('adds rport when the script forces it, received only for another host', () => {
    const same = parsed(request());
    same.forceRport = true;
    expect(linesOf(buildRequest(same, { via: OWN_VIA }), 'via')[1]).toBe(
      'Via: SIP/2.0/UDP 127.0.0.1:6298;rport=6298;branch=z9hG4bK-1',
    );
    const other = parsed(request({ via: 'SIP/2.0/UDP 10.0.0.1:7;branch=z' }));
    other.forceRport = true;
    expect(linesOf(buildRequest(other, { via: OWN_VIA }), 'via')[1]).toBe(
      'Via: SIP/2.0/UDP 10.0.0.1:7;rport=6298;received=127.0.0.1;branch=z',
    );
    expect(linesOf(buildReply(other, 200, 'OK'), 'via')[0]).toBe(
      'Via: SIP/2.0/UDP 10.0.0.1:7;branch=z;rport=6298;received=127.0.0.1',
    );
  });

  it('replaces a received that is there', () => {
    const msg = parsed(request({ via: 'SIP/2.0/UDP 10.0.0.1:77;branch=z4;received=9.9.9.9;rport=12' }));
    const want = 'Via: SIP/2.0/UDP 10.0.0.1:77;branch=z4;received=127.0.0.1;rport=6298';
    expect(linesOf(buildRequest(msg, { via: OWN_VIA }), 'via')[1]).toBe(want);
    expect(linesOf(buildReply(msg, 200, 'OK'), 'via')[0]).toBe(want);
  });

  it('marks the topmost of several values in one header', () => {
    const msg = parsed(request({ via: 'SIP/2.0/UDP h1;rport;branch=z7, SIP/2.0/UDP 10.5.5.5;branch=z77' }));
    expect(linesOf(buildReply(msg, 200, 'OK'), 'via')[0]).toBe(
      'Via: SIP/2.0/UDP h1;rport=6298;branch=z7;received=127.0.0.1, SIP/2.0/UDP 10.5.5.5;branch=z77',
    );
  });

  it('compares IPv6 sent-by with the source without its brackets', () => {
    const info = receiveInfo({ srcIp: '2001:db8::1', family: 6 });
    const msg = parsed(request({ via: 'SIP/2.0/UDP [2001:DB8::1]:5060;branch=z' }), info);
    expect(buildRequest(msg, { via: OWN_VIA })).not.toContain('received=2001');
  });

  it('chooses where the reply goes (RFC 3261 §18.2.2, RFC 3581 §4)', () => {
    const to = (via: string, force = false) => {
      const msg = parsed(request({ via: `SIP/2.0/UDP ${via};branch=z` }));
      msg.forceRport = force;
      const address = replyAddress(msg, msg.via1!);
      return `${address.host}:${address.port}`;
    };
    expect(to('10.0.0.1:7')).toBe('127.0.0.1:7');
    expect(to('10.0.0.1')).toBe('127.0.0.1:5060');
    expect(to('10.0.0.1:7;rport')).toBe('127.0.0.1:6298');
    expect(to('10.0.0.1:7', true)).toBe('127.0.0.1:6298');
    expect(to('10.0.0.1:7;maddr=224.2.0.1')).toBe('224.2.0.1:7');
  });
});

describe('buildRequest', () => {
  it('changes nothing but the first line and the Vias without edits', () => {
    const raw = request({ body: 'v=0\r\n' });
    const out = buildRequest(parsed(raw), { via: OWN_VIA, requestUri: 'sip:n@h' });
    expect(out).toBe(
      raw.replace('OPTIONS sip:u@biloxi.example.com;x=1', 'OPTIONS sip:n@h').replace('Via: ', `${OWN_VIA}Via: `),
    );
  });

  it('places inserted headers around its own Via as the real server does', () => {
    const msg = parsed(request());
    const { edits } = msg;
    const subject = msg.firstHeader(Hdr.SUBJECT);
    const from = msg.firstHeader(Hdr.FROM);
    edits.insertAfter(msg.headersEnd, 'X-One: 1\r\n');
    edits.insertAfter(msg.headersEnd, 'X-Two: 2\r\n');
    edits.insertBefore(msg.headerStart(0), 'X-I1: 1\r\n');
    edits.insertBefore(msg.headerStart(0), 'X-I2: 2\r\n');
    edits.insertBefore(msg.headerStart(from), 'X-F1: 1\r\n');
    edits.insertAfter(msg.headerEnd(from), 'X-F3: 3\r\n');
    edits.remove(msg.headerStart(subject), msg.headerEnd(subject) - msg.headerStart(subject));
    const names = buildRequest(msg, { via: OWN_VIA })
      .split('\r\n')
      .map((line) => line.split(':')[0]);
    expect(names).toEqual([
      'OPTIONS sip',
      'X-I1',
      'X-I2',
      'Via',
      'Via',
      'Via',
      'Max-Forwards',
      'Record-Route',
      'X-F1',
      'From',
      'X-F3',
      't',
      'Call-ID',
      'CSeq',
      'Contact',
      'X-Nothing',
      'Content-Length',
      'X-One',
      'X-Two',
      '',
      '',
    ]);
  });

  it('puts a path behind its own Via, or in front of the first Route', () => {
    const path = '<sip:127.0.0.1:6299;lr>,<sip:b;lr>';
    const bare = buildRequest(parsed(request()), { via: OWN_VIA, path }).split('\r\n');
    expect(bare[2]).toBe(`Route: ${path}`);
    expect(bare[3]).toContain('z9hG4bK-1');
    const routed = buildRequest(parsed(request({ extra: 'Route: <sip:r;lr>' })), { via: OWN_VIA, path });
    expect(linesOf(routed, 'route')).toEqual([`Route: ${path}`, 'Route: <sip:r;lr>']);
    expect(routed.indexOf('Route: <sip:127')).toBeGreaterThan(routed.indexOf('Contact:'));
  });

  it('corrects Content-Length when the body changes', () => {
    const msg = parsed(request({ body: '12345' }));
    msg.edits.replace(msg.bodyStart, 5, 'abcdefghijkl');
    const out = parsed(buildRequest(msg, { via: OWN_VIA }));
    expect([out.body, out.contentLength]).toEqual(['abcdefghijkl', 12]);
  });

  it('adds Content-Length when the body changes and there is none, or the transport needs it', () => {
    const raw = request({ body: '12345' }).replace('Content-Length: 5\r\n', '');
    const msg = parsed(raw);
    expect(parsed(buildRequest(msg, { via: OWN_VIA })).contentLength).toBe(-1);
    expect(parsed(buildRequest(msg, { via: OWN_VIA, needsLength: true })).contentLength).toBe(5);
    msg.edits.insertAfter(msg.raw.length, '678');
    const out = parsed(buildRequest(msg, { via: OWN_VIA }));
    expect([out.body, out.contentLength]).toEqual(['12345678', 8]);
  });

  it('leaves the message’s edits alone', () => {
    const msg = parsed(request());
    msg.edits.insertAfter(msg.headersEnd, 'X-A: 1\r\n');
    const first = buildRequest(msg, { via: OWN_VIA });
    expect(buildRequest(msg, { via: OWN_VIA })).toBe(first);
    expect(msg.edits.size).toBe(1);
  });

  it('asks edits for their text when the target is known', () => {
    const msg = parsed(request());
    msg.edits.insertAfter(msg.headersEnd, (target) => `X-Via: ${target?.socket.port}\r\n`);
    expect(buildRequest(msg, { via: '', target: { socket, receivedOn: socket } })).toContain('X-Via: 6210\r\n');
  });

  it('writes own Vias with the port left out when it is 5060', () => {
    expect(viaLine(socket, { branch: 'z', rport: true })).toBe('Via: SIP/2.0/UDP 127.0.0.1:6210;branch=z;rport\r\n');
    expect(viaLine({ ...socket, port: 5060, proto: 'tls' }, { branch: 'z', params: ';i=1' })).toBe(
      'Via: SIP/2.0/TLS 127.0.0.1;branch=z;i=1\r\n',
    );
    expect(viaLine(socket, { branch: 'z', host: 'adv.example.com', port: 7777 })).toBe(
      'Via: SIP/2.0/UDP adv.example.com:7777;branch=z\r\n',
    );
    expect(viaLine({ ...socket, address: '::1' }, { branch: 'z' })).toBe('Via: SIP/2.0/UDP [::1]:6210;branch=z\r\n');
  });
});

describe('buildApplied', () => {
  it('writes edits and Request-URI but no Via, as msg_apply_changes does', () => {
    const raw = request({ via: 'SIP/2.0/UDP 10.0.0.1;rport;branch=z' });
    const msg = parsed(raw);
    msg.newUri = 'sip:newu@h';
    msg.edits.insertAfter(msg.headersEnd, 'X-One: 1\r\n');
    const applied = buildApplied(msg);
    expect(applied).toBe(
      raw.replace('sip:u@biloxi.example.com;x=1', 'sip:newu@h').replace('Length: 0\r\n', 'Length: 0\r\nX-One: 1\r\n'),
    );
    expect(msg.reload(applied)).toBe(true);
    expect([msg.newUri, msg.hasEdits, msg.requestUri]).toEqual([null, false, 'sip:newu@h']);
  });
});

describe('buildForwardedReply', () => {
  const reply = (vias: string) => parsed(wire(`SIP/2.0 486 Rsn\n${vias}\nTo: <sip:b>;tag=1\nContent-Length: 0\n\n`));

  it('removes the topmost Via header', () => {
    expect(buildForwardedReply(reply('Via: SIP/2.0/UDP own;branch=1\nVia: SIP/2.0/UDP peer;branch=2'))).toBe(
      wire('SIP/2.0 486 Rsn\nVia: SIP/2.0/UDP peer;branch=2\nTo: <sip:b>;tag=1\nContent-Length: 0\n\n'),
    );
  });

  it('removes only the first of several values', () => {
    expect(buildForwardedReply(reply('Via: SIP/2.0/UDP own;branch=1,\n SIP/2.0/UDP peer;branch=2'))).toBe(
      wire('SIP/2.0 486 Rsn\nVia: SIP/2.0/UDP peer;branch=2\nTo: <sip:b>;tag=1\nContent-Length: 0\n\n'),
    );
  });

  it('applies edits and a new status', () => {
    const msg = reply('Via: SIP/2.0/UDP own;branch=1\nVia: SIP/2.0/UDP peer;branch=2');
    msg.edits.insertAfter(msg.headersEnd, 'X-A: 1\r\n');
    expect(buildForwardedReply(msg, { status: 603, reason: 'No' })).toBe(
      wire('SIP/2.0 603 No\nVia: SIP/2.0/UDP peer;branch=2\nTo: <sip:b>;tag=1\nContent-Length: 0\nX-A: 1\n\n'),
    );
  });
});

describe('ACK and CANCEL of a client INVITE transaction, as the real server sends them', () => {
  const sent = wire(`INVITE sip:inv@biloxi.example.com;x=1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:6210;branch=z9hG4bK2c87.4798.0
Via: SIP/2.0/UDP 127.0.0.1:6298;received=127.0.0.1;rport=6298;branch=z9hG4bK-path
Max-Forwards: 70
Record-Route: <sip:rr1.example.com;lr>
From: "Al" <sip:alice@a.com>;tag=f1
t: Bob <sip:bob@b.com>
Call-ID: c-iiv1@x
CSeq: 7 INVITE
Route: <sip:127.0.0.1:6299;lr>
Contact: <sip:alice@127.0.0.1:6298>
Content-Type: a/b
Content-Length: 0

`);

  const made = (method: string, to: string) =>
    wire(`${method} sip:inv@biloxi.example.com;x=1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:6210;branch=z9hG4bK2c87.4798.0
Max-Forwards: 70
From: "Al" <sip:alice@a.com>;tag=f1
${to}
Call-ID: c-iiv1@x
CSeq: 7 ${method}
Route: <sip:127.0.0.1:6299;lr>
Content-Length: 0

`);

  it('makes the ACK with the To of the reply', () => {
    const reply = parsed(wire('SIP/2.0 486 B\nt: Bob <sip:bob@b.com>;tag=hop\n\n'));
    expect(buildAck(sent, reply)).toBe(made('ACK', 't: Bob <sip:bob@b.com>;tag=hop'));
  });

  it('makes the CANCEL with the To of the INVITE', () => {
    expect(buildCancel(sent)).toBe(made('CANCEL', 't: Bob <sip:bob@b.com>'));
    expect(buildCancel(sent, 'Reason: SIP;cause=200\r\n')).toContain('lr>\r\nReason: SIP;cause=200\r\nContent-Length');
  });

  it('makes nothing from a text without Via or CSeq', () => {
    expect(buildCancel('INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n')).toBeNull();
    expect(buildCancel('INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n')).toBeNull();
  });
});
