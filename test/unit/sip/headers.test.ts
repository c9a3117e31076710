import { describe, expect, it } from 'vitest';
import { hasMagicCookie } from '../../../src/sip/branch.js';
import { formatQ, parseQ } from '../../../src/sip/contact.js';
import { parseCSeq } from '../../../src/sip/cseq.js';
import { formatSipDate, parseSipDate } from '../../../src/sip/date.js';
import { canonicalName, Hdr, headerId } from '../../../src/sip/header-names.js';
import { Method, methodId, methodName, methodSet } from '../../../src/sip/methods.js';
import { parseNameAddr } from '../../../src/sip/nameaddr.js';
import { listHas, paramValue, parseParams, splitList } from '../../../src/sip/params.js';
import { callerRouteSet, isLooseRouter, routeSetText } from '../../../src/sip/route-set.js';
import { TagSource } from '../../../src/sip/tag.js';
import { parseVia } from '../../../src/sip/via.js';
import { parsed, receiveInfo, request } from './samples.js';

describe('header names', () => {
  it('knows every registered name in any case, and the compact letters', () => {
    for (const [key, id] of Object.entries(Hdr)) {
      if (id === Hdr.OTHER) continue;
      const name = canonicalName(id);
      expect(name, key).not.toBe('');
      expect([headerId(name), headerId(name.toLowerCase()), headerId(name.toUpperCase())]).toEqual([id, id, id]);
    }
    expect([...'vftimclkosrbxeynuajd'].map((c) => canonicalName(headerId(c)))).toEqual([
      'Via',
      'From',
      'To',
      'Call-ID',
      'Contact',
      'Content-Type',
      'Content-Length',
      'Supported',
      'Event',
      'Subject',
      'Refer-To',
      'Referred-By',
      'Session-Expires',
      'Content-Encoding',
      'Identity',
      'Identity-Info',
      'Allow-Events',
      'Accept-Contact',
      'Reject-Contact',
      'Request-Disposition',
    ]);
  });

  it.each(['', 'X-To', 'Too', 'Fro', 'q', 'To ', '6rom'])('does not know %j', (name) => {
    expect(headerId(name)).toBe(Hdr.OTHER);
  });
});

describe('methods', () => {
  it('maps names to bits in any case', () => {
    expect([methodId('INVITE'), methodId('invite'), methodId('FOO'), methodId('')]).toEqual([1, 1, Method.OTHER, 0]);
    expect(methodSet('INVITE, ACK,BYE')).toBe(1 | 4 | 8);
    expect([methodName(8192), methodName(3)]).toEqual(['PUBLISH', '']);
  });
});

describe('name-addr', () => {
  it.each([
    ['"Bob B" <sip:bob@b.com;x=1>;tag=zz', '"Bob B"', 'sip:bob@b.com;x=1', 'zz'],
    ['Bob <sip:bob@b.com>', 'Bob', 'sip:bob@b.com', ''],
    ['sip:bob@b.com;tag=1', '', 'sip:bob@b.com', '1'],
    ['<sip:bob@b.com> ; q=1 ; TAG = 2 ', '', 'sip:bob@b.com', '2'],
    ['"a \\" <b>; c" <sip:x@y>;p="t;ag=1";tag=3', '"a \\" <b>; c"', 'sip:x@y', '3'],
    ['< sip:x@y >', '', 'sip:x@y', ''],
    [' token1 token2 <sip:x@y>', 'token1 token2', 'sip:x@y', ''],
  ])('%s', (text, display, uri, tag) => {
    const addr = parseNameAddr(text);
    expect([addr?.display, addr?.uri, addr?.tag]).toEqual([display, uri, tag]);
    expect(text.slice(addr?.uriStart, addr?.uriEnd)).toBe(uri);
  });

  it.each(['', '<>', '<sip:x', '"open <sip:x@y>', '"q" sip:x@y', '<sip:x@y> junk', 'sip:a,b', '"Joe'])(
    'refuses %j',
    (text) => {
      expect(parseNameAddr(text)).toBeNull();
    },
  );
});

describe('Via', () => {
  const via = (text: string) => parseVia(text, 0, text.length, 0);

  it.each([
    ['SIP/2.0/UDP h:5070;branch=z;rport', 'UDP', 'h', 5070, 'z', ''],
    ['SIP / 2.0 / TLS  [::1] : 5061 ; Branch = z9 ;rport=7', 'TLS', '[::1]', 5061, 'z9', '7'],
    ['SIP/2.0/UDP h (comment; x) ;branch=z', 'UDP', 'h', 0, 'z', null],
    ['SIP/2.0/WSS df7jal23ls0d.invalid;branch=z;x="a,b;rport"', 'WSS', 'df7jal23ls0d.invalid', 0, 'z', null],
    ['SIP/2.0/UDP h', 'UDP', 'h', 0, '', null],
    ['SIP/2.0/UDP h;;branch=a;branch=b', 'UDP', 'h', 0, 'a', null],
  ])('%s', (text, transport, host, port, branch, rport) => {
    const v = via(text);
    expect([v?.transport, v?.host, v?.port, v?.branch, v?.rport]).toEqual([transport, host, port, branch, rport]);
    expect(v?.end).toBe(text.length);
  });

  it('stops at a comma and leaves trailing blanks out', () => {
    const v = via('SIP/2.0/UDP h;branch=a ;received=1.1.1.1 , SIP/2.0/UDP g');
    expect([v?.text, v?.received, v?.portOrDefault]).toEqual([
      'SIP/2.0/UDP h;branch=a ;received=1.1.1.1',
      '1.1.1.1',
      5060,
    ]);
  });

  it.each([
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/2.0/UDP ;branch=1',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h:99999',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP h j',
    'SIP/2.0/UDP h;x="open',
    'SIPX/2.0/UDP h',
    'SIP/2.0/UDP h (open',
  ])('refuses %j', (text) => {
    expect(via(text)).toBeNull();
  });
});

describe('parameters and lists', () => {
  it('reads values in place', () => {
    const text = ';a=1;B="two;x";c; d = 4 ;e=';
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((n) => paramValue(text, n))).toEqual(['1', 'two;x', '', '4', '', null]);
    expect(parseParams(text)).toEqual([
      { name: 'a', value: '1' },
      { name: 'B', value: 'two;x' },
      { name: 'c', value: null },
      { name: 'd', value: '4' },
      { name: 'e', value: '' },
    ]);
  });

  it('splits at commas outside quotes and brackets', () => {
    expect(splitList('"a,b" <sip:c,d>, e ,, f')).toEqual(['"a,b" <sip:c,d>', 'e', 'f']);
    expect(splitList('')).toEqual([]);
    expect([listHas('100rel , TIMER', 'timer'), listHas('100rel', '100')]).toEqual([true, false]);
  });
});

describe('CSeq', () => {
  it.each([
    ['1 INVITE', 1, 'INVITE'],
    ['0009\r\n  INVITE', 9, 'INVITE'],
    ['4294967295 foo', 4294967295, 'foo'],
    ['0 ACK', 0, 'ACK'],
  ])('%j', (text, number, method) => {
    expect(parseCSeq(text)).toMatchObject({ number, method });
  });

  it.each(['', 'INVITE', '1', '4294967296 INVITE', '36893488147419103232 REGISTER', '1INVITE', '-1 ACK'])(
    'refuses %j',
    (text) => {
      expect(parseCSeq(text)).toBeNull();
    },
  );
});

describe('q values', () => {
  it.each([
    ['1', 1000],
    ['1.0', 1000],
    ['0.5', 500],
    ['.25', 250],
    ['0', 0],
    ['0.1239', 123],
    ['0.', 0],
  ])('%s', (text, q) => {
    expect(parseQ(text)).toBe(q);
  });
  it.each(['', '.', '1.1', '2', '-1', 'x', '0.5x'])('refuses %j', (text) => {
    expect(parseQ(text)).toBe(-1);
  });
  it('writes them back', () => {
    expect([1000, 500, 123, 50, 0, -1].map(formatQ)).toEqual(['1', '0.5', '0.123', '0.05', '0', '']);
  });
});

describe('Date', () => {
  it('reads and writes GMT', () => {
    expect(parseSipDate('Sat, 13 Nov 2010 23:29:00 GMT')).toBe(Date.UTC(2010, 10, 13, 23, 29));
    expect(formatSipDate(Date.UTC(2010, 10, 13, 23, 29))).toBe('Sat, 13 Nov 2010 23:29:00 GMT');
  });
  it.each([
    '',
    'Fri, 01 Jan 2010 16:00:00 EST',
    'Fri, 32 Jan 2010 16:00:00 GMT',
    'Sat, 13 Nov 2010 24:00:00 GMT',
    '13 Nov 2010',
  ])('refuses %j', (text) => {
    expect(parseSipDate(text)).toBeNull();
  });
});

describe('route sets', () => {
  it('writes, reverses and tells loose routers', () => {
    const routes = parsed(request({ extra: 'Route: <sip:a;lr>,<sip:b>;x=1' })).routes ?? [];
    expect(routeSetText(routes)).toBe('<sip:a;lr>, <sip:b>;x=1');
    expect(routeSetText(callerRouteSet(routes))).toBe('<sip:b>;x=1, <sip:a;lr>');
    expect(routes.map(isLooseRouter)).toEqual([true, false]);
  });
});

describe('branches and tags', () => {
  it('knows the magic cookie', () => {
    expect(['z9hG4bKx', 'Z9HG4BKx', 'z9hG4bK', 'abc', ''].map(hasMagicCookie)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('gives retransmissions the same tag, other requests another', () => {
    const tags = new TagSource('.');
    const tag = tags.tagFor(parsed(request()));
    expect(tags.tagFor(parsed(request()))).toBe(tag);
    expect(tags.tagFor(parsed(request({ via: 'SIP/2.0/UDP h;branch=other' })))).not.toBe(tag);
    expect(tags.tagFor(parsed(request(), receiveInfo({ srcIp: '9.9.9.9' })))).not.toBe(tag);
    expect(tag).toHaveLength(41);
    expect([tags.owns(tag), tags.owns(`${tag}0`), new TagSource('.').owns(tag), tags.owns('')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
