import type { Listen, SocketBlock, SocketSpec } from '../../grammar/ast.js';
import type { Program } from '../check/program.js';
import { interfaceAddresses, ipFamily, normaliseIp } from '../net/addresses.js';
import { expandListen, type ListenItem } from '../net/listen-expand.js';
import type { ListenSocket, ListenSpec, Network, Proto } from '../net/transport.js';
import type { CoreSettings } from '../registry/core-settings.js';

/** What to listen on, and which names are ours besides. */
export interface Listeners {
  readonly specs: readonly ListenSpec[];
  readonly aliases: readonly HostAlias[];
  /** One sentence for each address that cannot be resolved. */
  readonly errors: readonly string[];
}

/** A name that counts as this server; port 0 and proto '' match any. */
export interface HostAlias {
  readonly host: string;
  readonly port: number;
  readonly proto: string;
}

/** What the command line adds to the config. */
export interface ListenOptions {
  /** `[proto:]host[:port]`. */
  readonly listen: readonly string[];
  /** Names from `--alias`. */
  readonly aliases: readonly string[];
}

/** Resolves the config's `listen`, `socket` and `alias` items to addresses. `resolve` looks host names up. */
export async function resolveListeners(
  program: Program,
  options: ListenOptions,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<Listeners> {
  const { settings } = program;
  const items = [
    ...program.listens.flatMap((item) => (item.kind === 'listen' ? fromListen(item) : fromBlock(item))),
    ...options.listen.flatMap((text) => fromSpec(parseSocketText(text), {})),
  ];
  const { specs, unresolved } = await expandListen(items, {
    protos: protosOf(settings),
    defaultPort: (proto) => (proto === 'tls' ? 5061 : settings.port),
    ipv6: settings.auto_bind_ipv6 === 1,
    resolve,
  });
  const virtual = new Set(items.filter((i) => i.virtual).map((i) => i.host));
  const aliases = [
    ...items.filter((i) => isName(i.host)).map((i) => ({ host: i.host.toLowerCase(), port: 0, proto: '' })),
    ...program.aliases.flatMap((a) => a.sockets.flatMap(aliasesOf)),
    ...options.aliases.flatMap((text) => aliasesOf(parseSocketText(text))),
  ];
  const errors = unresolved.filter((host) => !virtual.has(host)).map((host) => `could not resolve ${host}`);
  return { specs, aliases, errors };
}

const isName = (host: string): boolean => ipFamily(host) === 0 && interfaceAddresses(host).length === 0;

function fromListen(item: Listen): ListenItem[] {
  const { advertise } = item;
  const extra = {
    virtual: item.virtual,
    ...(item.name === undefined ? {} : { name: item.name }),
    ...(advertise ? { advertisedAddress: advertise.host, advertisedPort: advertise.port } : {}),
  };
  return item.sockets.flatMap((spec) => fromSpec(spec, extra));
}

function fromBlock(item: SocketBlock): ListenItem[] {
  const extra: { -readonly [K in keyof ListenItem]?: ListenItem[K] } = {};
  let bind: SocketSpec | null = null;
  for (const { name, value } of item.fields) {
    if ('addresses' in value) {
      if (name === 'bind') bind = value;
      if (name !== 'advertise') continue;
      extra.advertisedAddress = value.addresses[0] ?? '';
      extra.advertisedPort = Math.max(0, value.port);
    } else if (name === 'name') extra.name = `${value.value}`;
    else if (name === 'agname') extra.agname = `${value.value}`;
    else if (name === 'virtual') extra.virtual = value.value === 1;
  }
  return bind ? fromSpec(bind, extra) : [];
}

function fromSpec(spec: SocketSpec, extra: Partial<ListenItem>): ListenItem[] {
  const proto = spec.proto === '' || spec.proto === '*' ? null : (spec.proto as Proto);
  return spec.addresses.map((host) => ({ ...extra, proto, host, port: spec.port > 0 ? spec.port : null }));
}

function aliasesOf(spec: SocketSpec): HostAlias[] {
  return spec.addresses.map((name) => ({
    host: (normaliseIp(name) ?? name).toLowerCase(),
    port: Math.max(0, spec.port),
    proto: spec.proto === '*' ? '' : spec.proto,
  }));
}

function protosOf(settings: CoreSettings): readonly Proto[] {
  return settings.disable_tcp === 1 ? ['udp'] : ['udp', 'tcp'];
}

/** `udp:127.0.0.1:5060`, `[::1]:5060`, `tcp:eth0`. */
export function parseSocketText(text: string): SocketSpec {
  const m = /^(?:(udp|tcp|tls|sctp|ws|wss):)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/i.exec(text.trim());
  const host = (m?.[2] ?? text).replace(/^\[|\]$/g, '');
  const at = { file: 'command line', line: 0, column: 0 };
  return {
    proto: (m?.[1] ?? '').toLowerCase(),
    addresses: [host],
    port: m?.[3] ? Number(m[3]) : 0,
    span: { at, end: at },
  };
}

/** The open socket that a script writes as `[proto:]address[:port]`, or by name. */
export function findSocketByText(network: Network, text: string): ListenSocket | null {
  const named = network.findSocketByName(text);
  if (named) return named;
  const spec = parseSocketText(text);
  const host = spec.addresses[0] ?? '';
  return network.findSocket(spec.proto === '' ? null : (spec.proto as Proto), normaliseIp(host) ?? host, spec.port);
}
