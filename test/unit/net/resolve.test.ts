import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { type AddressRecord, type DnsClient, parseHosts, type SrvRecord } from '../../../src/net/dns-client.js';
import { type Resolved, Resolver, type ResolverOptions } from '../../../src/net/resolve.js';
import { orderSrv } from '../../../src/net/srv-order.js';

/** A zone: `A name`, `SRV name`… to records, or to an error's code. */
type Zone = Record<string, readonly unknown[] | string>;

class FakeDns implements DnsClient {
  readonly asked: string[] = [];
  zone: Zone;
  constructor(zone: Zone) {
    this.zone = zone;
  }
  async #answer<T>(question: string): Promise<readonly T[]> {
    this.asked.push(question);
    const answer = this.zone[question] ?? 'ENOTFOUND';
    if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer });
    return answer as readonly T[];
  }
  resolve4 = (name: string) => this.#answer<AddressRecord>(`A ${name}`);
  resolve6 = (name: string) => this.#answer<AddressRecord>(`AAAA ${name}`);
  resolveSrv = (name: string) => this.#answer<SrvRecord>(`SRV ${name}`);
  resolveNaptr = (name: string) => this.#answer<never>(`NAPTR ${name}`);
  lookup = (name: string, family: number) => this.#answer<string>(`lookup${family} ${name}`);
  hosts = (name: string) => (this.zone[`hosts ${name}`] ?? []) as readonly string[];
  reload(): void {}
}

const a = (address: string, ttl = 300): AddressRecord => ({ address, ttl });
const srv = (name: string, port: number, priority = 0, weight = 0): SrvRecord => ({ name, port, priority, weight });
const naptr = (service: string, replacement: string, order = 10, preference = 10, flags = 's') => ({
  service,
  replacement,
  order,
  preference,
  flags,
  regexp: '',
});

function setup(zone: Zone, options: Partial<ResolverOptions> = {}, random = () => 0) {
  const clock = new VirtualClock();
  const dns = new FakeDns(zone);
  const protos = new Set(['udp', 'tcp', 'tls']);
  const resolver = new Resolver({ clock, dns, options, random, supports: (proto) => protos.has(proto) });
  return { clock, dns, resolver };
}

const show = (hops: readonly Resolved[]): string[] => hops.map((hop) => `${hop.proto}:${hop.address}:${hop.port}`);

describe('next hops (RFC 3263)', () => {
  it('are there at once for numeric hosts', () => {
    const { resolver, dns } = setup({});
    expect(resolver.resolve('192.0.2.1', 0, null)).toEqual([{ proto: 'udp', address: '192.0.2.1', port: 5060 }]);
    expect(resolver.resolve('[2001:DB8::0:1]', 5080, 'tcp')).toEqual([
      { proto: 'tcp', address: '2001:db8::1', port: 5080 },
    ]);
    expect(resolver.resolve('192.0.2.1', 0, 'tls')).toEqual([{ proto: 'tls', address: '192.0.2.1', port: 5061 }]);
    expect(resolver.resolve('192.0.2.1', 0, null, true)).toEqual([{ proto: 'tls', address: '192.0.2.1', port: 5061 }]);
    expect(resolver.resolve('', 0, null)).toEqual([]);
    expect(dns.asked).toEqual([]);
  });

  it('are there at once for names of the hosts file', () => {
    const { resolver, dns } = setup({ 'hosts pbx': ['10.0.0.7', '10.0.0.8'] }, { failover: true });
    expect(show(resolver.resolve('PBX', 0, null) as Resolved[])).toEqual(['udp:10.0.0.7:5060', 'udp:10.0.0.8:5060']);
    expect(resolver.addresses('pbx')).toEqual(['10.0.0.7', '10.0.0.8']);
    expect(dns.asked).toEqual([]);
  });

  it('need only an address when the URI has a port', async () => {
    const { resolver, dns } = setup({ 'A example.com': [a('192.0.2.1')] });
    expect(show(await resolver.resolve('Example.com', 5070, null))).toEqual(['udp:192.0.2.1:5070']);
    expect(dns.asked).toEqual(['A example.com']);
  });

  it('come from SRV of the protocol given', async () => {
    const { resolver, dns } = setup(
      {
        'SRV _sip._tcp.example.com': [srv('b.example.com', 5082, 20), srv('a.example.com', 5081, 10)],
        'A a.example.com': [a('192.0.2.1')],
        'A b.example.com': [a('192.0.2.2')],
      },
      { failover: true },
    );
    expect(show(await resolver.resolve('example.com', 0, 'tcp'))).toEqual(['tcp:192.0.2.1:5081', 'tcp:192.0.2.2:5082']);
    expect(dns.asked).not.toContain('SRV _sip._udp.example.com');
  });

  it('come from SRV by local preference when nothing is given', async () => {
    const { resolver } = setup(
      {
        'SRV _sips._tcp.example.com': [srv('s.example.com', 5061)],
        'SRV _sip._tcp.example.com': [srv('s.example.com', 5062)],
        'A s.example.com': [a('192.0.2.1')],
      },
      { failover: true, preference: { udp: 30, tcp: 1, tls: 20 } },
    );
    expect(show(await resolver.resolve('example.com', 0, null))).toEqual(['tls:192.0.2.1:5061', 'tcp:192.0.2.1:5062']);
  });

  it('never use a protocol whose preference is negative or that the server has not', async () => {
    const zone = {
      'SRV _sip._tcp.example.com': [srv('s.example.com', 5062)],
      'A s.example.com': [a('192.0.2.1')],
      'A example.com': [a('192.0.2.9')],
    };
    const { resolver } = setup(zone, { preference: { udp: 1, tcp: -1, tls: 1 } });
    expect(show(await resolver.resolve('example.com', 0, null))).toEqual(['udp:192.0.2.9:5060']);
    const only = new Resolver({ clock: new VirtualClock(), dns: new FakeDns(zone), supports: (p) => p === 'udp' });
    expect(show(await only.resolve('example.com', 0, null))).toEqual(['udp:192.0.2.9:5060']);
  });

  const services = {
    'NAPTR example.com': [
      naptr('SIP+D2U', '_sip._udp.example.com', 20),
      naptr('SIPS+D2T', '_sips._tcp.example.com', 5),
      naptr('SIP+D2T', 'tcp.elsewhere.net', 10),
      naptr('SIP+D2S', '_sip._sctp.example.com', 1),
      naptr('SIP+D2U', 'terminal.example.com', 1, 1, 'u'),
    ],
    'SRV _sip._udp.example.com': [srv('h.example.com', 1)],
    'SRV _sips._tcp.example.com': [srv('h.example.com', 2)],
    'SRV tcp.elsewhere.net': [srv('h.example.com', 3)],
    'A h.example.com': [a('192.0.2.1')],
  };

  it('follow NAPTR by the order of the domain', async () => {
    const { resolver } = setup(services, { naptr: true, naptrIgnoreRfc: false, failover: true });
    expect(show(await resolver.resolve('example.com', 0, null))).toEqual([
      'tls:192.0.2.1:2',
      'tcp:192.0.2.1:3',
      'udp:192.0.2.1:1',
    ]);
  });

  it('follow NAPTR by local preference, as upstream does unless told otherwise', async () => {
    const { resolver, dns } = setup(services, { naptr: true });
    expect(show(await resolver.resolve('example.com', 0, null))).toEqual(['udp:192.0.2.1:1']);
    expect(dns.asked).toEqual(['NAPTR example.com', 'SRV _sip._udp.example.com', 'A h.example.com']);
  });

  it('ask for IPv6 only when there is no IPv4, or the other way round', async () => {
    const zone = {
      'A two.net': [a('192.0.2.1')],
      'AAAA two.net': [a('2001:DB8::1')],
      'AAAA six.net': [a('2001:db8::2')],
    };
    const four = setup(zone, { families: [4, 6] });
    expect(show(await four.resolver.resolve('two.net', 1, null))).toEqual(['udp:192.0.2.1:1']);
    expect(show(await four.resolver.resolve('six.net', 1, null))).toEqual(['udp:2001:db8::2:1']);
    expect(show(await setup(zone, { families: [6, 4] }).resolver.resolve('two.net', 1, null))).toEqual([
      'udp:2001:db8::1:1',
    ]);
    expect(await setup(zone, { families: [4] }).resolver.resolve('six.net', 1, null)).toEqual([]);
  });

  it('fall back to what the system makes of a name', async () => {
    const { resolver } = setup({ 'lookup4 printer.local': ['192.0.2.77'] });
    expect(show(await resolver.resolve('printer.local', 0, null))).toEqual(['udp:192.0.2.77:5060']);
  });

  it('skip an SRV that says the service is not there, and targets without address', async () => {
    const { resolver } = setup(
      {
        'SRV _sip._udp.example.com': [srv('', 0)],
        'SRV _sip._tcp.example.com': [srv('dead.example.com', 1, 1), srv('live.example.com', 2, 2)],
        'A live.example.com': [a('192.0.2.1'), a('192.0.2.2')],
      },
      { failover: true },
    );
    expect(show(await resolver.resolve('example.com', 0, null))).toEqual(['tcp:192.0.2.1:2', 'tcp:192.0.2.2:2']);
  });
});

describe('the cache', () => {
  it('answers at once until the shortest time to live is over', async () => {
    const { resolver, clock, dns } = setup({
      'SRV _sip._udp.example.com': [srv('h.example.com', 5062)],
      'A h.example.com': [a('192.0.2.1', 20)],
    });
    await resolver.resolve('example.com', 0, null);
    const asked = dns.asked.length;
    clock.advance(19_999);
    expect(show(resolver.resolve('EXAMPLE.com', 0, null) as Resolved[])).toEqual(['udp:192.0.2.1:5062']);
    expect(dns.asked.length).toBe(asked);
    clock.advance(1);
    expect(resolver.resolve('example.com', 0, null)).toBeInstanceOf(Promise);
    expect(resolver.statistics.hits).toBe(1);
  });

  it('bounds times to live', async () => {
    const zone = { 'A long.net': [a('192.0.2.1', 9999)], 'A short.net': [a('192.0.2.2', 1)] };
    const { resolver, clock } = setup(zone, { minTtl: 10, maxTtl: 100 });
    await resolver.resolve('long.net', 1, null);
    await resolver.resolve('short.net', 1, null);
    clock.advance(9000);
    expect(resolver.resolve('short.net', 1, null)).not.toBeInstanceOf(Promise);
    clock.advance(91_000);
    expect(resolver.resolve('long.net', 1, null)).toBeInstanceOf(Promise);
  });

  it('remembers that a name does not exist, and shortly that nobody answered', async () => {
    const { resolver, clock, dns } = setup(
      { 'A slow.net': 'ETIMEOUT', 'AAAA slow.net': 'ETIMEOUT' },
      { negativeTtl: 60 },
    );
    expect(await resolver.resolve('gone.net', 1, null)).toEqual([]);
    expect(await resolver.resolve('slow.net', 1, null)).toEqual([]);
    expect(resolver.statistics.failures).toBe(2);
    const asked = dns.asked.length;
    expect(resolver.resolve('gone.net', 1, null)).toEqual([]);
    expect(resolver.resolve('slow.net', 1, null)).toEqual([]);
    expect(dns.asked.length).toBe(asked);
    clock.advance(6000);
    dns.zone['A slow.net'] = [a('192.0.2.3')];
    expect(resolver.resolve('gone.net', 1, null)).toEqual([]);
    expect(show(await resolver.resolve('slow.net', 1, null))).toEqual(['udp:192.0.2.3:1']);
  });

  it('asks once for what many want at the same time', async () => {
    const { resolver, dns } = setup({ 'A example.com': [a('192.0.2.1')] });
    const all = await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('example.com', 1, null)));
    expect(new Set(all.map((hops) => show(hops).join()))).toEqual(new Set(['udp:192.0.2.1:1']));
    expect(dns.asked).toEqual(['A example.com']);
  });

  it('keeps no more names than allowed, those used last, and asks for no more at a time', async () => {
    const zone = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`A h${i}.net`, [a(`192.0.2.${i}`)]]));
    const { resolver } = setup(zone, { cacheSize: 3, maxPending: 2 });
    for (const i of [0, 1, 2]) await resolver.resolve(`h${i}.net`, 1, null);
    await resolver.resolve('h0.net', 1, null);
    await resolver.resolve('h3.net', 1, null);
    expect(resolver.cached).toBe(3);
    expect(resolver.resolve('h0.net', 1, null)).not.toBeInstanceOf(Promise);
    const asked = [resolver.resolve('h1.net', 1, null), resolver.resolve('h4.net', 1, null)];
    expect(asked.every((answer) => answer instanceof Promise)).toBe(true);
    expect(resolver.resolve('h5.net', 1, null)).toEqual([]);
    expect(resolver.statistics.refused).toBe(1);
    await Promise.all(asked);
  });

  it('can be emptied and turned off', async () => {
    const { resolver } = setup({ 'A example.com': [a('192.0.2.1')] });
    await resolver.resolve('example.com', 1, null);
    resolver.flush();
    expect(resolver.resolve('example.com', 1, null)).toBeInstanceOf(Promise);
    const off = setup({ 'A example.com': [a('192.0.2.1')] }, { cache: false });
    for (let i = 0; i < 3; i++) await off.resolver.resolve('example.com', 1, null);
    expect(off.dns.asked).toHaveLength(3);
  });

  it('draws a new order each time when SRV balances', async () => {
    const draws = [0, 0.99];
    const { resolver } = setup(
      {
        'SRV _sip._udp.example.com': [srv('a.net', 1, 0, 10), srv('b.net', 2, 0, 90)],
        'A a.net': [a('192.0.2.1')],
        'A b.net': [a('192.0.2.2')],
      },
      { srvBalance: true },
      () => draws.shift() ?? 0,
    );
    const first = show(await resolver.resolve('example.com', 0, null));
    draws.unshift(0.99);
    expect(first).toEqual(['udp:192.0.2.1:1']);
    expect(show(await resolver.resolve('example.com', 0, null))).toEqual(['udp:192.0.2.2:2']);
  });
});

describe('SRV order', () => {
  const t = (name: string, priority: number, weight: number) => ({ name, priority, weight });

  it('is priority, then weight', () => {
    const targets = [t('c', 2, 100), t('b', 1, 1), t('a', 1, 5)];
    expect(orderSrv(targets, false, Math.random).map((x) => x.name)).toEqual(['a', 'b', 'c']);
  });

  it('balances by weight within a priority and keeps every target', () => {
    // A fixed sequence that covers the unit interval evenly.
    let seed = 0;
    const random = () => (seed = (seed + 0.6180339887498949) % 1);
    const firsts: Record<string, number> = {};
    for (let i = 0; i < 2000; i++) {
      const order = orderSrv([t('a', 1, 75), t('b', 1, 25), t('z', 1, 0), t('x', 2, 999)], true, random);
      expect(order.map((x) => x.name).sort()).toEqual(['a', 'b', 'x', 'z']);
      expect(order[3]!.name).toBe('x');
      firsts[order[0]!.name] = (firsts[order[0]!.name] ?? 0) + 1;
    }
    expect(firsts.a! / 2000).toBeGreaterThan(0.65);
    expect(firsts.a! / 2000).toBeLessThan(0.85);
    expect(firsts.z! / 2000).toBeLessThan(0.05);
  });
});

describe('hosts file', () => {
  it('gives all addresses of a name, whatever the case, and skips the rest', () => {
    const hosts = parseHosts(
      '127.0.0.1\tlocalhost Pbx # main\n::1 localhost ip6\n#10.0.0.1 no\nnonsense x\n127.0.0.1 pbx\n',
    );
    expect(Object.fromEntries(hosts)).toEqual({
      localhost: ['127.0.0.1', '::1'],
      pbx: ['127.0.0.1'],
      ip6: ['::1'],
    });
  });
});
