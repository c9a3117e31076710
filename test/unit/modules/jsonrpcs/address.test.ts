import { describe, expect, it } from 'vitest';
import { parseSocketAddress } from '../../../../src/modules/jsonrpcs/transports.js';

describe('socket addresses of jsonrpcs', () => {
  it.each([
    ['udp:127.0.0.1:8090', { host: '127.0.0.1', port: 8090 }],
    ['udp:[::1]:8090', { host: '::1', port: 8090 }],
    ['tcp:127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['127.0.0.1:8090', { host: '127.0.0.1', port: 8090 }],
  ])('reads %s', (text, address) => {
    expect(parseSocketAddress(text)).toEqual(address);
  });

  it.each(['/run/a.sock', 'udp:127.0.0.1', 'udp:127.0.0.1:70000'])('refuses %s', (text) => {
    expect(parseSocketAddress(text)).toBeNull();
  });
});
