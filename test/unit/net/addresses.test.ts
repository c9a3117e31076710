import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatHostPort,
  formatIp,
  inRange,
  interfaceAddresses,
  ipFamily,
  isPrivateIp,
  localAddresses,
  normaliseIp,
  parseIp,
  parseRange,
  sameIp,
} from '../../../src/net/addresses.js';

const strange = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcF:.[]'), maxLength: 24 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.array(fc.constantFrom('0', '1', 'ffff', '', '1.2.3.4', '12345'), { maxLength: 9 }).map((parts) => parts.join(':')),
);

describe('IP literals', () => {
  it('are what Node.js takes for IP literals', () => {
    fc.assert(
      fc.property(strange, (text) => {
        fc.pre(!text.startsWith('['));
        expect(ipFamily(text)).toBe(isIP(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('survive formatting and parsing', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => bytes.map((byte) => (byte < 160 ? 0 : byte))),
        (bytes) => {
          const text = formatIp(bytes);
          expect(parseIp(text)).toEqual(bytes);
          expect(parseIp(`[${text}]`)).toEqual(bytes);
          // The URL parser is an independent writer of the same canonical form.
          expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
        },
      ),
    );
  });

  it('have one spelling', () => {
    expect(normaliseIp('[2001:DB8:0:0:0:0:0:1]')).toBe('2001:db8::1');
    expect(normaliseIp('::')).toBe('::');
    expect(normaliseIp('1:0:0:2:0:0:0:3')).toBe('1:0:0:2::3');
    expect(normaliseIp('127.0.0.1')).toBe('127.0.0.1');
    for (const bad of [
      '',
      '1.2.3',
      '256.1.1.1',
      '1.2.3.4.5',
      '[::1',
      '::1]',
      ':::',
      '1::2::3',
      'lo',
      '1:2:3:4:5:6:7:',
    ]) {
      expect(normaliseIp(bad), bad).toBeNull();
    }
    expect(sameIp('::1', '[0:0:0:0:0:0:0:1]')).toBe(true);
    expect(sameIp('10.0.0.1', '10.0.0.2')).toBe(false);
    expect(sameIp('host', 'host')).toBe(false);
  });

  it('are bracketed where a port follows', () => {
    expect(formatHostPort('::1', 5060)).toBe('[::1]:5060');
    expect(formatHostPort('1.2.3.4', 1)).toBe('1.2.3.4:1');
  });
});

describe('ranges', () => {
  const within = (address: string, range: string): boolean => inRange(parseIp(address)!, parseRange(range)!);

  it('compare as many bits as the prefix has', () => {
    expect(within('172.31.255.255', '172.16.0.0/12')).toBe(true);
    expect(within('172.32.0.0', '172.16.0.0/12')).toBe(false);
    expect(within('10.1.2.3', '10.0.0.0/255.0.0.0')).toBe(true);
    expect(within('2001:db8:8000::1', '2001:db8::/33')).toBe(false);
    expect(within('2001:db8:7fff::1', '2001:db8::/33')).toBe(true);
    expect(within('8.8.8.8', '1.1.1.1/0')).toBe(true);
    expect(within('1.2.3.4', '1.2.3.4')).toBe(true);
    expect(within('1.2.3.5', '1.2.3.4')).toBe(false);
    expect(within('::1', '0.0.0.0/0')).toBe(false);
  });

  it('are refused when they make no sense', () => {
    for (const bad of ['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/ff00::', 'x/8', '::/129', '1.2.3.4/-1']) {
      expect(parseRange(bad), bad).toBeNull();
    }
  });

  it('tell private addresses', () => {
    for (const yes of ['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '100.127.255.255', 'fd00::2']) {
      expect(isPrivateIp(yes), yes).toBe(true);
    }
    for (const no of ['100.128.0.1', '11.0.0.1', '172.15.0.1', '203.0.113.1', '2001:db8::1', 'example.com']) {
      expect(isPrivateIp(no), no).toBe(false);
    }
  });
});

describe('interfaces', () => {
  const entry = { netmask: '', mac: '', internal: false, cidr: null };
  const interfaces = {
    lo: [
      { ...entry, family: 'IPv6' as const, address: '::1', scopeid: 0 },
      { ...entry, family: 'IPv4' as const, address: '127.0.0.1' },
    ],
    eth0: [
      { ...entry, family: 'IPv4' as const, address: '192.0.2.2' },
      { ...entry, family: 'IPv6' as const, address: 'fe80::1', scopeid: 2 },
    ],
  };

  it('give their addresses, IPv4 first and without link-local ones', () => {
    expect(interfaceAddresses('lo', interfaces)).toEqual(['127.0.0.1', '::1']);
    expect(interfaceAddresses('eth0', interfaces)).toEqual(['192.0.2.2']);
    expect(interfaceAddresses('eth1', interfaces)).toEqual([]);
    expect(localAddresses(false, interfaces)).toEqual(['127.0.0.1', '192.0.2.2']);
    expect(localAddresses(true, interfaces)).toEqual(['127.0.0.1', '::1', '192.0.2.2']);
  });
});
