/** Where ctl listens, as its `binrpc` parameter says it. */
export type Endpoint =
  | { readonly transport: 'unix_stream' | 'unix_dgram'; readonly path: string }
  /** `host` null: all local addresses. */
  | { readonly transport: 'tcp' | 'udp'; readonly host: string | null; readonly port: number };

/** The port of an address that has none (upstream's default). */
const DEFAULT_PORT = 2046;

const UNIX = { unix: 'unix_stream', unixs: 'unix_stream', unixd: 'unix_dgram' } as const;

/**
 * Reads `[unix|unixs|unixd:]path` or `[udp|tcp:][address:]port`; a bare path is a stream socket, a bare address UDP.
 * `*` or no address is any address. Null when it is neither.
 */
export function parseEndpoint(text: string): Endpoint | null {
  const [, scheme = '', rest = text] = /^(unixs|unixd|unix|tcp|udp):(.*)$/s.exec(text) ?? [];
  if (scheme in UNIX) return rest === '' ? null : { transport: UNIX[scheme as keyof typeof UNIX], path: rest };
  if (scheme === '' && rest.includes('/')) return { transport: 'unix_stream', path: rest };
  const transport = scheme === 'tcp' ? 'tcp' : 'udp';
  if (/^\d+$/.test(rest)) return withPort(transport, null, rest);
  const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(rest) ?? [];
  const host = v6 ?? name;
  if (host === undefined) return null;
  return withPort(transport, host === '*' || host === '' ? null : host, port ?? `${DEFAULT_PORT}`);
}

function withPort(transport: 'tcp' | 'udp', host: string | null, port: string): Endpoint | null {
  const number = Number(port);
  return number < 65536 ? { transport, host, port: number } : null;
}
