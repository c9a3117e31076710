import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { type FixedRecord, parseFixedRecord, readFixedRecords } from '../../../src/net/fixed-records.js';
import { Resolver } from '../../../src/net/resolve.js';

const missing = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));

function setup(...records: string[]) {
  const clock = new VirtualClock();
  const dns = {
    resolve4: missing,
    resolve6: missing,
    resolveSrv: missing,
    resolveNaptr: missing,
    lookup: missing,
    hosts: (name: string) => (name === 'hosts.test' ? ['192.0.2.99'] : []),
    reload: () => {},
  };
  const resolver = new Resolver({ clock, dns, options: { failover: true } });
  for (const text of records) resolver.fixed.add(parseFixedRecord(text) as FixedRecord);
  return { clock, resolver };
}

it('gives addresses at once, for as long as they live', async () => {
  const { clock, resolver } = setup(
    'type=A;name=A.test;addr=192.0.2.1;ttl=10',
    'type=AAAA;name=a.test;addr=2001:db8::1;ttl=20',
    'type=A;name=hosts.test;addr=192.0.2.2;flags=2',
  );
  expect(resolver.resolve('a.TEST', 5070, 'udp')).toEqual([
    { proto: 'udp', address: '192.0.2.1', port: 5070 },
    { proto: 'udp', address: '2001:db8::1', port: 5070 },
  ]);
  expect(resolver.addresses('hosts.test')).toEqual(['192.0.2.2']);
  clock.advance(10_001);
  expect(resolver.resolve('a.test', 5070, 'udp')).toHaveLength(1);
  clock.advance(10_000);
  expect(await resolver.resolve('a.test', 5070, 'udp')).toEqual([]);
  expect(resolver.addresses('hosts.test')).toEqual(['192.0.2.2']);
});

it('gives services, whose port counts when the URI has none', async () => {
  const { resolver } = setup(
    'type=SRV;name=_sip._tcp.s.test;addr=one.test;port=5071;priority=2;weight=1;flags=2',
    'type=SRV;name=_sip._tcp.s.test;addr=two.test;port=5072;priority=1;weight=1;flags=2',
    'type=A;name=one.test;addr=192.0.2.1;flags=2',
    'type=A;name=two.test;addr=192.0.2.2;flags=2',
    'type=A;name=s.test;addr=192.0.2.3;flags=2',
  );
  expect(await resolver.resolve('s.test', 0, 'tcp')).toEqual([
    { proto: 'tcp', address: '192.0.2.2', port: 5072 },
    { proto: 'tcp', address: '192.0.2.1', port: 5071 },
  ]);
  expect(resolver.resolve('s.test', 5060, 'tcp')).toEqual([{ proto: 'tcp', address: '192.0.2.3', port: 5060 }]);
});

it('blocks names, also those of the hosts file', () => {
  const { resolver } = setup('type=A;name=hosts.test;addr=192.0.2.1;flags=1;ttl=60');
  expect(resolver.resolve('hosts.test', 5060, 'udp')).toEqual([]);
  expect(resolver.addresses('hosts.test')).toEqual([]);
});

it('reads files, and says what it cannot read', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kts-dns-'));
  const file = join(dir, 'records');
  writeFileSync(
    file,
    '# comment\n\n  type=A;name=a.test;addr=192.0.2.1;ttl=5\r\ntype=AAAA;name=b.test;addr=::1;flags=2\n',
  );
  expect(readFixedRecords(file).map((r) => `${r.type} ${r.name} ${r.address} ${r.ttl}`)).toEqual([
    'A a.test 192.0.2.1 5',
    'AAAA b.test ::1 Infinity',
  ]);
  writeFileSync(file, 'type=A;name=a.test;addr=192.0.2.1\ntype=A;name=a.test;addr=::1\n');
  expect(() => readFixedRecords(file)).toThrow(`${file}:2: malformed ip address: ::1`);
  rmSync(dir, { recursive: true });
  expect(parseFixedRecord('type=MX;name=a;addr=b')).toBe('type "MX" is not A, AAAA or SRV');
  expect(parseFixedRecord('type=A;addr=192.0.2.1')).toBe('the name is missing');
});
