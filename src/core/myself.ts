import { normaliseIp } from '../net/addresses.js';
import type { Network } from '../net/transport.js';
import type { HostAlias } from './listeners.js';

type Check = (host: string, port: number, proto: string | null) => boolean;

/** Knows which hosts are this server: listen sockets, aliases, and what modules add. */
export class Myself {
  readonly #aliases = new Map<string, HostAlias[]>();
  readonly #checks: Check[] = [];

  constructor(private readonly network: Network) {}

  addAlias(alias: HostAlias): void {
    const known = this.#aliases.get(alias.host);
    if (known) known.push(alias);
    else this.#aliases.set(alias.host, [alias]);
  }

  addCheck(check: Check): void {
    this.#checks.push(check);
  }

  get hasChecks(): boolean {
    return this.#checks.length > 0;
  }

  aliases(): readonly HostAlias[] {
    return [...this.#aliases.values()].flat();
  }

  /** Port 0 and proto null match any. */
  is(host: string, port: number, proto: string | null): boolean {
    const bare = host.startsWith('[') ? host.slice(1, -1) : host;
    const c = bare.charCodeAt(0);
    // Addresses start with a digit or hold a colon; names are only looked for among the aliases.
    const address = (c >= 0x30 && c <= 0x39) || bare.includes(':') ? (normaliseIp(bare) ?? bare) : bare;
    for (const s of this.network.sockets) {
      if ((port === 0 || s.port === port) && (proto === null || s.proto === proto) && s.address === address)
        return true;
      if (
        s.advertisedAddress === address &&
        (port === 0 || (s.advertisedPort || s.port) === port) &&
        (proto === null || s.proto === proto)
      )
        return true;
    }
    if (this.#aliases.size > 0) {
      for (const a of this.#aliases.get(address.toLowerCase()) ?? []) {
        if ((port === 0 || a.port === 0 || a.port === port) && (proto === null || a.proto === '' || a.proto === proto))
          return true;
      }
    }
    for (const check of this.#checks) if (check(host, port, proto)) return true;
    return false;
  }
}
