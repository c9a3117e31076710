import type { Clock } from '../clock/clock.js';
import { normaliseIp } from './addresses.js';
import { DnsCache } from './dns-cache.js';
import { type DnsClient, type NaptrRecord, SystemDns } from './dns-client.js';
import { FixedRecords } from './fixed-records.js';
import type { Family, Proto } from './listen-socket.js';
import { orderSrv, type Weighted } from './srv-order.js';

/** One place to try. */
export interface Resolved {
  readonly proto: Proto;
  /** IP literal, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Result of a look-up: there at once when no question to the DNS is needed. Empty: the name does not resolve. */
export type MaybePromise<T> = T | Promise<T>;

/** How names are resolved; each setting is named after upstream's core parameter, with its default. */
export interface ResolverOptions {
  /** Families to use, in order of preference (`dns_try_ipv6`, `dns_cache_flags`). A later one is asked when the earlier has no address. */
  readonly families: readonly Family[];
  /** Ask for NAPTR when neither port nor protocol is given (`dns_try_naptr`). */
  readonly naptr: boolean;
  /** Choose among NAPTR records by local preference before the remote side's order (`dns_naptr_ignore_rfc`). */
  readonly naptrIgnoreRfc: boolean;
  /** Preference of protocols, higher first; negative: never (`dns_udp_pref` and its like). */
  readonly preference: Readonly<Partial<Record<Proto, number>>>;
  /** Choose SRV targets of one priority by chance according to weight (`dns_srv_lb`). */
  readonly srvBalance: boolean;
  /** Give all targets, to be tried one after the other; otherwise only the first (`use_dns_failover`). */
  readonly failover: boolean;
  readonly cache: boolean;
  /** Seconds (`dns_cache_min_ttl`, `dns_cache_max_ttl`, where negative is no bound, and `dns_cache_negative_ttl`). */
  readonly minTtl: number;
  readonly maxTtl: number;
  readonly negativeTtl: number;
  /** Names kept. */
  readonly cacheSize: number;
  /** Names that may be asked for at the same time; further ones do not resolve. */
  readonly maxPending: number;
}

export const RESOLVER_DEFAULTS: ResolverOptions = {
  families: [4, 6],
  naptr: false,
  naptrIgnoreRfc: true,
  preference: { udp: 30, tcp: 20, tls: 10 },
  srvBalance: false,
  failover: false,
  cache: true,
  minTtl: 0,
  maxTtl: -1,
  negativeTtl: 60,
  cacheSize: 10_000,
  maxPending: 1000,
};

export interface ResolverParts {
  readonly clock: Clock;
  readonly dns?: DnsClient;
  readonly options?: Partial<ResolverOptions>;
  /** Whether the server can send by a protocol; others are not chosen. */
  readonly supports?: (proto: Proto) => boolean;
  readonly random?: () => number;
}

/** Time to live of records whose own is unknown (SRV, NAPTR), and of answers that failed to come. Seconds. */
const UNKNOWN_TTL = 60;
const FAILURE_TTL = 5;
/** SRV targets looked at per name: more than any deployment has, less than hurts. */
const MAX_TARGETS = 32;

interface Target extends Weighted {
  readonly proto: Proto;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** An answer to keep: groups of targets; those of an earlier group come first. */
interface Found {
  readonly groups: readonly (readonly Target[])[];
  readonly ttl: number;
}

interface Addresses {
  readonly addresses: readonly string[];
  readonly ttl: number;
}

/** Service names of SRV and NAPTR records (RFC 3263 §4.1). */
const SRV_PREFIX: Partial<Record<Proto, string>> = { udp: '_sip._udp.', tcp: '_sip._tcp.', tls: '_sips._tcp.' };
const NAPTR_PROTO: Readonly<Record<string, Proto>> = { 'sip+d2u': 'udp', 'sip+d2t': 'tcp', 'sips+d2t': 'tls' };

export function defaultPort(proto: Proto): number {
  return proto === 'tls' || proto === 'wss' ? 5061 : 5060;
}

/** Finds where requests go (RFC 3263): numeric addresses and known names at once, others by asking the DNS. */
export class Resolver {
  /** What the config gives in place of the DNS. */
  readonly fixed: FixedRecords;
  readonly statistics = { hits: 0, queries: 0, failures: 0, refused: 0 };
  readonly #options: ResolverOptions;
  readonly #dns: DnsClient;
  readonly #supports: (proto: Proto) => boolean;
  readonly #random: () => number;
  readonly #found: DnsCache<Found>;
  readonly #addresses: DnsCache<Addresses>;
  readonly #pending = new Map<string, Promise<Found>>();

  constructor({ clock, dns, options, supports, random }: ResolverParts) {
    this.#options = { ...RESOLVER_DEFAULTS, ...options };
    this.fixed = new FixedRecords(clock);
    this.#dns = dns ?? new SystemDns();
    this.#supports = supports ?? ((proto) => proto === 'udp' || proto === 'tcp');
    this.#random = random ?? Math.random;
    const size = this.#options.cache ? this.#options.cacheSize : 0;
    this.#found = new DnsCache(clock, size);
    this.#addresses = new DnsCache(clock, size);
  }

  /**
   * Next hops for a URI's host, in the order in which they are to be tried.
   * @param host - host part, IPv6 with or without brackets
   * @param port - 0: the URI names none
   * @param proto - null: neither the URI nor the script names one
   * @param secure - the URI is a sips URI
   */
  resolve(host: string, port: number, proto: Proto | null, secure = false): MaybePromise<readonly Resolved[]> {
    const wanted = secure && (proto === null || proto === 'tcp') ? 'tls' : proto;
    const ip = normaliseIp(host);
    if (ip !== null) {
      const chosen = wanted ?? 'udp';
      return [{ proto: chosen, address: ip, port: port || defaultPort(chosen) }];
    }
    const name = host.toLowerCase();
    if (name.length === 0 || name.length > 255) return [];
    const key = `${name} ${port} ${wanted ?? ''}`;
    const known = this.#found.get(key);
    if (known) {
      this.statistics.hits++;
      return this.#arrange(known);
    }
    if (this.fixed.blocks(name)) return [];
    const own = this.#own(name);
    if (own.length > 0 && !(port === 0 && this.#hasFixedService(name, wanted)))
      return this.#arrange({ groups: [[this.#plain(wanted, port, own)]], ttl: 0 });
    const pending = this.#pending.get(key) ?? this.#ask(key, name, port, wanted);
    return pending ? pending.then((found) => this.#arrange(found)) : [];
  }

  /** Addresses of a host name or literal, preferred family first; no SRV. */
  addresses(host: string): MaybePromise<readonly string[]> {
    const ip = normaliseIp(host);
    if (ip !== null) return [ip];
    const name = host.toLowerCase();
    if (this.fixed.blocks(name)) return [];
    const fixed = this.fixed.addresses(name);
    const own = fixed.length > 0 ? fixed : this.#dns.hosts(name);
    if (own.length > 0) return own;
    const known = this.#addresses.get(name);
    return known ? known.addresses : this.#askAddresses(name).then((found) => found.addresses);
  }

  /** Forgets everything, hosts file included (`dns.delete_all`). */
  flush(): void {
    this.#found.clear();
    this.#addresses.clear();
    this.#dns.reload();
  }

  get cached(): number {
    return this.#found.size;
  }

  #arrange(found: Found): readonly Resolved[] {
    const { srvBalance, failover } = this.#options;
    const hops: Resolved[] = [];
    for (const group of found.groups) {
      const targets = group.length > 1 ? orderSrv(group, srvBalance, this.#random) : group;
      for (const { proto, port, addresses } of targets) {
        for (const address of addresses) {
          hops.push({ proto, address, port });
          if (!failover) return hops;
        }
      }
    }
    return hops;
  }

  #plain(proto: Proto | null, port: number, addresses: readonly string[]): Target {
    const chosen = proto ?? 'udp';
    return { proto: chosen, port: port || defaultPort(chosen), addresses, priority: 0, weight: 0 };
  }

  #hasFixedService(name: string, proto: Proto | null): boolean {
    return this.#srvNames(name, proto).some((service) => this.fixed.services(service.name).length > 0);
  }

  /** Addresses that the config or the hosts file gives. */
  #own(name: string): readonly string[] {
    const fixed = this.fixed.addresses(name);
    return (fixed.length > 0 ? fixed : this.#dns.hosts(name)).filter((address) => this.#familyAllowed(address));
  }

  #familyAllowed(address: string): boolean {
    return this.#options.families.includes(address.includes(':') ? 6 : 4);
  }

  #ask(key: string, name: string, port: number, proto: Proto | null): Promise<Found> | null {
    if (this.#pending.size >= this.#options.maxPending) {
      this.statistics.refused++;
      return null;
    }
    const asked = this.#find(name, port, proto).then((found) => {
      this.#pending.delete(key);
      this.#found.set(key, found, found.ttl);
      return found;
    });
    this.#pending.set(key, asked);
    return asked;
  }

  /** RFC 3263 §4.1, §4.2: NAPTR and SRV only where the URI leaves them room. Never rejects. */
  async #find(name: string, port: number, proto: Proto | null): Promise<Found> {
    if (port === 0) {
      const services =
        (proto === null && this.#options.naptr && (await this.#naptr(name))) || this.#srvNames(name, proto);
      const groups: Target[][] = [];
      let ttl = UNKNOWN_TTL;
      for (const service of services) {
        const group = await this.#srv(service.name, service.proto);
        if (group.targets.length === 0) continue;
        groups.push(group.targets);
        ttl = Math.min(ttl, group.ttl);
        // Without failover nobody looks past the first service that exists.
        if (!this.#options.failover) break;
      }
      if (groups.length > 0) return { groups, ttl: this.#bounded(ttl) };
    }
    const { addresses, ttl } = await this.#askAddresses(name);
    return { groups: addresses.length > 0 ? [[this.#plain(proto, port, addresses)]] : [], ttl };
  }

  /** SRV names to ask for without NAPTR: the given protocol's, or by local preference. */
  #srvNames(name: string, proto: Proto | null): { name: string; proto: Proto }[] {
    const protos = proto === null ? this.#protosByPreference() : [proto];
    return protos.flatMap((p) => (SRV_PREFIX[p] ? [{ name: SRV_PREFIX[p] + name, proto: p }] : []));
  }

  #protosByPreference(): Proto[] {
    const { preference } = this.#options;
    return (Object.keys(SRV_PREFIX) as Proto[])
      .filter((proto) => this.#supports(proto) && (preference[proto] ?? -1) >= 0)
      .sort((a, b) => preference[b]! - preference[a]!);
  }

  /** Services of the domain that this server can use, best first; null when it has none. */
  async #naptr(name: string): Promise<{ name: string; proto: Proto }[] | null> {
    const usable = this.#protosByPreference();
    const records = await this.#query(() => this.#dns.resolveNaptr(name));
    const services = (records ?? [])
      .map((record) => ({ record, proto: NAPTR_PROTO[record.service.toLowerCase()] }))
      .filter(
        (entry): entry is { record: NaptrRecord; proto: Proto } =>
          entry.proto !== undefined && entry.record.flags.toLowerCase() === 's' && usable.includes(entry.proto),
      )
      .sort((a, b) => {
        const local = usable.indexOf(a.proto) - usable.indexOf(b.proto);
        const remote = a.record.order - b.record.order || a.record.preference - b.record.preference;
        return this.#options.naptrIgnoreRfc ? local || remote : remote || local;
      });
    if (services.length === 0) return null;
    return services.slice(0, MAX_TARGETS).map(({ record, proto }) => ({ name: record.replacement, proto }));
  }

  async #srv(name: string, proto: Proto): Promise<{ targets: Target[]; ttl: number }> {
    const fixed = this.fixed.services(name);
    const records = fixed.length > 0 ? fixed : ((await this.#query(() => this.#dns.resolveSrv(name))) ?? []);
    // RFC 2782: a single record with the target "." says that the service is not there.
    const usable = records.filter((record) => record.name !== '' && record.name !== '.').slice(0, MAX_TARGETS);
    let ttl = UNKNOWN_TTL;
    const targets = await Promise.all(
      usable.map(async ({ name: host, port, priority, weight }): Promise<Target> => {
        const found = await this.#askAddresses(host.toLowerCase());
        if (found.addresses.length > 0) ttl = Math.min(ttl, found.ttl);
        return { proto, port, addresses: found.addresses, priority, weight };
      }),
    );
    return { targets: targets.filter((target) => target.addresses.length > 0), ttl };
  }

  async #askAddresses(name: string): Promise<Addresses> {
    const known = this.#addresses.get(name);
    if (known) return known;
    const found = await this.#findAddresses(name);
    this.#addresses.set(name, found, found.ttl);
    return found;
  }

  async #findAddresses(name: string): Promise<Addresses> {
    const { families, negativeTtl } = this.#options;
    const own = this.fixed.blocks(name) ? [] : this.#own(name);
    if (own.length > 0) return { addresses: own, ttl: this.#bounded(UNKNOWN_TTL) };
    let failed = false;
    for (const family of families) {
      const records = await this.#query(() => (family === 4 ? this.#dns.resolve4(name) : this.#dns.resolve6(name)));
      if (records === null) failed = true;
      if (!records || records.length === 0) continue;
      const ttl = Math.min(...records.map((record) => record.ttl));
      return {
        addresses: records.map((record) => normaliseIp(record.address) ?? record.address),
        ttl: this.#bounded(ttl),
      };
    }
    for (const family of families) {
      const addresses = await this.#query(() => this.#dns.lookup(name, family));
      if (addresses && addresses.length > 0) return { addresses, ttl: this.#bounded(UNKNOWN_TTL) };
    }
    return { addresses: [], ttl: failed ? Math.min(FAILURE_TTL, negativeTtl) : negativeTtl };
  }

  /** An empty list says that there are no such records, null that there was no answer. */
  async #query<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[] | null> {
    this.statistics.queries++;
    try {
      return await ask();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
      this.statistics.failures++;
      return null;
    }
  }

  #bounded(ttl: number): number {
    const { minTtl, maxTtl } = this.#options;
    const atLeast = Math.max(ttl, minTtl, 1);
    return maxTtl < 0 ? atLeast : Math.min(atLeast, Math.max(1, maxTtl));
  }
}
