/** Parameters of OpenSIPS' rest_client. */
export const params = {
  connection_timeout: { type: 'int', default: 20, min: 0, doc: 'Seconds until there is a connection; 0: no limit.' },
  connection_timeout_ms: {
    type: 'int',
    default: -1,
    doc: 'The same in milliseconds, in place of `connection_timeout`; -1: not set.',
  },
  curl_timeout: { type: 'int', default: 20, min: 0, doc: 'Seconds that a request may take; 0: no limit.' },
  ssl_verifypeer: { type: 'int', default: 1, doc: '0: any certificate will do.' },
  ssl_verifyhost: { type: 'int', default: 1, doc: '0: the certificate may be for another name.' },
  ssl_capath: {
    type: 'string',
    default: null,
    doc: 'PEM file of the authorities that servers’ certificates must come from.',
  },
  max_transfer_size: {
    type: 'int',
    default: 10240,
    min: 0,
    doc: 'Kibibytes that are read of an answer’s body, at most 8192 (also for 0).',
  },
  curl_http_version: {
    type: 'int',
    default: 0,
    doc: '5: HTTP/2 without asking for it first; any other: HTTP/1.1.',
  },
  max_async_transfers: {
    type: 'int',
    default: 100,
    min: 1,
    doc: 'Requests of a script thread that may be under way at once; further ones fail with -10.',
  },
  connect_poll_interval: {
    type: 'int',
    default: 20,
    doc: 'Milliseconds between looks at a connection in OpenSIPS.',
    noEffect: 'nothing is polled',
  },
  enable_expect_100: {
    type: 'int',
    default: 0,
    doc: 'Whether large bodies wait for the server’s consent.',
    noEffect: 'bodies are sent at once',
  },
  no_concurrent_connects: {
    type: 'int',
    default: 0,
    doc: 'Whether connections to one host wait for each other.',
    noEffect: 'connections stay open and are used again',
  },
  curl_conn_lifetime: {
    type: 'int',
    default: 1800,
    doc: 'Seconds until such waiting ends.',
    noEffect: 'nothing waits',
  },
} as const;
