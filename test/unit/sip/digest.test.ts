import { describe, expect, it } from 'vitest';
import { digestAlgorithm, digestHa1, digestResponse, nonceCount, parseCredentials } from '../../../src/sip/digest.js';
import { Hdr } from '../../../src/sip/header-names.js';
import { parsed, request } from './samples.js';

describe('parseCredentials', () => {
  it('reads every parameter', () => {
    expect(
      parseCredentials(
        'Digest username="bob@biloxi.com", realm="a, b",nonce="n",uri="sip:b;x=1",response="abc",algorithm=MD5,cnonce="c",opaque="",QOP=auth,nc=00000001,x=y',
      ),
    ).toEqual({
      headerIndex: -1,
      username: 'bob@biloxi.com',
      user: 'bob',
      domain: 'biloxi.com',
      realm: 'a, b',
      nonce: 'n',
      uri: 'sip:b;x=1',
      response: 'abc',
      algorithm: 'MD5',
      cnonce: 'c',
      opaque: '',
      qop: 'auth',
      nc: '00000001',
    });
  });

  it.each(['', 'Basic QWxhZGRpbg==', 'Digestive username="x"', 'Digest username', 'Digest username="open'])(
    'refuses %j',
    (text) => {
      expect(parseCredentials(text)).toBeNull();
    },
  );

  it('finds them in a message', () => {
    const msg = parsed(
      request({
        extra:
          'Authorization: Digest realm="one"\nAuthorization: NoOneKnowsThis x=1\nauthorization: digest realm="two"',
      }),
    );
    const found = msg.credentials(Hdr.AUTHORIZATION);
    expect(found.map((c) => [c.realm, msg.headerName(c.headerIndex)])).toEqual([
      ['one', 'Authorization'],
      ['two', 'authorization'],
    ]);
    expect(msg.credentials(Hdr.PROXY_AUTHORIZATION)).toEqual([]);
  });
});

describe('responses', () => {
  const base = { method: 'GET', uri: '/dir/index.html', qop: 'auth', nc: '00000001', body: '' };

  it('matches RFC 2617 §3.5', () => {
    const ha1 = digestHa1('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
    const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
    expect(digestResponse('MD5', ha1, { ...base, nonce, cnonce: '0a4f113b' })).toBe('6629fae49393a05397450978507c4ef1');
    expect(digestResponse('MD5', ha1, { ...base, nonce, cnonce: '', nc: '', qop: '' })).toBe(
      '670fd8c2df070c60b045671b8b24ff02',
    );
  });

  it('matches RFC 7616 §3.9.1 with SHA-256', () => {
    const ha1 = digestHa1('SHA-256', 'Mufasa', 'http-auth@example.org', 'Circle of Life');
    expect(
      digestResponse('SHA-256', ha1, {
        ...base,
        nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
        cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      }),
    ).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  });

  it('covers the body with auth-int, and SHA-512-256 is as long as SHA-256', () => {
    const ha1 = digestHa1('SHA-512-256', 'u', 'r', 'p');
    const ask = { ...base, nonce: 'n', cnonce: 'c', qop: 'auth-int' };
    const one = digestResponse('SHA-512-256', ha1, { ...ask, body: 'a' });
    expect(one).toHaveLength(64);
    expect(digestResponse('SHA-512-256', ha1, { ...ask, body: 'b' })).not.toBe(one);
  });

  it('knows algorithms and nonce counts', () => {
    expect(['', 'md5', 'SHA-256', 'sha-512-256', 'MD5-sess'].map(digestAlgorithm)).toEqual([
      'MD5',
      'MD5',
      'SHA-256',
      'SHA-512-256',
      null,
    ]);
    expect(['00000001', '0000000a', '00000010', '', 'xyz', '123456789'].map(nonceCount)).toEqual([
      1, 10, 16, -1, -1, -1,
    ]);
  });
});
