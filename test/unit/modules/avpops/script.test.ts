import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runConfig } from '../mqueue/run-config.js';

const MODULES = `
loadmodule "db_sqlite.so"
loadmodule "avpops.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;mode=1;interval=1")
modparam("rtimer", "exec", "timer=t;route=T")
`;
const TABLE =
  'avp_db_query("create table prefs (uuid text, username text, domain text, attribute text, type int, value text)");';

function withDatabase(dir: string): string {
  return `${MODULES}modparam("avpops", "db_url", "sqlite:///${dir}/x.db")
modparam("avpops", "avp_table", "prefs")
`;
}

/** What a route wrote that ran once and ended with `done`. */
async function linesOf(route: string, config?: string) {
  const dir = mkdtempSync(join(tmpdir(), 'kts-avpops-'));
  const run = await runConfig(`${config ?? withDatabase(dir)}route[T] { ${route} xlog("done\\n"); }`, dir);
  expect(run.exit, run.log.join('\n')).toBe(null);
  run.clock.advance(1000);
  await run.wrote('done');
  await run.close();
  run.remove();
  return { script: run.script().slice(0, -1), log: run.log.join('\n') };
}

it('computes with 64 bits', async () => {
  const { script } = await linesOf(
    `$avp(n) = 2147483647; avp_op("$avp(n)", "add/i:1/d"); xlog("$avp(n)\\n");
     avp_op("$avp(n)", "mul/i:4/d"); xlog("$avp(n)\\n"); avp_check("$avp(n)", "gt/i:5"); xlog("$rc\\n");`,
  );
  expect(script).toEqual(['2147483648', '8589934592', '1']);
});

it('stores each value once, whatever became of the others', async () => {
  const { script } = await linesOf(
    `${TABLE}
     $avp(x) = "one"; $avp(x) = "two"; $avp(x) = "three"; avp_db_store("u", "$avp(x)");
     avp_delete("$avp(x)"); $avp(x) = "four"; avp_db_store("u", "$avp(x)");
     avp_subst("$avp(x)/g", "/two/TWO/"); avp_db_store("u", "$avp(x)"); xlog("$rc\\n");
     avp_db_store("u", "$avp(x)"); xlog("$rc\\n");
     avp_delete("$avp(x)/g"); $avp(x) = "one"; avp_db_store("u", "$avp(x)"); xlog("$rc\\n");
     avp_db_query("select group_concat(value, ' ') from prefs", "$avp(all)"); xlog("$avp(all)\\n");`,
  );
  expect(script).toEqual(['1', '-1', '1', 'three two one four TWO one']);
});

it('stores and loads integers of 64 bits', async () => {
  const { script } = await linesOf(
    `${TABLE} $var(a) = 1500000000; $avp(x) = $var(a) * 2; avp_db_store("u", "$avp(x)"); $avp(y) = -5; avp_db_store("u", "$avp(y)");
     avp_delete("*"); avp_db_load("u", "*"); $var(s) = $avp(x) + $avp(y); xlog("$rc $var(s)\\n");`,
  );
  expect(script[0]).toMatch(/ 2999999995$/);
});

it('answers -1 and says why when the database cannot do it', async () => {
  const { script, log } = await linesOf(
    `avp_db_load("u", "$avp(x)"); xlog("$rc\\n"); $avp(x) = 1; avp_db_store("u", "$avp(x)"); xlog("$rc\\n");
     avp_db_delete("u", "*"); xlog("$rc\\n"); avp_db_query("select * from prefs"); xlog("$rc\\n");
     avp_db_query("select 1; select 2"); xlog("$rc\\n"); avp_db_query("'"); xlog("$rc\\n");`,
  );
  expect(script).toEqual(['-1', '-1', '-1', '-1', '-1', '-1']);
  for (const what of ['db_load', 'insert', 'db_delete'])
    expect(log).toMatch(new RegExp(`avpops.*${what} failed: .*prefs`));
  expect(log).toMatch(/avpops.*cannot do the query: .*no such table/);
});

it('keeps bytes as they are', async () => {
  const { script } = await linesOf(
    `${TABLE} $var(h) = "67fc00e9277822"; $avp(x) = $(var(h){s.decode.hexa}); avp_db_store("u", "$avp(x)"); avp_delete("*");
     avp_db_load("u", "$avp(x)"); xlog("$rc $(avp(x){s.encode.hexa})\\n");
     $var(h) = "67c3bc277822"; $avp(y) = $(var(h){s.decode.hexa}); avp_db_store("u", "$avp(y)"); avp_delete("*");
     avp_db_load("u", "$avp(y)"); xlog("$rc $(avp(y){s.encode.hexa})\\n");`,
  );
  expect(script[1]).toBe('1 67c3bc277822');
  expect(script[0]).toBe('1 67fc00e9277822');
});

it('takes a text whose variables cannot be read as it is', async () => {
  const { script } = await linesOf(
    `$avp(x) = "a"; $var(re) = "/a/b$nosuch(/"; avp_subst_pv("$avp(x)", "$var(re)"); xlog("$rc $avp(x)\\n");`,
  );
  expect(script[0]).toMatch(/^(-3 a|1 b)/);
});

it('lets other runs go on while it waits, and each keeps its own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kts-avpops-'));
  const run = await runConfig(
    `${withDatabase(dir)}
modparam("rtimer", "timer", "name=u;mode=1;interval=1")
modparam("rtimer", "exec", "timer=u;route=U")
route[T] { $var(x) = "T"; avp_db_query("with recursive c(n) as (select 1 union all select n+1 from c where n < 300000) select max(n) from c", "$avp(n)"); xlog("$var(x) $avp(n)\\n"); }
route[U] { $var(x) = "U"; xlog("$var(x) [$avp(n)]\\n"); }
`,
    dir,
  );
  run.clock.advance(1000);
  await run.wrote('T 300000');
  await run.close();
  run.remove();
  expect(run.script()).toEqual(['U [<null>]', 'T 300000']);
});

it.each([
  ['a file that cannot be opened', 'sqlite:////nosuch/dir/c.db', 'cannot initialize database connection'],
  ['a scheme without a driver', 'mysql://a:b@127.0.0.1/c', 'no database driver for mysql'],
])('does not start with %s', async (_what, url, message) => {
  const run = await runConfig(
    `${MODULES}modparam("avpops", "db_url", "${url}")\nmodparam("avpops", "avp_table", "prefs")\nroute[T] { return; }`,
  );
  await run.close();
  rmSync(run.dir, { recursive: true, force: true });
  expect(run.exit).toBe(255);
  expect(run.log.join('\n')).toContain(message);
});
