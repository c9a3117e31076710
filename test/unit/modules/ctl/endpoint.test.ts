import { describe, expect, it } from 'vitest';
import { parseEndpoint } from '../../../../src/modules/ctl/endpoint.js';

describe('endpoints of ctl', () => {
  it.each([
    ['unix:/run/a', { transport: 'unix_stream', path: '/run/a' }],
    ['unixs:/run/a', { transport: 'unix_stream', path: '/run/a' }],
    ['unixd:/run/a', { transport: 'unix_dgram', path: '/run/a' }],
    ['/run/a', { transport: 'unix_stream', path: '/run/a' }],
    ['127.0.0.1:3000', { transport: 'udp', host: '127.0.0.1', port: 3000 }],
    ['tcp:127.0.0.1:3000', { transport: 'tcp', host: '127.0.0.1', port: 3000 }],
    ['tcp:[::1]:3000', { transport: 'tcp', host: '::1', port: 3000 }],
    ['tcp:3012', { transport: 'tcp', host: null, port: 3012 }],
    ['udp:*:3012', { transport: 'udp', host: null, port: 3012 }],
    ['udp:localhost', { transport: 'udp', host: 'localhost', port: 2046 }],
  ])('reads %s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  it.each(['unix:', 'tcp:a:b', 'udp:127.0.0.1:70000', '[::1'])('refuses %s', (text) => {
    expect(parseEndpoint(text)).toBeNull();
  });
});
