import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { CurlCode, curlCodeOf } from './curl-code.js';
import { connectionOver, type Exchange, type ExchangeResult, type Header, type Pending } from './exchange.js';

/** Headers of a connection, which HTTP/2 does not have (RFC 9113 §8.2.2). */
const CONNECTION_HEADERS = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
]);

/** As `startExchange`, over HTTP/2 from the first byte. */
export function startHttp2Exchange(exchange: Exchange): Pending {
  let settle: (result: ExchangeResult) => void = () => {};
  let stop = (): void => {};
  const result = new Promise<ExchangeResult>((resolve) => {
    settle = resolve;
  });
  const finish = (outcome: ExchangeResult): void => {
    settle(outcome);
    stop();
  };
  const fail = (failure: number, reason: string): void => finish({ failure, reason });
  // Node.js throws for header values and ciphers that it does not take.
  const failWith = (error: unknown): void => {
    const reason = error instanceof Error ? error : new Error(`${error}`);
    fail(curlCodeOf(reason, false), reason.message);
  };
  try {
    const session = openSession(exchange);
    stop = () => session.destroy();
    session.on('error', (error) => fail(curlCodeOf(error, false), error.message));
    session.on('close', () => fail(CurlCode.RECV_ERROR, 'the connection was closed'));
    session.on('connect', () => {
      exchange.onConnected();
      try {
        send(session, exchange, finish);
      } catch (error) {
        failWith(error);
      }
    });
  } catch (error) {
    failWith(error);
  }
  return { result, cancel: fail };
}

function openSession(exchange: Exchange): ClientHttp2Session {
  const { target, peer, secure, socket, localAddress } = exchange;
  const host = peer.host.includes(':') ? `[${peer.host}]` : peer.host;
  const options = {
    ...(secure ?? {}),
    localAddress,
    ...(socket === null ? {} : { createConnection: () => connectionOver(socket, exchange, ['h2']) }),
  };
  return connect(`${target.secure ? 'https' : 'http'}://${host}:${peer.port}`, options);
}

function send(session: ClientHttp2Session, exchange: Exchange, finish: (outcome: ExchangeResult) => void): void {
  const stream = session.request(headersOf(exchange));
  let status = 0;
  const received: Header[] = [];
  const chunks: Buffer[] = [];
  let size = 0;
  const done = (): void => {
    const body = Buffer.concat(chunks).subarray(0, exchange.maxBytes).toString('latin1');
    finish(status > 0 ? { status, headers: received, body } : { failure: CurlCode.GOT_NOTHING, reason: 'no answer' });
  };
  stream.on('response', (fields) => {
    status = Number(fields[':status'] ?? 0);
    for (const [name, value] of Object.entries(fields)) {
      if (name.startsWith(':')) continue;
      for (const one of [value].flat()) if (one !== undefined) received.push([name, one]);
    }
  });
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= exchange.maxBytes) done();
  });
  stream.on('end', done);
  stream.on('error', (error) => finish({ failure: curlCodeOf(error, status > 0), reason: error.message }));
  stream.end(Buffer.from(exchange.body, 'latin1'));
}

function headersOf({ method, target, headers: given }: Exchange): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ':method': method, ':path': target.path, ':authority': target.authority };
  for (const [name, value] of given) {
    const key = name.toLowerCase();
    if (CONNECTION_HEADERS.has(key)) continue;
    const before = headers[key];
    headers[key] = before === undefined ? value : [...[before].flat().map(String), value];
  }
  return headers;
}
