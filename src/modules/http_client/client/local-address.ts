import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * The address to connect from, by libcurl's forms: an address, an interface, a host name, or one of the latter two behind
 * `if!` or `host!`. Undefined for an empty text, null when there is no such address.
 */
export async function localAddressOf(text: string): Promise<string | undefined | null> {
  if (text === '') return undefined;
  const [, kind, name = text] = /^(if|host)!(.*)$/.exec(text) ?? [];
  if (isIP(name) !== 0) return name;
  const address = kind === 'host' ? undefined : networkInterfaces()[name]?.[0]?.address;
  if (address !== undefined) return address;
  if (kind === 'if') return null;
  return lookup(name).then(
    (found) => found.address,
    () => null,
  );
}
