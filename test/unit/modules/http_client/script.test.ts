import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../../../src/modules/http_client/config-file.js';
import { parseConnection } from '../../../../src/modules/http_client/connection-text.js';
import httpClient from '../../../../src/modules/http_client/index.js';
import { runConfig } from '../mqueue/run-config.js';
import { freePort, type LocalServer, serve, serveBytes } from './local-server.js';

const MODULES = `
loadmodule "http_client.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;mode=1;interval=1")
modparam("rtimer", "exec", "timer=t;route=T")
`;

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function using(server: Promise<LocalServer>): Promise<LocalServer> {
  const opened = await server;
  servers.push(opened);
  return opened;
}

const echo = (): Promise<LocalServer> =>
  using(
    serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(200, { 'X-Head': 'one', 'Content-Type': 'text/x' });
        response.end(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
      });
    }),
  );

/** What a route wrote that ran once and ended with `done`. */
async function linesOf(route: string, config = '') {
  const run = await runConfig(`${MODULES}${config}\nroute[T] { ${route} xlog("done\\n"); }`);
  expect(run.exit, run.log.join('\n')).toBe(null);
  run.clock.advance(1000);
  await run.wrote('done');
  await run.close();
  run.remove();
  return { script: run.script().slice(0, -1), log: run.log.join('\n') };
}

it('sends requests with any method', async () => {
  const { url } = await echo();
  const { script } = await linesOf(
    `http_client_request("PUT", "${url}/x", "data", "", "$var(r)"); xlog("$rc $var(r)\\n");
     http_client_request("DELETE", "${url}/x", "", "", "$var(r)"); xlog("$rc [$var(r)]\\n");
     http_client_request("BAD METHOD", "${url}/x", "", "", "$var(r)"); xlog("$rc\\n");
     http_client_request("GET", "", "", "", "$var(r)"); xlog("$rc\\n");`,
  );
  expect(script).toEqual(['200 PUT /x data', '200 [DELETE /x ]', '-1', '-1']);
});

it('shows headers of answers when it keeps them', async () => {
  const { url } = await echo();
  const { script } = await linesOf(
    `http_client_query("${url}", "$var(r)"); xlog("[$httprhdr(x-head)]\\n");
     http_client_response_headers_set("1"); http_client_query("${url}", "$var(r)"); xlog("$httprhdr(x-head) $httprhdr(Content-Type) [$httprhdr(none)]\\n");
     http_client_response_headers_clear(""); xlog("[$httprhdr(x-head)]\\n");
     http_client_query("${url}", "$var(r)"); http_client_response_headers_set("0"); xlog("[$httprhdr(x-head)]\\n");`,
  );
  expect(script).toEqual(['[<null>]', 'one text/x [<null>]', '[<null>]', '[<null>]']);
});

it('reads timeouts in seconds, in milliseconds, or not at all', async () => {
  const { url } = await using(serveBytes(null));
  const after = async (config: string, ms: number, line: string | null): Promise<void> => {
    const run = await runConfig(
      `${MODULES}${config}\nroute[T] { xlog("asking\\n"); http_client_query("${url}", "$var(r)"); xlog("code $rc\\n"); }`,
    );
    run.clock.advance(1000);
    await run.wrote('asking');
    run.clock.advance(ms);
    if (line !== null) await run.wrote(line);
    else await new Promise((later) => setTimeout(later, 20));
    const written = run.script();
    await run.close();
    run.remove();
    expect(written.slice(0, 2)).toEqual(line === null ? ['asking'] : ['asking', line]);
  };
  await after('', 3999, null);
  await after('', 4000, 'code 28');
  await after('modparam("http_client", "connection_timeout", 2)', 2000, 'code 28');
  const ms = 'modparam("http_client", "timeout_mode", 2)\nmodparam("http_client", "connection_timeout", 150)';
  await after(ms, 150, 'code 28');
});

it('waits for as long as it takes without timeouts', async () => {
  const { url } = await using(serveBytes(null));
  const run = await runConfig(
    `${MODULES}modparam("http_client", "timeout_mode", 0)
route[T] { if ($var(once) == 1) { exit; } $var(once) = 1; xlog("asking\\n"); http_client_query("${url}", "$var(r)"); xlog("code $rc\\n"); }`,
  );
  run.clock.advance(1000);
  await run.wrote('asking');
  run.clock.advance(60_000);
  await new Promise((later) => setTimeout(later, 20));
  expect(run.script()).not.toContain('code 28');
  await run.close();
  run.remove();
});

it('lets others run while it waits, and each keeps what it got', async () => {
  let answer: (() => void) | null = null;
  const { url } = await using(
    serve((request, response) => {
      if (request.url === '/slow') answer = () => response.end('slow');
      else {
        response.end('quick');
        answer?.();
      }
    }),
  );
  const run = await runConfig(
    `${MODULES}
modparam("rtimer", "timer", "name=u;mode=1;interval=1")
modparam("rtimer", "exec", "timer=u;route=U")
modparam("http_client", "httpcon", "one=>${url}")
route[T] { $var(x) = "T"; http_connect("one", "/slow", "$var(r)"); http_get_redirect("one", "$var(u)"); xlog("$var(x) $rc $var(r) $(var(u){s.rmws})\\n"); }
route[U] { usleep("1000"); $var(x) = "U"; http_connect("one", "/quick", "$var(r)"); xlog("$var(x) $rc $var(r)\\n"); }
`.replace('loadmodule "http_client.so"', 'loadmodule "http_client.so"\nloadmodule "cfgutils.so"'),
  );
  run.clock.advance(1000);
  while (answer === null) await new Promise((later) => setTimeout(later, 2));
  run.clock.advance(10);
  await run.wrote('T 1 slow');
  await run.close();
  run.remove();
  expect(run.script().sort()).toEqual([`T 1 slow ${url}/slow`, 'U 200 quick']);
});

it('says why there is no answer', async () => {
  const port = await freePort();
  const { script, log } = await linesOf(
    `http_client_query("http://127.0.0.1:${port}/x", "$var(r)"); xlog("$rc\\n");
     http_connect("one", "/x", "$var(r)"); xlog("$rc\\n");`,
    `modparam("http_client", "httpcon", "one=>http://127.0.0.1:${port};failover=two")
modparam("http_client", "httpcon", "two=>http://127.0.0.1:${port}/second")`,
  );
  expect(script).toEqual(['7', '7']);
  expect(log).toContain(
    `http_client: failed to connect() to host (url: http://127.0.0.1:${port}/x): connect ECONNREFUSED`,
  );
  expect(log).toContain('FAILURE: Trying failover to curl con (two)');
  expect(log).toContain(`(url: http://127.0.0.1:${port}/second/x)`);
});

it('does not let text of messages end the request line', async () => {
  const { url } = await echo();
  const { script } = await linesOf(
    `$var(evil) = "612f20485454502f312e310d0a582d4576696c3a20310d0a0d0a"; $var(e) = $(var(evil){s.decode.hexa});
     http_client_query("${url}/$var(e)", "$var(r)"); xlog("$rc\\n");
     http_client_query("${url}/", "x", "X-A: 1$var(e)", "$var(r)"); xlog("$rc $var(r)\\n");`,
  );
  expect(script).toEqual(['3', '200 POST / x']);
});

describe('connections', () => {
  it('take the parameters that stand above them', async () => {
    const agent = await using(serve((request, response) => response.end(request.headers['user-agent'])));
    const { script } = await linesOf(
      `http_connect("one", "", "$var(r)"); xlog("$var(r)\\n"); http_connect("two", "", "$var(r)"); xlog("$var(r)\\n");`,
      `modparam("http_client", "useragent", "first")
modparam("http_client", "httpcon", "one=>${agent.url}")
modparam("http_client", "useragent", "second")
modparam("http_client", "httpcon", "two=>${agent.url}")`,
    );
    expect(script).toEqual(['first', 'second']);
  });

  it('are read from texts', () => {
    expect(parseConnection('a => https://u:p@h:1/x;timeout=5; useragent="a;b" ;failover=b')).toEqual({
      name: 'a',
      scheme: 'https',
      url: 'h:1/x',
      user: 'u',
      password: 'p',
      attributes: new Map([
        ['timeout', '5'],
        ['useragent', 'a;b'],
        ['failover', 'b'],
      ]),
    });
    for (const text of ['', 'a', 'a=>', 'a=>h', '=>http://h', 'a=http://h'])
      expect(typeof parseConnection(text)).toBe('string');
  });

  it('are read from files', () => {
    const text =
      '# c\n; d\n[a]\nurl=http://h/x\ntlsversion = TLSv1.2\nverify_peer=no\nkeepconnections=1\n\n[b]\nurl = "https://h2" \n';
    const found = parseConfigFile(text);
    expect(found).toMatchObject([
      { name: 'a', scheme: 'http', url: 'h/x', user: null },
      { name: 'b', scheme: 'https', url: 'h2' },
    ]);
    if (typeof found === 'string') throw new Error(found);
    expect(Object.fromEntries(found[0]!.attributes)).toMatchObject({
      tlsversion: '6',
      verify_peer: '0',
      keep_connections: '1',
    });
  });

  it.each([
    ['an attribute before any name', 'url=http://h', 'line 1'],
    ['an unknown attribute', '[a]\nurl=http://h\ncolour=red', 'line 3'],
    ['a line that is none', '[a]\nurl=http://h\nhello', 'line 3'],
    ['no URL', '[a]\ntimeout=5', 'Invalid schema'],
  ])('are refused with %s', (_what, text, message) => {
    expect(parseConfigFile(text)).toContain(message);
  });

  it('of a file that cannot be read keep the server from starting', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kts-http-'));
    writeFileSync(join(dir, 'bad.cfg'), '[a]\nnonsense\n');
    for (const [file, message] of [
      ['bad.cfg', 'line 2: cannot read [nonsense]'],
      ['nosuch.cfg', 'Failed to load http_client connections'],
    ]) {
      const run = await runConfig(
        `${MODULES}modparam("http_client", "config_file", "${file}")\nroute[T] { return; }`,
        dir,
      );
      await run.close();
      expect(run.exit).toBe(255);
      expect(run.log.join('\n')).toContain(message);
      if (file === 'nosuch.cfg') run.remove();
    }
  });
});

it('has upstream’s parameters and their values in its code', () => {
  const ours = Object.entries(httpClient.params).map(([name, d]) => `${name}=${d.type === 'list' ? '' : d.default}`);
  expect(ours.sort().join(' ')).toBe(
    'authmethod=3 cacert= cipher_suites= client_cert= client_key= config_file=null connection_timeout=0 httpcon= ' +
      'httpproxy=null httpproxyport=0 httpredirect=0 keep_connections=0 maxdatasize=0 netinterface=null ' +
      'query_maxdatasize=0 query_result=1 response_headers=0 timeout_mode=1 tlsversion=0 useragent=null verify_host=2 verify_peer=1',
  );
});
