import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** An HTTP server for cases (`--- http PORT`): what it does follows from the path. README.md lists the paths. */
export class HttpPeer {
  /** Requests that it has seen, and those that it is answering. */
  seen = 0;
  answering = 0;
  readonly #open = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
    server.on('request', (request, response) => void this.#answer(request, response));
    server.on('clientError', (_error, socket) => socket.destroy());
  }

  static open(host: string, port: number): Promise<HttpPeer> {
    return new Promise((resolve, reject) => {
      const server = createServer({ keepAliveTimeout: 100 });
      server.once('error', reject);
      server.listen(port, host, () => resolve(new HttpPeer(server)));
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen++;
    this.answering++;
    response.sendDate = false;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('latin1');
    const [, word = '', argument = ''] = (request.url ?? '').split(/[/?]/);
    (ANSWERS[word] ?? notFound)(request, response, argument, body);
    this.answering--;
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse, argument: string, body: string) => void;

const text = (
  response: ServerResponse,
  status: number,
  content: string,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers });
  response.end(Buffer.from(content, 'latin1'));
};

const redirect =
  (status: number, location: string): Answer =>
  (_request, response) =>
    text(response, status, 'moved', { Location: location });

const notFound: Answer = (_request, response) => text(response, 404, 'nothing here\n');

/** Headers whose values depend on the client's library or on chance. */
const LEFT_OUT = /^(?:connection|user-agent|host|expect)$/;

const ANSWERS: Readonly<Record<string, Answer>> = {
  echo: (request, response, _argument, body) => {
    const headers = Object.entries(request.headers)
      .filter(([name]) => !LEFT_OUT.test(name))
      .map(([name, value]) => `${name}=${value}`)
      .sort();
    text(response, 200, `${request.method} ${request.url} [${headers.join('|')}] [${body}]`);
  },
  agent: (request, response) => text(response, 200, `${request.headers['user-agent'] ?? 'none'}`),
  lines: (_request, response) => text(response, 200, 'first\nsecond\n'),
  crlf: (_request, response) => text(response, 200, 'first\r\nsecond\r\n'),
  bytes: (_request, response) => text(response, 200, 'a\xff\xfeb\xc3\xbc'),
  empty: (_request, response) => text(response, 200, ''),
  status: (_request, response, status) => text(response, Number(status), `status ${status}\nmore`),
  type: (_request, response) =>
    text(response, 200, 'typed', { 'Content-Type': 'application/x-test', 'X-Head': 'one', 'x-head': 'two' }),
  big: (_request, response, size) => text(response, 200, 'x'.repeat(Number(size))),
  redirect: redirect(302, '/lines'),
  relative: redirect(301, 'lines'),
  see: redirect(303, '/echo'),
  keep: redirect(307, '/echo'),
  loop: redirect(302, '/loop'),
  away: redirect(302, 'ftp://127.0.0.1/x'),
  nowhere: (_request, response) => text(response, 302, 'no location'),
  hang: () => {},
  close: (request) => request.socket.destroy(),
  garbage: (request) => request.socket.end('garbage\r\n\r\n'),
  partial: (request) => request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'),
  chunked: (_request, response) => {
    response.writeHead(200);
    response.write('one ');
    response.end('two');
  },
  basic: (request, response) => {
    const good = request.headers.authorization === `Basic ${Buffer.from('user:secret').toString('base64')}`;
    text(response, good ? 200 : 401, good ? 'welcome' : 'no', { 'WWW-Authenticate': 'Basic realm="r"' });
  },
  digest: (request, response) => {
    const good = /^Digest .*username="user".*uri="\/digest"/.test(request.headers.authorization ?? '');
    const challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5';
    text(response, good ? 200 : 401, good ? 'welcome' : 'no', { 'WWW-Authenticate': challenge });
  },
};
