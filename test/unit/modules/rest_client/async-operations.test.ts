import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type LocalServer, serve, serveBytes } from '../http_client/local-server.js';
import { runConfig } from '../mqueue/run-config.js';

/** The operations that OpenSIPS' asynchronous statements are used with. */
const MODULES = (dir: string) => `
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "db_sqlite.so"
loadmodule "sqlops.so"
loadmodule "avpops.so"
loadmodule "exec.so"
loadmodule "cfgutils.so"
loadmodule "http_client.so"
loadmodule "rest_client.so"
loadmodule "rtimer.so"
modparam("sqlops", "sqlcon", "db=>sqlite:///${dir}/x.db")
modparam("avpops", "db_url", "sqlite:///${dir}/x.db")
modparam("avpops", "avp_table", "prefs")
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

async function started(routes: string) {
  const dir = mkdtempSync(join(tmpdir(), 'kts-async-'));
  const run = await runConfig(`${MODULES(dir)}${routes}`, dir);
  expect(run.exit, run.log.join('\n')).toBe(null);
  run.clock.advance(1000);
  return run;
}

it.each([
  ['a query', 'sql_query("db", "select 7", "r")', '1 $dbr(r=>[0,0])', '1 7'],
  ['a query for AVPs', 'avp_db_query("select 7", "$avp(x)")', '1 $avp(x)', '1 7'],
  ['a query without rows', 'avp_db_query("select 7 where 1 = 2", "$avp(x)")', '$avp(x)', '-2 <null>'],
  ['a command', 'exec_avp("echo out", "$avp(x)")', '$avp(x)', '1 out'],
  ['a command that fails', 'exec_cmd("exit 4")', '', '-1 '],
])('%s runs beside the run', async (_what, operation, shown, line) => {
  const run = await started(`
route[T] { async(${operation}, R); xlog("not here\\n"); }
route[R] { xlog("$rc ${shown.replace(/^1 /, '')} end\\n"); }`);
  await run.wrote(' end');
  await run.close();
  run.remove();
  expect(run.script()).toEqual([`${line} end`]);
});

it('a request runs beside the run, and may take no longer than it may', async () => {
  const { url } = await using(serve((_request, response) => response.end('answer')));
  const silent = await using(serveBytes(null));
  const run = await started(`
route[T] { async(rest_get("${url}", "$var(b)", "$var(t)", "$var(s)"), R); }
route[R] { xlog("$rc $var(b) $var(s)\\n"); async(rest_get("${silent.url}", "$var(b)"), S, 2); }
route[S] { xlog("late $rc end\\n"); }`);
  await run.wrote('1 answer 200');
  await new Promise((later) => setTimeout(later, 30));
  run.clock.advance(2000);
  await run.wrote('late');
  await run.close();
  run.remove();
  expect(run.script()[1]).toMatch(/^late -\d+ end$/);
});

it('a pause runs beside the run', async () => {
  const run = await started(`
route[T] { async(sleep("5"), R); }
route[R] { xlog("awake $rc\\n"); async(usleep("500000"), S); }
route[S] { xlog("again $rc\\n"); }`);
  await new Promise((later) => setImmediate(later));
  run.clock.advance(4999);
  await new Promise((later) => setImmediate(later));
  expect(run.script()).toEqual([]);
  run.clock.advance(1);
  await run.wrote('awake 1');
  run.clock.advance(500);
  await run.wrote('again 1');
  await run.close();
  run.remove();
});

it('operations of a block run at once', async () => {
  let both = 0;
  const waiting: (() => void)[] = [];
  const { url } = await using(
    serve((request, response) => {
      waiting.push(() => response.end(request.url));
      if (++both === 2) for (const answer of waiting) answer();
    }),
  );
  const run = await started(`
route[T] { async(R) { rest_get("${url}/a", "$avp(a)"); rest_get("${url}/b", "$avp(b)"); exec_avp("echo c", "$avp(c)"); } }
route[R] { xlog("$avp(a) $avp(b) $avp(c)\\n"); }`);
  await run.wrote('/a /b c');
  await run.close();
  run.remove();
});

it('a launched operation tells a route of its end', async () => {
  const run = await started(`
route[T] { launch(exec_cmd("exit 3"), R, "param"); xlog("on\\n"); }
route[R] { xlog("reported $rc\\n"); }`);
  await run.wrote('reported -1');
  await run.close();
  run.remove();
  expect(run.script()).toEqual(['on', 'reported -1']);
});
