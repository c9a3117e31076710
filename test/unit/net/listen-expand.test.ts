import { describe, expect, it } from 'vitest';
import { formatHostPort } from '../../../src/net/addresses.js';
import { type ExpandOptions, expandListen, type ListenItem } from '../../../src/net/listen-expand.js';
import { protoForSize } from '../../../src/net/mtu.js';

const entry = { netmask: '', mac: '', internal: false, cidr: null };
const OPTIONS: ExpandOptions = {
  protos: ['udp', 'tcp'],
  defaultPort: (proto) => (proto === 'tls' ? 5061 : 5060),
  ipv6: false,
  resolve: async (host) => (host === 'pbx.example.com' ? ['192.0.2.9', '192.0.2.10'] : []),
  interfaces: {
    lo: [
      { ...entry, family: 'IPv4', address: '127.0.0.1' },
      { ...entry, family: 'IPv6', address: '::1', scopeid: 0 },
    ],
    eth0: [{ ...entry, family: 'IPv4', address: '192.0.2.2' }],
  },
};

async function expand(items: readonly Partial<ListenItem>[], more: Partial<ExpandOptions> = {}): Promise<string[]> {
  const full = items.map((item) => ({ proto: null, host: '', port: null, ...item }));
  const { specs, unresolved } = await expandListen(full, { ...OPTIONS, ...more });
  return [
    ...specs.map((spec) => `${spec.proto}:${formatHostPort(spec.address, spec.port)}`),
    ...unresolved.map((host) => `unresolved ${host}`),
  ];
}

// What each gives was observed on the real server.
describe('listen items', () => {
  it('stand for every protocol, UDP first', async () => {
    expect(await expand([{ host: '127.0.0.1' }, { host: '127.0.0.1', port: 5070 }])).toEqual([
      'udp:127.0.0.1:5060',
      'udp:127.0.0.1:5070',
      'tcp:127.0.0.1:5060',
      'tcp:127.0.0.1:5070',
    ]);
  });

  it('name interfaces, whose IPv6 addresses count only on request', async () => {
    expect(await expand([{ proto: 'udp', host: 'lo' }])).toEqual(['udp:127.0.0.1:5060']);
    expect(await expand([{ proto: 'udp', host: 'lo' }], { ipv6: true })).toEqual([
      'udp:127.0.0.1:5060',
      'udp:[::1]:5060',
    ]);
    expect(await expand([{ proto: 'tls', host: '[::1]' }])).toEqual(['tls:[::1]:5061']);
  });

  it('name hosts, of which the first address counts', async () => {
    expect(await expand([{ proto: 'udp', host: 'pbx.example.com' }, { host: 'nosuchif0' }])).toEqual([
      'udp:192.0.2.9:5060',
      'unresolved nosuchif0',
    ]);
  });

  it('are everything when there are none, and repetitions are dropped', async () => {
    expect(await expand([])).toEqual([
      'udp:127.0.0.1:5060',
      'udp:192.0.2.2:5060',
      'tcp:127.0.0.1:5060',
      'tcp:192.0.2.2:5060',
    ]);
    expect(
      await expand([
        { proto: 'udp', host: 'lo' },
        { proto: 'udp', host: '127.0.0.1' },
      ]),
    ).toEqual(['udp:127.0.0.1:5060']);
  });

  it('keep what else they say', async () => {
    const item = {
      proto: 'udp',
      host: 'lo',
      port: 0,
      name: 'q',
      advertisedAddress: '9.9.9.9',
      advertisedPort: 7,
    } as const;
    const { specs } = await expandListen([item, item], OPTIONS);
    const spec = {
      proto: 'udp',
      address: '127.0.0.1',
      port: 0,
      name: 'q',
      advertisedAddress: '9.9.9.9',
      advertisedPort: 7,
    };
    expect(specs).toEqual([spec, spec]);
  });
});

describe('requests too long for a packet', () => {
  const policy = { udpMtu: 1300, tryProto: 'tcp' } as const;
  const yes = (): boolean => true;

  it('change from UDP to the protocol to try', () => {
    expect(protoForSize('udp', 1301, policy, yes)).toEqual({ proto: 'tcp', fallbackToUdp: true });
  });

  it('stay when they fit, when the limit is off, or when there is nothing to try', () => {
    const same = { proto: 'udp', fallbackToUdp: false };
    expect(protoForSize('udp', 1300, policy, yes)).toEqual(same);
    expect(protoForSize('udp', 9999, { ...policy, udpMtu: 0 }, yes)).toEqual(same);
    expect(protoForSize('udp', 9999, { ...policy, tryProto: null }, yes)).toEqual(same);
    expect(protoForSize('udp', 9999, policy, (proto) => proto !== 'tcp')).toEqual(same);
    expect(protoForSize('tls', 9999, policy, yes)).toEqual({ proto: 'tls', fallbackToUdp: false });
  });
});
