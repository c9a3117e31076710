import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp2Server } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { HttpClient, MAX_REQUESTS } from '../../../../src/modules/http_client/client/client.js';
import { parseHeaderLines } from '../../../../src/modules/http_client/client/header-lines.js';
import type { HttpOptions, HttpRequest } from '../../../../src/modules/http_client/client/request.js';
import { MAX_ANSWER } from '../../../../src/modules/http_client/client/run.js';
import { parseProxy } from '../../../../src/modules/http_client/client/tunnel.js';
import { parseUrl, resolveLocation, type Target, urlOf } from '../../../../src/modules/http_client/client/url.js';
import { CERTIFICATE } from './certificate.js';
import { freePort, type LocalServer, serve, serveBytes, serveSecurely } from './local-server.js';

const OPTIONS: HttpOptions = {
  timeout: 4000,
  connectTimeout: 0,
  maxBytes: 0,
  userAgent: 'test',
  redirects: false,
  credentials: null,
  authMethods: 3,
  tls: { authorities: '', certificate: '', key: '', ciphers: '', version: 0, verifyPeer: true, verifyHost: true },
  proxy: null,
  from: '',
  keepAlive: false,
  http2: false,
};

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const dir = mkdtempSync(join(tmpdir(), 'kts-http-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function using<T extends { close(): unknown }>(server: Promise<T>): Promise<T> {
  const opened = await server;
  open.push(opened);
  return opened;
}

function client(clock = new VirtualClock()) {
  const made = new HttpClient(clock);
  open.push(made);
  return made;
}

const get = (url: string, options: Partial<HttpOptions> = {}, request: Partial<HttpRequest> = {}) =>
  client().request({ url, method: '', body: null, headers: [], ...request }, { ...OPTIONS, ...options });

/** Until the server has the request, so that time may pass. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !condition(); tries++) await new Promise((later) => setTimeout(later, 2));
  expect(condition()).toBe(true);
}

describe('limits', () => {
  it('ends a request whose answer takes too long', async () => {
    let asked = false;
    const { url } = await using(serve(() => (asked = true)));
    const clock = new VirtualClock();
    const outcome = client(clock).request({ url, method: '', body: null, headers: [] }, OPTIONS);
    await until(() => asked);
    clock.advance(3999);
    clock.advance(1);
    expect(await outcome).toEqual({ failure: 28, reason: 'no answer in 4000 ms', connected: true });
    expect(clock.pending).toBe(0);
  });

  it('ends a request whose answer drips', async () => {
    let asked = false;
    const { url } = await using(
      serve((_request, response) => {
        asked = true;
        response.write('x');
      }),
    );
    const clock = new VirtualClock();
    const outcome = client(clock).request({ url, method: '', body: null, headers: [] }, OPTIONS);
    await until(() => asked);
    clock.advance(4000);
    expect(await outcome).toMatchObject({ failure: 28 });
  });

  it('reads no more than wanted', async () => {
    const { url } = await using(serve((_request, response) => response.end('x'.repeat(100_000))));
    expect(await get(url, { maxBytes: 10 })).toMatchObject({ status: 200, body: 'xxxxxxxxxx' });
  });

  it('reads no more than is good for us', async () => {
    const { url } = await using(
      serve((_request, response) => {
        const block = Buffer.alloc(1 << 16, 'x');
        const more = (): void => {
          while (response.write(block));
          response.once('drain', more);
        };
        more();
      }),
    );
    const outcome = await get(url);
    expect('body' in outcome && outcome.body.length).toBe(MAX_ANSWER);
  });

  it('has so many requests under way and no more', async () => {
    const { url } = await using(serveBytes(null));
    const one = client();
    const request = { url, method: '', body: null, headers: [] };
    const held = Array.from({ length: MAX_REQUESTS }, () => one.request(request, OPTIONS));
    expect(await one.request(request, OPTIONS)).toMatchObject({ failure: 27 });
    one.close();
    expect((await Promise.all(held)).every((outcome) => 'failure' in outcome)).toBe(true);
  });

  it('stops following redirects at some point', async () => {
    let count = 0;
    const { url } = await using(
      serve((_request, response) => response.writeHead(302, { Location: `/${++count}` }).end()),
    );
    expect(await get(url, { redirects: true })).toMatchObject({ failure: 47 });
    expect(count).toBe(31);
  });
});

describe('answers that are none', () => {
  it.each([
    ['nothing', '', 52],
    ['garbage', '\0\xff\xfe garbage\r\n\r\n', 1],
    ['a status line without number', 'HTTP/1.1 abc OK\r\n\r\n', 8],
    ['a header without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}`, 56],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf', 18],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 8],
  ])('%s', async (_what, bytes, failure) => {
    const { url } = await using(serveBytes(bytes));
    expect(await get(url)).toMatchObject({ failure });
  });

  it('a refused connection, an unknown host, an address that is not ours', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await get(url)).toMatchObject({ failure: 7, connected: false });
    expect(await get('http://nosuch.invalid')).toMatchObject({ failure: 6 });
    expect(await get(url, { from: 'if!nosuch0' })).toMatchObject({ failure: 45 });
    expect(await get(url, { from: '192.0.2.1' })).toMatchObject({ failure: 45 });
  });

  it('bytes are kept whatever they are', async () => {
    const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
    const { url } = await using(serveBytes(`HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n${bytes}`));
    expect(await get(url)).toMatchObject({ status: 200, body: bytes });
  });
});

describe('headers', () => {
  const shown = (): Promise<LocalServer> =>
    using(serve((request, response) => response.end(request.rawHeaders.join('|'))));

  it('come in the order of the script, repeated ones too', async () => {
    const { url, port } = await shown();
    const outcome = await get(url, {}, { headers: parseHeaderLines('X-A: 1\r\nX-B: 2\nX-A: 3\r\nUser-Agent: mine') });
    expect(outcome).toMatchObject({
      body: `Host|127.0.0.1:${port}|Accept|*/*|X-A|1|X-B|2|X-A|3|User-Agent|mine|Connection|close`,
    });
  });

  it('cannot be made of what is no header', () => {
    expect(parseHeaderLines('no header\r\n: empty\r\nBad Name: x\r\nX: a\0b\r\nGood: \xfc\r\n\r\nbody')).toEqual([
      ['Good', '\xfc'],
    ]);
  });

  it('leave the length of the body to us', async () => {
    const { url } = await shown();
    const outcome = await get(url, {}, { body: 'four', headers: parseHeaderLines('Content-Length: 1') });
    expect(outcome).toMatchObject({ body: expect.stringContaining('Content-Length|4|') });
  });
});

describe('names and passwords', () => {
  it('are proved by digest in the server’s algorithm', async () => {
    const sha = (text: string) => createHash('sha256').update(text).digest('hex');
    const { url } = await using(
      serve((request, response) => {
        const given = request.headers.authorization ?? '';
        const field = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(given)?.[1] ?? '';
        const ha1 = sha('us"er:the realm:pa:ss');
        const ha2 = sha(`POST:${request.url}`);
        const wanted = sha(`${ha1}:abc:${field('nc')}:${field('cnonce')}:auth:${ha2}`);
        if (field('response') === wanted) return void response.end('welcome');
        response.writeHead(401, {
          'WWW-Authenticate': [
            'Basic realm="x"',
            'Digest realm="the realm", nonce="abc", qop="auth-int,auth", algorithm=SHA-256, opaque="o"',
          ],
        });
        response.end();
      }),
    );
    const credentials = { user: 'us"er', password: 'pa:ss' };
    expect(await get(`${url}/x?y`, { credentials }, { body: 'data' })).toMatchObject({ status: 200, body: 'welcome' });
    expect(await get(`${url}/x`, { credentials: { user: 'us"er', password: 'wrong' } })).toMatchObject({ status: 401 });
    expect(await get(`${url}/x`)).toMatchObject({ status: 401 });
  });

  it('are not proved to challenges that nobody could mean', async () => {
    for (const challenge of [
      `Digest ${'a'.repeat(60_000)}`,
      'Digest realm="x"',
      'Digest nonce="n", algorithm=NOSUCH',
      'Digest',
    ]) {
      const { url } = await using(
        serve((_request, response) => response.writeHead(401, { 'WWW-Authenticate': challenge }).end()),
      );
      expect(await get(url, { credentials: { user: 'u', password: 'p' } })).toMatchObject({ status: 401 });
    }
  });

  it('and cookies go to no other server', async () => {
    const other = await using(serve((request, response) => response.end(request.rawHeaders.join('|'))));
    const { url } = await using(serve((_request, response) => response.writeHead(302, { Location: other.url }).end()));
    const outcome = await get(
      url,
      { redirects: true, credentials: { user: 'u', password: 'p' }, authMethods: 1 },
      { headers: parseHeaderLines('Cookie: c=1\nAuthorization: x\nX-Own: y') },
    );
    expect(outcome).toMatchObject({ status: 200, url: `${other.url}/` });
    expect('body' in outcome && outcome.body).toMatch(/X-Own\|y/);
    expect('body' in outcome && outcome.body).not.toMatch(/cookie|authorization/i);
  });
});

describe('TLS', () => {
  const secure = (): Promise<LocalServer> => using(serveSecurely((_request, response) => response.end('secret')));
  const tls = (parts: Partial<HttpOptions['tls']>) => ({ tls: { ...OPTIONS.tls, ...parts } });

  it('refuses certificates that nobody vouches for, unless told otherwise', async () => {
    const { url } = await secure();
    expect(await get(url)).toMatchObject({ failure: 60 });
    expect(await get(url, tls({ verifyPeer: false }))).toMatchObject({ status: 200, body: 'secret' });
  });

  it('trusts the authorities that it is told to, for the names they vouch for', async () => {
    const { url, port } = await secure();
    const authorities = join(dir, 'ca.pem');
    writeFileSync(authorities, CERTIFICATE);
    expect(await get(`https://localhost:${port}`, tls({ authorities }))).toMatchObject({ status: 200 });
    expect(await get(url, tls({ authorities }))).toMatchObject({ failure: 60 });
    expect(await get(url, tls({ authorities, verifyHost: false }))).toMatchObject({ status: 200 });
  });

  it('says which file cannot be read', async () => {
    const { url } = await secure();
    expect(await get(url, tls({ authorities: join(dir, 'nosuch') }))).toMatchObject({ failure: 77 });
    expect(await get(url, tls({ certificate: join(dir, 'nosuch') }))).toMatchObject({ failure: 58 });
    expect(await get(url, tls({ ciphers: 'NOSUCH' }))).toMatchObject({ failure: 59 });
    const garbage = join(dir, 'garbage.pem');
    writeFileSync(garbage, 'no certificate');
    expect(await get(url, tls({ certificate: garbage, key: garbage }))).toMatchObject({ failure: 58 });
  });

  it('fails against servers without it', async () => {
    const { port } = await using(serveBytes('HTTP/1.1 200 OK\r\n\r\n'));
    expect(await get(`https://127.0.0.1:${port}`)).toMatchObject({ failure: 35 });
  });
});

describe('proxies', () => {
  it('get requests whole', async () => {
    const { port } = await using(serve((request, response) => response.end(`${request.url} ${request.headers.host}`)));
    const outcome = await get('http://example.com:81/a?b', { proxy: { host: '127.0.0.1', port } });
    expect(outcome).toMatchObject({ status: 200, body: 'http://example.com:81/a?b example.com:81' });
  });

  it('lead to secure servers', async () => {
    const target = await using(serveSecurely((_request, response) => response.end('through')));
    const server = (await import('node:http')).createServer();
    const asked: string[] = [];
    server.on('connect', (request, socket) => {
      asked.push(request.url!);
      if (request.url!.startsWith('refused')) return void socket.end('HTTP/1.1 403 No\r\n\r\n');
      const onward = connect(target.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => {});
      socket.on('error', () => {});
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    open.push({ close: () => server.close().closeAllConnections() });
    const proxy = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
    const tls = { ...OPTIONS.tls, verifyPeer: false };
    expect(await get('https://example.com/', { proxy, tls })).toMatchObject({ status: 200, body: 'through' });
    expect(await get('https://refused.example.com/', { proxy, tls })).toMatchObject({ failure: 56 });
    expect(asked).toEqual(['example.com:443', 'refused.example.com:443']);
    expect(await get('https://x/', { proxy: { host: 'nosuch.invalid', port: 1 }, tls })).toMatchObject({ failure: 5 });
  });

  it.each([
    ['proxy', 0, { host: 'proxy', port: 1080 }],
    ['http://proxy:3128/', 0, { host: 'proxy', port: 3128 }],
    ['proxy:3128', 99, { host: 'proxy', port: 99 }],
    ['[::1]:8080', 0, { host: '::1', port: 8080 }],
    ['socks5://proxy', 0, null],
    ['', 0, null],
  ])('are written as %j', (text, port, proxy) => {
    expect(parseProxy(text, port)).toEqual(proxy);
  });
});

it('speaks HTTP/2 when told to', async () => {
  const server = createHttp2Server((request, response) => {
    response.setHeader('x-got', `${request.headers['x-one']}`);
    response.end(`${request.method} ${request.url} ${request.httpVersion}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(server);
  const { port } = server.address() as { port: number };
  const headers = parseHeaderLines('X-One: 1');
  const outcome = await get(`http://127.0.0.1:${port}/a?b`, { http2: true }, { method: 'PUT', body: 'x', headers });
  expect(outcome).toMatchObject({ status: 200, body: 'PUT /a?b 2.0' });
  expect('headers' in outcome && outcome.headers).toContainEqual(['x-got', '1']);
  const dead = await freePort();
  expect(await get(`http://127.0.0.1:${dead}/`, { http2: true })).toMatchObject({ failure: 7 });
  const plain = await using(serveBytes('HTTP/1.1 200 OK\r\n\r\n'));
  expect(await get(plain.url, { http2: true })).toMatchObject({ failure: expect.any(Number) });
});

it('uses a connection again when it may', async () => {
  const ports = new Set<number | undefined>();
  const { url } = await using(
    serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('x');
    }),
  );
  const one = client();
  for (let i = 0; i < 3; i++) {
    await one.request({ url, method: '', body: null, headers: [] }, { ...OPTIONS, keepAlive: true });
    await new Promise((later) => setImmediate(later));
  }
  expect(ports.size).toBe(1);
});

it('takes another connection when the one that it kept has been closed', async () => {
  let count = 0;
  const { url } = await using(
    serve((request, response) => {
      if (++count === 2) return void request.socket.destroy();
      response.end(`${count}`);
    }),
  );
  const one = client();
  const ask = () => one.request({ url, method: '', body: null, headers: [] }, { ...OPTIONS, keepAlive: true });
  expect(await ask()).toMatchObject({ body: '1' });
  await new Promise((later) => setImmediate(later));
  expect(await ask()).toMatchObject({ body: '3' });
});

describe('URLs', () => {
  it.each([
    ['http://h', 'http://h/'],
    ['h:81/x', 'http://h:81/x'],
    ['HTTPS://h:443/x?y#z', 'https://h/x?y'],
    ['http://[::1]:8080/', 'http://[::1]:8080/'],
    ['http://u:p@h?q', 'http://h/?q'],
    ['http://h/a/./b/../c/.?d/../e', 'http://h/a/c/?d/../e'],
    ['http://h/../..', 'http://h/'],
    ['http://h/gr\xfcn', 'http://h/gr\xfcn'],
  ])('%s is %s', (text, url) => {
    expect(urlOf(parseUrl(text) as Target)).toBe(url);
  });

  it.each([
    ['ftp://h/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['', 'malformed'],
    ['http://', 'malformed'],
    ['http:///x', 'malformed'],
    ['http://h:0/', 'malformed'],
    ['http://h:70000/', 'malformed'],
    ['http://h/a b', 'malformed'],
    ['http://h/\r\nX: y', 'malformed'],
    ['http://h/\0', 'malformed'],
    ['http://[::1/', 'malformed'],
  ])('%j is refused', (text, why) => {
    expect(parseUrl(text)).toBe(why);
  });

  it('keep the credentials apart', () => {
    expect(parseUrl('http://u%40x:p%3a@h')).toMatchObject({ credentials: { user: 'u@x', password: 'p:' } });
    expect(parseUrl('http://u@h')).toMatchObject({ credentials: { user: 'u', password: '' } });
  });

  it.each([
    ['http://x/y', 'http://x/y'],
    ['//x/y', 'http://x/y'],
    ['/y', 'http://h/y'],
    ['y', 'http://h/a/y'],
    ['?y', 'http://h/a/b?y'],
  ])('%s from another place leads to %s', (location, url) => {
    expect(resolveLocation(parseUrl('http://h/a/b?c') as Target, location)).toBe(url);
  });
});
