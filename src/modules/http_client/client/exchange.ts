import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type Agent as SecureAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { CurlCode, curlCodeOf } from './curl-code.js';
import type { SecureOptions } from './tls.js';
import type { Target } from './url.js';

/** One header; the name as written. */
export type Header = readonly [name: string, value: string];

/** One request on one connection. Texts are bytes as latin1 characters. */
export interface Exchange {
  readonly target: Target;
  readonly method: string;
  readonly headers: readonly Header[];
  readonly body: string;
  /** What stands in the request line: the path, or all of the URL for a proxy. */
  readonly requestTarget: string;
  /** Where to connect; the target itself without a proxy. */
  readonly peer: { readonly host: string; readonly port: number };
  readonly secure: SecureOptions | null;
  /** A connection that leads to the target already. */
  readonly socket: Socket | null;
  readonly agent: Agent | SecureAgent | undefined;
  readonly localAddress: string | undefined;
  /** Bytes of the answer's body that are wanted; the rest is not waited for. */
  readonly maxBytes: number;
  /** Called when there is a connection to the peer. */
  readonly onConnected: () => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
}

export type ExchangeResult =
  | Answer
  | {
      readonly failure: number;
      readonly reason: string;
      /** The connection had been kept open, and the server has closed it meanwhile: another one may do. */
      readonly stale?: boolean;
    };

/** An exchange under way. */
export interface Pending {
  readonly result: Promise<ExchangeResult>;
  /** Ends it; its result is then a failure of that code. */
  cancel(code: number, reason: string): void;
}

/** Header blocks beyond this are refused, as libcurl does at a similar size. */
const MAX_HEADER_BYTES = 100 * 1024;

const STALE = new Set(['ECONNRESET', 'EPIPE']);

/** Sends a request and reads its answer. Never throws, never rejects. */
export function startExchange(exchange: Exchange): Pending {
  let settle: (result: ExchangeResult) => void = () => {};
  let stop: () => void = () => {};
  const result = new Promise<ExchangeResult>((resolve) => {
    settle = resolve;
  });
  const fail = (failure: number, reason: string): void => {
    settle({ failure, reason });
    stop();
  };
  try {
    const request = (exchange.target.secure ? httpsRequest : httpRequest)(optionsOf(exchange));
    stop = () => request.destroy();
    let got = false;
    request.on('socket', (connection) => whenConnected(connection, exchange.onConnected));
    request.on('error', (error) => {
      const stale = request.reusedSocket && !got && STALE.has((error as NodeJS.ErrnoException).code ?? '');
      settle({ failure: curlCodeOf(error, got), reason: error.message, stale });
    });
    request.on('response', (response) => {
      got = true;
      collect(exchange, response, settle, fail);
    });
    request.end(Buffer.from(exchange.body, 'latin1'));
  } catch (error) {
    // Node.js throws for header values and ciphers that it does not take.
    const reason = error instanceof Error ? error : new Error(`${error}`);
    fail(curlCodeOf(reason, false), reason.message);
  }
  return { result, cancel: fail };
}

/** A connection to the target by way of one that leads there. */
export function connectionOver(socket: Socket, { target, secure }: Exchange, protocols?: string[]): Socket {
  if (!target.secure) return socket;
  return connectSecurely({
    ...secure,
    socket,
    host: target.host,
    servername: serverName(target),
    ALPNProtocols: protocols,
  });
}

/** What a secure server is asked for: addresses are no names there. */
function serverName({ host }: Target): string {
  return isIP(host) === 0 ? host : '';
}

function whenConnected(socket: Socket, then: () => void): void {
  if (socket.connecting) socket.once('connect', then);
  else then();
}

function optionsOf(exchange: Exchange) {
  const { target, peer, method, headers, requestTarget, agent, socket, secure, localAddress } = exchange;
  return {
    ...(secure ?? {}),
    host: peer.host,
    port: peer.port,
    method,
    path: requestTarget,
    // A flat list goes out as it is: order and repeated names stay.
    headers: headers.flat(),
    // Only without an agent is a connection taken that is there already.
    agent: socket === null ? (agent ?? false) : undefined,
    localAddress,
    maxHeaderSize: MAX_HEADER_BYTES,
    servername: serverName(target),
    ...(socket === null ? {} : { createConnection: () => connectionOver(socket, exchange) }),
  } as const;
}

function collect(
  { maxBytes }: Exchange,
  response: IncomingMessage,
  settle: (result: ExchangeResult) => void,
  fail: (code: number, reason: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const done = (): void => {
    const body = Buffer.concat(chunks).subarray(0, maxBytes).toString('latin1');
    settle({ status: response.statusCode ?? 0, headers: headersOf(response.rawHeaders), body });
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < maxBytes) return;
    done();
    response.destroy();
  });
  response.on('end', done);
  response.on('aborted', () => fail(CurlCode.PARTIAL_FILE, 'the answer ended early'));
  response.on('error', (error) => fail(curlCodeOf(error, true), error.message));
}

function headersOf(raw: readonly string[]): Header[] {
  const headers: Header[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) headers.push([raw[i]!, raw[i + 1]!]);
  return headers;
}

/** The first value of a header; undefined when there is none. */
export function headerValue(headers: readonly Header[], lowerName: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1];
}
