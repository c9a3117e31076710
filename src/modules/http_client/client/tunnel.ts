import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { CurlCode, curlCodeOf } from './curl-code.js';

/** An HTTP proxy. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
}

export type Tunnel = { readonly socket: Socket } | { readonly failure: number; readonly reason: string };

/** libcurl's port of proxies that have none. */
const DEFAULT_PORT = 1080;

/** Reads `host`, `host:port` or `http://host:port`; `port` counts when the text has none. Null when it is none of these. */
export function parseProxy(text: string, port: number): HttpProxy | null {
  const found = /^(?:http:\/\/)?(\[[\da-f:.]+\]|[^:/\s[\]]+)(?::(\d+))?\/?$/i.exec(text);
  if (found === null) return null;
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port: port > 0 ? port : Number(found[2] ?? DEFAULT_PORT) };
}

/** Asks a proxy for a connection to `authority` (host and port). `onStart` gets what ends the attempt. */
export function openTunnel(
  proxy: HttpProxy,
  authority: string,
  localAddress: string | undefined,
  onStart: (stop: () => void) => void,
): Promise<Tunnel> {
  return new Promise((resolve) => {
    const request = httpRequest({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: ['Host', authority],
      agent: false,
      localAddress,
    });
    onStart(() => request.destroy());
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve({ socket });
      else {
        socket.destroy();
        resolve({ failure: CurlCode.RECV_ERROR, reason: `the proxy answered ${response.statusCode}` });
      }
    });
    request.on('response', (response) => {
      response.resume();
      resolve({ failure: CurlCode.RECV_ERROR, reason: `the proxy answered ${response.statusCode}` });
    });
    request.on('error', (error) => {
      const code = curlCodeOf(error, false);
      const failure = code === CurlCode.COULDNT_RESOLVE_HOST ? CurlCode.COULDNT_RESOLVE_PROXY : code;
      resolve({ failure, reason: error.message });
    });
    request.end();
  });
}
