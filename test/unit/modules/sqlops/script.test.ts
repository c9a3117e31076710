import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runConfig } from '../mqueue/run-config.js';

const MODULES = `
loadmodule "db_sqlite.so"
loadmodule "sqlops.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;mode=1;interval=1")
modparam("rtimer", "exec", "timer=t;route=T")
`;
const ONE = `${MODULES}modparam("sqlops", "sqlcon", "db=>sqlite://x.sqlite")\n`;

/** What a route wrote that ran once and ended with `done`. */
async function linesOf(config: string, route: string) {
  const run = await runConfig(`${config}route[T] { ${route} xlog("done\\n"); }`);
  expect(run.exit, run.log.join('\n')).toBe(null);
  run.clock.advance(1000);
  await run.wrote('done');
  await run.close();
  run.remove();
  return { script: run.script().slice(0, -1), log: run.log };
}

it('counts the rows that each query changed or gave', async () => {
  const { script } = await linesOf(
    ONE,
    `xlog("$sqlrows(db)\\n");
    sql_query("db", "create table t (id int)"); xlog("create $sqlrows(db)\\n");
    sql_query("db", "insert into t values (1), (2), (3)"); xlog("insert $sqlrows(db)\\n");
    sql_query("db", "select * from t where id > 1", "r"); xlog("select $sqlrows(db)\\n");
    sql_xquery("db", "update t set id = 9", "x"); xlog("update $sqlrows(db)\\n");
    sql_query("db", "no SQL"); xlog("failed $sqlrows(db)\\n");
    sql_pvquery("db", "delete from t where id = 1", "$var(x)"); xlog("delete $sqlrows(db)\\n");`,
  );
  expect(script).toEqual(['0', 'create 0', 'insert 3', 'select 2', 'update 3', 'failed 3', 'delete 0']);
});

it('runs queries without waiting for them in their order, and logs those that fail', async () => {
  const { script, log } = await linesOf(
    ONE,
    `sql_query("db", "create table t (id int)");
    sql_query_async("db", "insert into t values (1)"); xlog("$rc\\n");
    sql_query_async("db", "insert into nosuch values (1)"); xlog("$rc\\n");
    sql_query_async("db", "update t set id = id + 1"); xlog("$rc\\n");
    sql_query("db", "select id from t", "r"); xlog("$dbr(r=>[0,0])\\n");`,
  );
  expect(script).toEqual(['1', '1', '1', '2']);
  expect(log.join('\n')).toMatch(
    /sqlops.*cannot do the query \[insert into nosuch values \(1\)\].*no such table: nosuch/,
  );
});

it('keeps integers beyond 32 bits and text in any bytes', async () => {
  const { script } = await linesOf(
    ONE,
    `sql_query("db", "select 3000000000 as n, 'grüße' as 'schön', length('grüße')", "r");
    $var(n) = $dbr(r=>[0,0]) + 1;
    xlog("$var(n) $dbr(r=>[0,1]) $dbr(r=>[0,2]) $dbr(r=>colname[1])\\n");`,
  );
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  expect(script.map((s) => Buffer.from(s, 'latin1').toString())).toEqual(['3000000001 grüße 5 schön']);
  expect(script[0]).toContain(bytes('grüße'));
});

it('takes any text into SQLite as hexadecimal digits, as the documentation of {sql.val} recommends', async () => {
  const { script } = await linesOf(
    ONE,
    `$var(s) = "it's; drop --"; sql_query("db", "select cast(x'$(var(s){s.encode.hexa})' as text)", "r");
    xlog("$dbr(r=>[0,0])\\n");`,
  );
  expect(script).toEqual(["it's; drop --"]);
});

it('shows so much of a failed query as log_buf_size says', async () => {
  const { log } = await linesOf(`${ONE}modparam("sqlops", "log_buf_size", 10)\n`, 'sql_query("db", "0123456789ABC");');
  expect(log.join('\n')).toContain('cannot do the query [0123456789]: ');
});

it('lets a run see its own rows whatever others query meanwhile', async () => {
  const run = await runConfig(`${ONE}
modparam("rtimer", "timer", "name=u;interval=1;mode=1")
modparam("rtimer", "exec", "timer=u;route=U")
route[T] { sql_query("db", "select 'mine' union select 'both'", "r"); $avp(n) = $sqlrows(db); sql_query("db", "select 1"); sql_query("db", "select 1"); xlog("T $dbr(r=>rows) $avp(n)\\n"); }
route[U] { sql_query("db", "select 'theirs'", "r"); sql_query("db", "select 1"); sql_query("db", "select 1"); xlog("U $dbr(r=>rows) $dbr(r=>[0,0])\\n"); }
`);
  run.clock.advance(1000);
  await run.wrote('T ');
  await run.wrote('U ');
  await run.close();
  run.remove();
  expect(run.script().sort()).toEqual(['T 2 2', 'U 1 theirs']);
});

it('lets others run while a query takes its time', async () => {
  const run = await runConfig(`${ONE}
modparam("rtimer", "timer", "name=u;interval=1;mode=1")
modparam("rtimer", "exec", "timer=u;route=U")
route[T] { sql_query("db", "with recursive c(n) as (select 1 union all select n+1 from c where n < 300000) select max(n) from c", "r"); xlog("T $dbr(r=>[0,0])\\n"); }
route[U] { xlog("U\\n"); }
`);
  run.clock.advance(1000);
  await run.wrote('T 300000');
  await run.close();
  run.remove();
  expect(run.script()).toEqual(['U', 'T 300000']);
});

it.each([
  ['a file that cannot be opened', 'cc=>sqlite:////nosuch/dir/c.db', 'failed to connect to the database [cc]'],
  ['a scheme without a driver', 'cc=>mysql://a:b@127.0.0.1/c', 'no database driver for mysql'],
])('does not start with %s', async (_what, connection, message) => {
  const run = await runConfig(`${MODULES}modparam("sqlops", "sqlcon", "${connection}")\nroute[T] { return; }`);
  await run.close();
  run.remove();
  expect(run.exit).toBe(255);
  expect(run.log.join('\n')).toContain(message);
});

it('opens a database that was not there at start, with connect_mode 1', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kts-sqlops-'));
  const run = await runConfig(
    `${MODULES}modparam("sqlops", "connect_mode", 1)
modparam("sqlops", "sqlcon", "db=>sqlite://${dir}/later/x.db")
route[T] { sql_query("db", "select 'there'", "r"); xlog("answer $rc $dbr(r=>[0,0])\\n"); }`,
    dir,
  );
  expect(run.exit).toBe(null);
  run.clock.advance(1000);
  await run.wrote('answer -2 <null>');
  mkdirSync(join(dir, 'later'));
  run.clock.advance(1000);
  await run.wrote('answer 1 there');
  await run.close();
  run.remove();
});
