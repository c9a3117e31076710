import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../src/clock/clock.js';
import { findSocketByText, parseSocketText, resolveListeners } from '../../../src/core/listeners.js';
import { Myself } from '../../../src/core/myself.js';
import { listenSocket } from '../../../src/net/listen-socket.js';
import { createNetwork } from '../../../src/net/network.js';
import { bind } from './script-bench.js';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'a.test': ['192.0.2.1'],
  'two.test': ['192.0.2.2', '192.0.2.3'],
};
const lookup = async (host: string) => NAMES[host] ?? [];

async function listeners(config: string, options: { listen?: string[]; aliases?: string[] } = {}) {
  const { program } = bind(`${config}\nrequest_route { exit; }`);
  const found = await resolveListeners(
    program,
    { listen: options.listen ?? [], aliases: options.aliases ?? [] },
    lookup,
  );
  return { ...found, texts: found.specs.map((s) => `${s.proto}:${s.address}:${s.port}`) };
}

describe('what to listen on', () => {
  test.each([
    ['listen=udp:127.0.0.1:5070', ['udp:127.0.0.1:5070']],
    ['listen=127.0.0.1', ['udp:127.0.0.1:5060', 'tcp:127.0.0.1:5060']],
    ['disable_tcp=yes\nlisten=127.0.0.1:5070', ['udp:127.0.0.1:5070']],
    ['port=5090\nlisten=udp:127.0.0.1', ['udp:127.0.0.1:5090']],
    ['listen=udp:[::1]:5070', ['udp:::1:5070']],
    ['listen=udp:127.0.0.1:5070 tcp:127.0.0.1:5071', ['udp:127.0.0.1:5070', 'tcp:127.0.0.1:5071']],
    ['listen=udp:a.test:5070', ['udp:192.0.2.1:5070']],
    // Of a name with several addresses the first.
    ['listen=udp:two.test:5070', ['udp:192.0.2.2:5070']],
    ['socket={ bind=udp:127.0.0.1:5070; name="one"; }', ['udp:127.0.0.1:5070']],
  ])('%s', async (config, expected) => {
    expect((await listeners(config)).texts).toEqual(expected);
  });

  test('the command line adds to the config', async () => {
    const { texts } = await listeners('listen=udp:127.0.0.1:5070', { listen: ['tcp:127.0.0.1:5071', '127.0.0.9'] });
    expect(texts).toEqual(['udp:127.0.0.1:5070', 'udp:127.0.0.9:5060', 'tcp:127.0.0.1:5071', 'tcp:127.0.0.9:5060']);
  });

  test('name and advertised address', async () => {
    const { specs } = await listeners('listen=udp:127.0.0.1:5070 advertise 198.51.100.1:5080 name "out"');
    expect(specs).toEqual([
      expect.objectContaining({ name: 'out', advertisedAddress: '198.51.100.1', advertisedPort: 5080 }),
    ]);
  });

  test('a name that does not resolve is one error; the others still count', async () => {
    const { texts, errors } = await listeners('listen=udp:nowhere.test:5070\nlisten=udp:127.0.0.1:5070');
    expect(errors).toEqual(['could not resolve nowhere.test']);
    expect(texts).toEqual(['udp:127.0.0.1:5070']);
  });

  test('names that are listened on and aliases count as this server', async () => {
    const { aliases } = await listeners('listen=udp:a.test:5070\nalias=Example.ORG udp:sip.test:5061', {
      aliases: ['cli.test'],
    });
    expect(aliases).toEqual([
      { host: 'a.test', port: 0, proto: '' },
      { host: 'example.org', port: 0, proto: '' },
      { host: 'sip.test', port: 5061, proto: 'udp' },
      { host: 'cli.test', port: 0, proto: '' },
    ]);
  });
});

describe('[proto:]host[:port]', () => {
  test.each([
    ['127.0.0.1', '', '127.0.0.1', 0],
    ['udp:127.0.0.1:5060', 'udp', '127.0.0.1', 5060],
    ['TCP:host.test', 'tcp', 'host.test', 0],
    ['[::1]:5060', '', '::1', 5060],
    ['udp:[::1]', 'udp', '::1', 0],
    ['::1', '', '::1', 0],
    ['lo', '', 'lo', 0],
    ['sctp:host:1', 'sctp', 'host', 1],
  ])('%s', (text, proto, host, port) => {
    const { proto: p, addresses, port: n } = parseSocketText(text);
    expect([p, addresses, n]).toEqual([proto, [host], port]);
  });
});

function network() {
  const net = createNetwork({ clock: new VirtualClock() });
  net.adopt([
    listenSocket(0, { proto: 'udp', address: '127.0.0.1', port: 5060, name: 'main' }, 5060),
    listenSocket(1, { proto: 'tcp', address: '127.0.0.1', port: 5070 }, 5070),
    listenSocket(2, { proto: 'udp', address: '2001:db8::1', port: 5060 }, 5060),
    listenSocket(
      3,
      { proto: 'udp', address: '10.0.0.1', port: 5060, advertisedAddress: '198.51.100.1', advertisedPort: 5080 },
      5060,
    ),
  ]);
  return net;
}

test.each([
  ['main', 0],
  ['udp:127.0.0.1:5060', 0],
  ['127.0.0.1:5070', 1],
  ['tcp:127.0.0.1', 1],
  ['udp:[2001:DB8:0::1]:5060', 2],
  ['udp:127.0.0.1:5070', null],
  ['nosuch', null],
])('the open socket %s', (text, index) => {
  expect(findSocketByText(network(), text)?.index ?? null).toBe(index);
});

describe('is it this server?', () => {
  const myself = new Myself(network());
  myself.addAlias({ host: 'example.org', port: 0, proto: '' });
  myself.addAlias({ host: 'sip.test', port: 5061, proto: 'tls' });

  test.each([
    ['127.0.0.1', 0, null, true],
    ['127.0.0.1', 5060, null, true],
    ['127.0.0.1', 5070, null, true],
    ['127.0.0.1', 5070, 'udp', false],
    ['127.0.0.1', 5061, null, false],
    ['127.0.0.2', 0, null, false],
    ['[2001:db8::1]', 5060, null, true],
    ['2001:DB8:0:0::1', 0, 'udp', true],
    ['10.0.0.1', 5060, null, true],
    ['198.51.100.1', 5080, null, true],
    ['198.51.100.1', 5060, null, false],
    ['198.51.100.1', 0, 'udp', true],
    ['Example.Org', 9999, 'tcp', true],
    ['sip.test', 5061, 'tls', true],
    ['sip.test', 0, null, true],
    ['sip.test', 5060, null, false],
    ['sip.test', 5061, 'udp', false],
    ['other.test', 0, null, false],
    ['', 0, null, false],
  ] as const)('%s port %i over %s: %s', (host, port, proto, expected) => {
    expect(myself.is(host, port, proto)).toBe(expected);
  });

  test('modules add hosts of their own', () => {
    const more = new Myself(network());
    more.addCheck((host) => host === 'domain.test');
    expect([more.is('domain.test', 0, null), more.is('x.test', 0, null), more.hasChecks]).toEqual([true, false, true]);
  });
});
