import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Caller, firstLine } from './call-parties.js';
import { ScriptedServer } from './scripted-server.js';

const TASKS = 400;
const ROUNDS = 50;

/** Four workers add to one counter and one queue, and take out of it, as fast as their scripts can. */
const CONFIG = `#!KAMAILIO
debug=1
log_stderror=yes
auto_aliases=no
async_workers=4
max_while_loops=100000
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "tm.so"
loadmodule "htable.so"
loadmodule "mqueue.so"
loadmodule "async.so"
modparam("htable", "htable", "n=>size=4;initval=0;")
modparam("htable", "htable", "seen=>size=10;initval=0;")
modparam("mqueue", "mqueue", "name=q")
modparam("mqueue", "mqueue", "name=small;size=10;addmode=2")

request_route {
  if ($rU == "go") {
    $var(i) = 0;
    while ($var(i) < ${TASKS}) {
      if (!async_task_data("WORK", "$var(i)")) { $var(n) = $shtinc(n=>refused); }
      $var(i) = $var(i) + 1;
    }
    sl_send_reply("200", "OK");
    exit;
  }
  if ($rU == "drain") {
    while (mq_fetch("q")) { $var(n) = $shtinc(seen=>$mqk(q)); $var(n) = $shtinc(n=>drained); if ($mqv(q) != "value " + $mqk(q)) { $var(n) = $shtinc(n=>wrong); } }
    sl_send_reply("200", "drained $sht(n=>drained) wrong $sht(n=>wrong)");
    exit;
  }
  if ($rU == "keys") {
    $var(i) = 0;
    while ($var(i) < ${TASKS * ROUNDS}) { if ($sht(seen=>$var(i)) == 1) { $var(n) = $shtinc(n=>once); } $var(i) = $var(i) + 1; }
    sl_send_reply("200", "once $sht(n=>once)");
    exit;
  }
  sl_send_reply("200", "done $sht(n=>done) all $sht(n=>all) refused $sht(n=>refused) took $sht(n=>took) bad $sht(n=>bad) small $mq_size(small)");
}
route[WORK] {
  $var(j) = 0;
  while ($var(j) < ${ROUNDS}) {
    $var(n) = $shtinc(n=>all);
    $var(k) = $(async(data){s.int}) * ${ROUNDS} + $var(j);
    if (!mq_add("q", "$var(k)", "value $var(k)")) { $var(n) = $shtinc(n=>bad); }
    if (!mq_add("small", "$(var(k){s.substr,-1,0})", "x")) { $var(n) = $shtinc(n=>bad); }
    if ($var(j) mod 3 == 0) {
      if (mq_fetch("q")) { $var(n) = $shtinc(seen=>$mqk(q)); $var(n) = $shtinc(n=>took); if ($mqv(q) != "value " + $mqk(q)) { $var(n) = $shtinc(n=>wrong); } }
    }
    $var(j) = $var(j) + 1;
  }
  $var(n) = $shtinc(n=>done);
}
`;

it('four threads hammer a table and a queue: every total is exact', async () => {
  const server = await ScriptedServer.start(CONFIG, { target: 'kts' });
  const caller = await Caller.open(server, 'udp');
  const ask = async (user: string): Promise<string> => {
    const request = caller.request('OPTIONS', user);
    caller.send(request);
    return firstLine(await caller.reply(request, 200)).slice('SIP/2.0 200 '.length);
  };
  await ask('go');
  let totals = '';
  for (let tries = 0; tries < 200 && !totals.startsWith(`done ${TASKS} `); tries++) {
    await sleep(50);
    totals = await ask('totals');
  }
  const all = TASKS * ROUNDS;
  const took = Number(/took (\d+)/.exec(totals)?.[1]);
  expect(totals).toBe(`done ${TASKS} all ${all} refused 0 took ${took} bad 0 small 10`);
  expect(took).toBeGreaterThan(all / 4);
  expect(await ask('drain')).toBe(`drained ${all - took} wrong 0`);
  expect(await ask('keys')).toBe(`once ${all}`);
  expect(server.errors).toEqual([]);
  await caller.close();
  expect(await server.stop()).toBe(0);
});
