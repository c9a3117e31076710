import { lookup } from 'node:dns';
import { Resolver as NodeResolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { normaliseIp } from './addresses.js';
import type { Family } from './listen-socket.js';

export interface AddressRecord {
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
}

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface NaptrRecord {
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
  readonly order: number;
  readonly preference: number;
}

/**
 * Questions to the DNS. Promises reject with an error whose `code` is `ENOTFOUND` or `ENODATA` when the answer is that
 * there is no such record, with another code when there was no answer.
 */
export interface DnsClient {
  resolve4(name: string): Promise<readonly AddressRecord[]>;
  resolve6(name: string): Promise<readonly AddressRecord[]>;
  /** Node.js does not tell the records' time to live. */
  resolveSrv(name: string): Promise<readonly SrvRecord[]>;
  resolveNaptr(name: string): Promise<readonly NaptrRecord[]>;
  /** What the system makes of a name (hosts file, mDNS, search domains …); asked when the DNS has no address. */
  lookup(name: string, family: Family): Promise<readonly string[]>;
  /** Addresses that the hosts file gives; answered at once. */
  hosts(name: string): readonly string[];
  /** Forgets what was read from files. */
  reload(): void;
}

export interface DnsOptions {
  /** For one try of one server (`dns_retr_time`). */
  readonly timeoutMs?: number;
  /** Per server (`dns_retr_no`). */
  readonly tries?: number;
  /** How many of the system's servers are asked; 0: all of them (`dns_servers_no`). */
  readonly servers?: number;
  /** Names may stand for hosts of the system's search domains (`dns_use_search_list`). */
  readonly searchList?: boolean;
}

/** The DNS as the system is set up to use it. */
export class SystemDns implements DnsClient {
  readonly #resolver: NodeResolver;
  readonly #searchList: boolean;
  readonly #hostsFile: string;
  #hosts: ReadonlyMap<string, readonly string[]> | null = null;

  constructor(
    { timeoutMs = 2000, tries = 2, servers = 0, searchList = true }: DnsOptions = {},
    hostsFile = '/etc/hosts',
  ) {
    this.#resolver = new NodeResolver({ timeout: timeoutMs, tries });
    if (servers > 0) this.#resolver.setServers(this.#resolver.getServers().slice(0, servers));
    this.#searchList = searchList;
    this.#hostsFile = hostsFile;
  }

  resolve4(name: string): Promise<readonly AddressRecord[]> {
    return this.#resolver.resolve4(name, { ttl: true });
  }

  resolve6(name: string): Promise<readonly AddressRecord[]> {
    return this.#resolver.resolve6(name, { ttl: true });
  }

  resolveSrv(name: string): Promise<readonly SrvRecord[]> {
    return this.#resolver.resolveSrv(name);
  }

  resolveNaptr(name: string): Promise<readonly NaptrRecord[]> {
    return this.#resolver.resolveNaptr(name);
  }

  lookup(name: string, family: Family): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      // A name with a dot at its end is looked up as it is.
      lookup(this.#searchList ? name : `${name}.`, { family, all: true }, (error, found) => {
        if (error) reject(error);
        else resolve(found.map((entry) => entry.address));
      });
    });
  }

  hosts(name: string): readonly string[] {
    this.#hosts ??= readHosts(this.#hostsFile);
    return this.#hosts.get(name.toLowerCase()) ?? [];
  }

  reload(): void {
    this.#hosts = null;
  }
}

function readHosts(file: string): Map<string, string[]> {
  try {
    return parseHosts(readFileSync(file, 'latin1'));
  } catch {
    // A system without the file has no such names.
    return new Map();
  }
}

/** The names of a hosts file with their addresses in the file's order (hosts(5)). */
export function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const ip = normaliseIp(address);
    if (ip === null) continue;
    for (const name of names) {
      const known = hosts.get(name.toLowerCase());
      if (!known) hosts.set(name.toLowerCase(), [ip]);
      else if (!known.includes(ip)) known.push(ip);
    }
  }
  return hosts;
}
