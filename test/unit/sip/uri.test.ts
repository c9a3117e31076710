import { describe, expect, it } from 'vitest';
import { parseUri } from '../../../src/sip/uri.js';
import { uriEquals } from '../../../src/sip/uri-compare.js';
import * as rewrite from '../../../src/sip/uri-rewrite.js';

describe('parseUri', () => {
  it('splits every part', () => {
    const uri = parseUri(
      'sip:al%20ice:pw@example.com:5080;transport=tcp;lr;x=1;maddr=1.2.3.4;ttl=9;method=INVITE;r2=on?h1=v1&h2=v2',
    );
    expect(uri).toMatchObject({
      scheme: 'sip',
      user: 'al%20ice',
      password: 'pw',
      host: 'example.com',
      port: 5080,
      portText: '5080',
      params: 'transport=tcp;lr;x=1;maddr=1.2.3.4;ttl=9;method=INVITE;r2=on',
      headers: 'h1=v1&h2=v2',
    });
    expect([uri?.transport, uri?.maddr, uri?.ttl, uri?.method, uri?.lr, uri?.r2, uri?.param('x')]).toEqual([
      'tcp',
      '1.2.3.4',
      '9',
      'INVITE',
      true,
      'on',
      '1',
    ]);
    expect(uri?.param('nope')).toBeNull();
  });

  // [uri, user, host, script port, transport, params, headers, password, port text], as the real server printed them
  it.each([
    ['tel:+1201;phone-context=x?h=1', '+1201', '', 5060, '', '', 'h=1', '', ''],
    ['sips:bob@b.com:5061;transport=tls', 'bob', 'b.com', 5061, 'tls', 'transport=tls', '', '', '5061'],
    ['sip:b.com', '', 'b.com', 5060, '', '', '', '', ''],
    ['sip:bob;p=1:pw@b.com;x=1?h=1', 'bob;p=1', 'b.com', 5060, '', 'x=1', 'h=1', 'pw', ''],
    ['sip:bob:@b.com', 'bob', 'b.com', 5060, '', '', '', '', ''],
    ['sip:bob@[::1]:70;a', 'bob', '[::1]', 70, '', 'a', '', '', '70'],
    ['sip:b.com?to=a@b.com', 'b.com?to=a', 'b.com', 5060, '', '', '', '', ''],
    ['SIP:bob@b.com;TRANSPORT=TCP', 'bob', 'b.com', 5060, 'TCP', 'TRANSPORT=TCP', '', '', ''],
    ['sip:a@b.com;transport=tls', 'a', 'b.com', 5061, 'tls', 'transport=tls', '', '', ''],
    ['sip:user name@b.com', 'user name', 'b.com', 5060, '', '', '', '', ''],
    ['urn:service:sos', 'service', 'sos', 5060, '', '', '', '', ''],
    ['sip:;x=1@h.com', ';x=1', 'h.com', 5060, '', '', '', '', ''],
  ])('reads %s as the real server does', (text, user, host, port, transport, params, headers, password, portText) => {
    const uri = parseUri(text);
    expect([
      uri?.user,
      uri?.host,
      uri?.scriptPort,
      uri?.transport,
      uri?.params,
      uri?.headers,
      uri?.password,
      uri?.portText,
    ]).toEqual([user, host, port, transport, params, headers, password, portText]);
  });

  it.each([
    '',
    'garbage',
    'sip:',
    'sip:@b.com',
    'sip:b.com:99999',
    'sip:b.com:x',
    'sip:a@b@c.com',
    'sip:bob@b_c.com',
    'im:x@y',
    '<sip:a@b.com>',
    'sip:a@[::1',
    'sip:a@[xyz]',
    'tel:',
    'sip:a@b.com,x',
    'sip:u@a b',
    'urn:x',
  ])('refuses %j', (text) => {
    expect(parseUri(text)).toBeNull();
  });

  it('chooses transport and port to send to', () => {
    const of = (t: string) => `${parseUri(t)?.sendProto}:${parseUri(t)?.sendPort}`;
    expect(of('sip:a@b')).toBe('udp:5060');
    expect(of('sips:a@b')).toBe('tls:5061');
    expect(of('sip:a@b;transport=TLS')).toBe('tls:5061');
    expect(of('sip:a@b:7;transport=sctp')).toBe('sctp:7');
    expect(of('sip:a@b;transport=foo')).toBe('udp:5060');
    expect(of('sips:a@b;transport=tcp')).toBe('tls:5061');
  });
});

describe('rewriting', () => {
  const ops: Record<string, (uri: string) => string | null> = {
    'sethost n.h': (u) => rewrite.setHost(u, 'n.h'),
    'sethostport n.h:99': (u) => rewrite.setHostPort(u, 'n.h:99'),
    'sethostporttrans n.h:99;transport=tls': (u) => rewrite.setHostPortTrans(u, 'n.h:99;transport=tls'),
    'sethostporttrans n.h': (u) => rewrite.setHostPortTrans(u, 'n.h'),
    'setuser u': (u) => rewrite.setUser(u, 'u'),
    'setuser ""': (u) => rewrite.setUser(u, ''),
    'setuserpass u:p': (u) => rewrite.setUserPass(u, 'u:p'),
    'setport 77': (u) => rewrite.setPort(u, '77'),
    'setport ""': (u) => rewrite.setPort(u, ''),
    'prefix 00': (u) => rewrite.prefixUser(u, '00'),
    'strip 1': (u) => rewrite.stripUser(u, 1),
    'strip 10': (u) => rewrite.stripUser(u, 10),
    'strip_tail 1': (u) => rewrite.stripTailUser(u, 1),
    userphone: (u) => rewrite.userPhone(u),
  };

  // What the real server (5.6.3) made of each.
  const recorded: Array<[string, Record<string, string | null>]> = [
    [
      'sip:bob;p=1:pw@b.com;x=1;transport=tcp;y=2?h=1',
      {
        'sethost n.h': 'sip:bob;p=1:pw@n.h;x=1;transport=tcp;y=2?h=1',
        'sethostport n.h:99': 'sip:bob;p=1:pw@n.h:99;x=1;transport=tcp;y=2?h=1',
        'sethostporttrans n.h:99;transport=tls': 'sip:bob;p=1:pw@n.h:99;transport=tls;x=1;y=2?h=1',
        'sethostporttrans n.h': 'sip:bob;p=1:pw@n.h;x=1;y=2?h=1',
        'setuser u': 'sip:u:pw@b.com;x=1;transport=tcp;y=2?h=1',
        'setuser ""': 'sip:b.com;x=1;transport=tcp;y=2?h=1',
        'setuserpass u:p': 'sip:u:p@b.com;x=1;transport=tcp;y=2?h=1',
        'setport 77': 'sip:bob;p=1:pw@b.com:77;x=1;transport=tcp;y=2?h=1',
        'prefix 00': 'sip:00bob;p=1:pw@b.com;x=1;transport=tcp;y=2?h=1',
        'strip 1': 'sip:ob;p=1:pw@b.com;x=1;transport=tcp;y=2?h=1',
        'strip 10': 'sip:b.com;x=1;transport=tcp;y=2?h=1',
        'strip_tail 1': 'sip:bob;p=:pw@b.com;x=1;transport=tcp;y=2?h=1',
        userphone: 'sip:bob;p=1:pw@b.com;x=1;transport=tcp;y=2;user=phone?h=1',
      },
    ],
    [
      'tel:+1201;phone-context=x?h=1',
      {
        'sethost n.h': 'sip:+1201;phone-context=x@n.h;user=phone?h=1',
        'sethostporttrans n.h:99;transport=tls': 'sip:+1201;phone-context=x@n.h:99;transport=tls;user=phone?h=1',
        'setuser u': 'tel:u;phone-context=x?h=1',
        'setuserpass u:p': null,
        'setport 77': 'tel:+1201;phone-context=x?h=1',
        'prefix 00': 'tel:00+1201;phone-context=x?h=1',
        'strip 1': 'tel:1201;phone-context=x?h=1',
        userphone: 'tel:+1201;phone-context=x?h=1',
      },
    ],
    [
      'sip:b.com;transport=tcp;lr?X=1',
      {
        'sethostporttrans n.h': 'sip:n.h;lr?X=1',
        'setuser u': 'sip:u@b.com;transport=tcp;lr?X=1',
        'prefix 00': 'sip:00@b.com;transport=tcp;lr?X=1',
        'strip 1': 'sip:b.com;transport=tcp;lr?X=1',
        userphone: 'sip:b.com;transport=tcp;lr;user=phone?X=1',
      },
    ],
    [
      'sip:bob:@b.com',
      {
        'sethost n.h': 'sip:bob:@n.h',
        'setuser u': 'sip:u:@b.com',
        'setuser ""': 'sip:b.com',
        'strip_tail 1': 'sip:bo:@b.com',
      },
    ],
    [
      'sip:bob@[::1]:70;a',
      {
        'sethost n.h': 'sip:bob@n.h:70;a',
        'setuser ""': 'sip:[::1]:70;a',
        'setport 77': 'sip:bob@[::1]:77;a',
        'setport ""': 'sip:bob@[::1];a',
      },
    ],
    [
      'sip:bob@b.com;maddr=1.1.1.1;transport',
      {
        'sethostporttrans n.h': 'sip:bob@n.h;maddr=1.1.1.1;transport',
        userphone: 'sip:bob@b.com;maddr=1.1.1.1;transport;user=phone',
      },
    ],
    ['sip:b.com:', { 'sethost n.h': 'sip:n.h:', 'setport 77': 'sip:b.com:77', 'setuser u': 'sip:u@b.com:' }],
    [
      'SIP:bob@b.com;TRANSPORT=TCP',
      { 'sethostporttrans n.h': 'sip:bob@n.h', 'setuser u': 'sip:u@b.com;TRANSPORT=TCP' },
    ],
    ['sip:bob@b.com;user=phone', { userphone: 'sip:bob@b.com;user=phone' }],
    ['sip:bob@b.com;;x', { 'sethostporttrans n.h': 'sip:bob@n.h;;x' }],
    ['sip:a@b@c.com', { 'sethost n.h': null, 'setuser u': null, userphone: null }],
  ];
  const cases = recorded.flatMap(([uri, results]) =>
    Object.entries(results).map(([op, want]) => [uri, op, want] as const),
  );

  it.each(cases)('%s: %s', (uri, op, want) => {
    expect(ops[op]?.(uri)).toBe(want);
  });
});

describe('uriEquals (RFC 3261 §19.1.4)', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['tel:+1-201-555-0123', 'tel:+12015550123'],
  ])('%s = %s', (a, b) => {
    expect(uriEquals(a, b)).toBe(true);
    expect(uriEquals(b, a)).toBe(true);
  });

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b', 'nonsense'],
    ['tel:123;isub=1', 'tel:123'],
  ])('%s ≠ %s', (a, b) => {
    expect(uriEquals(a, b)).toBe(false);
    expect(uriEquals(b, a)).toBe(false);
  });
});
