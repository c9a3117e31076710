import { afterEach, expect, it } from 'vitest';
import { freePort, type LocalServer, serve } from '../http_client/local-server.js';
import { runConfig } from '../mqueue/run-config.js';

const MODULES = `
loadmodule "rest_client.so"
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

/** Answers 201 with what it was asked. */
const echo = (): Promise<LocalServer> =>
  using(
    serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(201, { 'Content-Type': 'text/x' });
        const { 'content-type': type = '-', 'x-one': one = '-' } = request.headers;
        response.end(`${request.method} ${type} ${one} ${Buffer.concat(chunks)}\nsecond`);
      });
    }),
  );

async function started(route: string, config = '') {
  const run = await runConfig(`${MODULES}${config}\nroute[T] { ${route} xlog("done\\n"); }`);
  expect(run.exit, run.log.join('\n')).toBe(null);
  run.clock.advance(1000);
  return run;
}

async function linesOf(route: string, config?: string) {
  const run = await started(route, config);
  await run.wrote('done');
  await run.close();
  run.remove();
  return { script: run.script().slice(0, -1), log: run.log.join('\n') };
}

it('gives body, type and status', async () => {
  const { url } = await echo();
  const { script } = await linesOf(
    `rest_get("${url}", "$var(b)", "$var(t)", "$var(s)"); xlog("$rc $(var(b){s.len}) $var(t) $var(s)\\n");
     rest_get("${url}", "$var(b)"); xlog("$rc $(var(b){s.select,0, })\\n");
     rest_post("${url}", "data", "$avp(b)"); xlog("$rc $(avp(b){s.select,0,\\n})\\n");
     rest_post("${url}", "{}", "application/json", "$var(b)", "$var(t)", "$var(s)"); xlog("$rc $(var(b){s.select,1, }) $var(s)\\n");
     rest_put("${url}", "x", "", "$var(b)"); xlog("$rc $(var(b){s.select,0, })\\n");`,
  );
  expect(script).toEqual([
    '1 15 text/x 201',
    '1 GET',
    '1 POST application/x-www-form-urlencoded - data',
    '1 application/json 201',
    '1 PUT',
  ]);
});

it('adds headers to one request', async () => {
  const { url } = await echo();
  const { script } = await linesOf(
    `rest_append_hf("X-One: 1"); xlog("$rc\\n"); rest_append_hf("none"); xlog("$rc\\n");
     rest_get("${url}", "$var(b)"); xlog("$(var(b){s.select,2, })\\n"); rest_get("${url}", "$var(b)"); xlog("$(var(b){s.select,2, })\\n");`,
  );
  expect(script).toEqual(['1', '-1', '1', '-']);
});

it('answers by OpenSIPS’ codes when there is no answer', async () => {
  const port = await freePort();
  const { script, log } = await linesOf(
    `$var(s) = 7; rest_get("http://127.0.0.1:${port}/", "$var(b)", "$var(t)", "$var(s)"); xlog("$rc $var(s)\\n");
     rest_get("http://nosuch.invalid/", "$var(b)"); xlog("$rc\\n"); rest_get("no URL", "$var(b)"); xlog("$rc\\n");`,
  );
  expect(script).toEqual(['-1 0', '-10', '-10']);
  expect(log).toMatch(/rest_client: http:\/\/127.0.0.1:\d+\/: connect ECONNREFUSED/);
});

it('tells a server that does not answer from one that cannot be reached', async () => {
  let asked = false;
  const { url } = await using(
    serve(() => {
      asked = true;
    }),
  );
  const silent = await started(
    `rest_get("${url}", "$var(b)"); xlog("$rc\\n");`,
    'modparam("rest_client", "curl_timeout", 5)',
  );
  while (!asked) await new Promise((later) => setTimeout(later, 2));
  silent.clock.advance(5000);
  await silent.wrote('done');
  await silent.close();
  silent.remove();
  expect(silent.script()[0]).toBe('-3');
  // A connection that is not there before time passes: the look-up of the name alone takes longer.
  const far = await started(
    `rest_get("http://localhost:1/", "$var(b)"); xlog("$rc\\n");`,
    'modparam("rest_client", "connection_timeout_ms", 100)',
  );
  far.clock.advance(100);
  await far.wrote('done');
  await far.close();
  far.remove();
  expect(far.script()[0]).toBe('-2');
});
