import type { HttpOptions } from './client/request.js';
import { parseProxy } from './client/tunnel.js';
import type { ConnectionText } from './connection-text.js';

/** A named connection: where its requests go and how. */
export interface Connection {
  readonly name: string;
  readonly scheme: string;
  /** Host, port and path; without the name and password in front. */
  readonly url: string;
  readonly user: string | null;
  readonly password: string | null;
  /** Name of the connection to try when this one fails; empty when there is none. */
  readonly failover: string;
  readonly timeout: number;
  readonly options: HttpOptions;
}

/** What connections take from parameters of the module. */
export interface ConnectionDefaults {
  readonly options: HttpOptions;
  /** In the unit of `timeout_mode`. */
  readonly timeout: number;
  /** Milliseconds in that unit; 0 without timeouts. */
  readonly unit: number;
  /** 0: connections use no proxy. */
  readonly proxyPort: number;
  /** `maxdatasize`; that of `options` is for requests without connection. */
  readonly maxBytes: number;
}

const NUMBERS = new Set([
  'httpredirect',
  'timeout',
  'maxdatasize',
  'verify_peer',
  'verify_host',
  'tlsversion',
  'httpproxyport',
  'authmethod',
  'keep_connections',
]);
const TEXTS = new Set(['useragent', 'failover', 'client_cert', 'client_key', 'cipher_suites', 'httpproxy']);
/** Read elsewhere. */
const OTHERS = new Set(['url', 'username', 'password']);
const ONE_OR_NONE = new Set(['httpredirect', 'verify_peer']);

/** Makes a connection; what it cannot use of its attributes goes to `complain`, and the defaults stand. */
export function makeConnection(
  text: ConnectionText,
  defaults: ConnectionDefaults,
  complain: (level: 'warn' | 'error', message: string) => void,
): Connection {
  const numbers = new Map<string, number>();
  for (const [name, value] of text.attributes) {
    if (NUMBERS.has(name)) {
      const usable = /^\d+$/.test(value) && !(ONE_OR_NONE.has(name) && Number(value) > 1);
      if (usable) numbers.set(name, Number(value));
      else complain('warn', `curl connection [${text.name}]: ${name} bad value. Using default`);
    } else if (!TEXTS.has(name) && !OTHERS.has(name)) complain('error', `curl Unknown parameter [${name}]`);
  }
  const { attributes } = text;
  const { options } = defaults;
  const timeout = numbers.get('timeout') ?? defaults.timeout;
  const port = numbers.get('httpproxyport') ?? defaults.proxyPort;
  const proxyText = attributes.get('httpproxy');
  const proxy = proxyText === undefined ? options.proxy : parseProxy(proxyText, port);
  return {
    name: text.name,
    scheme: text.scheme,
    url: text.url,
    user: text.user,
    password: text.password,
    failover: attributes.get('failover') ?? '',
    timeout,
    options: {
      ...options,
      timeout: timeout * defaults.unit,
      maxBytes: numbers.get('maxdatasize') ?? defaults.maxBytes,
      userAgent: attributes.get('useragent') ?? options.userAgent,
      redirects: (numbers.get('httpredirect') ?? Number(options.redirects)) !== 0,
      credentials: text.user === null ? null : { user: text.user, password: text.password ?? '' },
      authMethods: numbers.get('authmethod') ?? options.authMethods,
      keepAlive: (numbers.get('keep_connections') ?? Number(options.keepAlive)) !== 0,
      proxy: port > 0 ? proxy : null,
      tls: {
        ...options.tls,
        certificate: attributes.get('client_cert') ?? options.tls.certificate,
        key: attributes.get('client_key') ?? options.tls.key,
        ciphers: attributes.get('cipher_suites') ?? options.tls.ciphers,
        version: numbers.get('tlsversion') ?? options.tls.version,
        verifyPeer: (numbers.get('verify_peer') ?? Number(options.tls.verifyPeer)) !== 0,
        verifyHost: (numbers.get('verify_host') ?? Number(options.tls.verifyHost)) !== 0,
      },
    },
  };
}
