import { parseConnection } from './connection-text.js';

/** Parameters of the module. Those that connections start from count for the `httpcon` lines below them: see `state.ts`. */
export const params = {
  connection_timeout: {
    type: 'int',
    default: 0,
    min: 0,
    doc: 'How long a request may take, redirects included, in the unit of `timeout_mode`. 0 stands for 4 seconds.',
  },
  timeout_mode: {
    type: 'int',
    default: 1,
    doc: 'Unit of timeouts. 1: seconds. 2: milliseconds. Any other: requests may take as long as they like.',
  },
  cacert: {
    type: 'string',
    default: '',
    doc: 'PEM file of the authorities that servers’ certificates must come from.',
  },
  client_cert: { type: 'string', default: '', doc: 'PEM file of our certificate.' },
  client_key: { type: 'string', default: '', doc: 'PEM file of the key of `client_cert`.' },
  cipher_suites: { type: 'string', default: '', doc: 'OpenSSL’s list of ciphers that may be used.' },
  tlsversion: {
    type: 'int',
    default: 0,
    doc: 'Lowest version of TLS. 0: Node.js’ default; 1 and 4: 1.0; 5: 1.1; 6: 1.2; 7: 1.3.',
  },
  verify_peer: { type: 'int', default: 1, doc: '0: any certificate will do.' },
  verify_host: { type: 'int', default: 2, doc: '0: the certificate may be for another name.' },
  httpproxyport: {
    type: 'int',
    default: 0,
    doc: 'Port of `httpproxy`. Connections use the proxy only when it is set.',
  },
  httpproxy: { type: 'string', default: null, doc: 'Host name, address or URL of an HTTP proxy.' },
  httpredirect: { type: 'int', default: 0, doc: '1: requests follow redirects, at most 30 of them.' },
  useragent: { type: 'string', default: null, doc: 'User-Agent of requests; the server’s name by default.' },
  maxdatasize: {
    type: 'int',
    default: 0,
    min: 0,
    doc: 'Bytes of an answer’s body that connections give; 0: all, at most 8 MiB.',
  },
  config_file: {
    type: 'string',
    default: null,
    doc: 'File of connections: `[name]`, then `url = …` and other attributes, one a line.',
  },
  httpcon: {
    type: 'list',
    value: 'string',
    doc:
      'A connection: `name=>http://user:password@host/path;timeout=2;failover=other`. Attributes: `httpredirect`, ' +
      '`timeout`, `useragent`, `failover`, `maxdatasize`, `verify_peer`, `verify_host`, `tlsversion`, `client_cert`, ' +
      '`client_key`, `cipher_suites`. Repeatable.',
    check: (value: string): string | null => {
      const connection = parseConnection(value);
      return typeof connection === 'string' ? connection : null;
    },
  },
  authmethod: { type: 'int', default: 3, doc: 'How to prove who asks: 1 Basic, 2 Digest, 3 what the server wants.' },
  keep_connections: { type: 'int', default: 0, doc: '1: connections stay open for further requests.' },
  query_result: {
    type: 'int',
    default: 1,
    doc: '1: `http_client_query` and its kin give the first line of the answer’s body. 0: all of it.',
  },
  query_maxdatasize: {
    type: 'int',
    default: 0,
    min: 0,
    doc: 'Bytes of an answer’s body that `http_client_query` and its kin give; 0: all, at most 8 MiB.',
  },
  netinterface: { type: 'string', default: null, doc: 'Address, interface or host name to connect from.' },
  response_headers: { type: 'int', default: 0, doc: '1: `$httprhdr(name)` gives headers of the last answer.' },
} as const;
