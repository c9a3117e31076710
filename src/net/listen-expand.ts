import type { networkInterfaces } from 'node:os';
import { interfaceAddresses, localAddresses, normaliseIp } from './addresses.js';
import type { ListenSpec, Proto } from './listen-socket.js';

/** One `listen` item as the config writes it. */
export interface ListenItem extends Omit<ListenSpec, 'proto' | 'address' | 'port'> {
  /** null: every protocol of the server (`listen=127.0.0.1`). */
  readonly proto: Proto | null;
  /** IP literal (brackets allowed), name of an interface, or host name. */
  readonly host: string;
  /** null: the protocol's default. */
  readonly port: number | null;
}

export interface ExpandOptions {
  /** Protocols that an item without one stands for, in the order in which sockets are to be opened. */
  readonly protos: readonly Proto[];
  /** Port of an item without one (`port`; `tls_port_no` for TLS). */
  defaultPort(proto: Proto): number;
  /** Whether interfaces, named or all, also stand for their IPv6 addresses (`auto_bind_ipv6`). */
  readonly ipv6: boolean;
  /** Addresses of a host name, best first. */
  resolve(host: string): Promise<readonly string[]>;
  readonly interfaces?: ReturnType<typeof networkInterfaces>;
}

export interface ExpandedListen {
  readonly specs: ListenSpec[];
  /** Hosts that are no address, no interface and no name that resolves. */
  readonly unresolved: string[];
}

/**
 * Turns `listen` items into addresses. No items mean all addresses of the machine. Repetitions are dropped, and the
 * sockets of one protocol stand together, in the order in which the config names them, as upstream lists them.
 */
export async function expandListen(items: readonly ListenItem[], options: ExpandOptions): Promise<ExpandedListen> {
  const specs: ListenSpec[] = [];
  const unresolved: string[] = [];
  const seen = new Set<string>();
  for (const item of items.length > 0 ? items : everything(options)) {
    const addresses = await addressesOf(item.host, options);
    if (addresses.length === 0) unresolved.push(item.host);
    const { host: _, ...rest } = item;
    for (const address of addresses) {
      for (const proto of item.proto === null ? options.protos : [item.proto]) {
        const port = item.port ?? options.defaultPort(proto);
        const key = `${proto} ${port} ${address}`;
        if (port !== 0 && seen.has(key)) continue;
        seen.add(key);
        specs.push({ ...rest, proto, address, port });
      }
    }
  }
  const rank = (spec: ListenSpec): number => PROTO_ORDER.indexOf(spec.proto);
  return { specs: specs.sort((a, b) => rank(a) - rank(b)), unresolved };
}

const PROTO_ORDER: readonly Proto[] = ['udp', 'tcp', 'tls', 'sctp', 'ws', 'wss'];

function everything({ ipv6, interfaces }: ExpandOptions): ListenItem[] {
  return localAddresses(ipv6, interfaces).map((host) => ({ proto: null, host, port: null }));
}

async function addressesOf(host: string, { ipv6, interfaces, resolve }: ExpandOptions): Promise<readonly string[]> {
  const ip = normaliseIp(host);
  if (ip !== null) return [ip];
  const own = interfaceAddresses(host, interfaces).filter((address) => ipv6 || !address.includes(':'));
  return own.length > 0 ? own : (await resolve(host)).slice(0, 1);
}
