import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Caller, firstLine } from './call-parties.js';
import { ScriptedServer } from './scripted-server.js';

const CONFIG = `#!KAMAILIO
debug=1
log_stderror=yes
auto_aliases=no
async_workers=1
async_workers_group="name=other;workers=1"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "htable.so"
loadmodule "async.so"
modparam("htable", "htable", "t=>size=4;initval=0;")
modparam("async", "ms_timer", 10)

request_route {
  if (is_method("ACK")) { t_check_trans(); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay_cancel(); } exit; }
  if ($rU == "held") { sl_send_reply("200", "$sht(t=>held)"); exit; }
  if ($rU == "hold") { async_task_route("HOLD"); exit; }
  if ($rU == "other") { async_task_group_route("ANSWER", "other"); exit; }
  async_task_route("ANSWER");
}
route[HOLD] { $var(n) = $shtinc(t=>held); async_ms_route("ANSWER", "20000"); }
route[ANSWER] { t_reply("200", "$async(gname)"); }
`;

/** In each worker thread: ends it, as an error in native code would, once a file of its number is there. */
const FRAILTY = `import { isMainThread, threadId } from 'node:worker_threads';
import { existsSync, unlinkSync } from 'node:fs';
if (!isMainThread) setInterval(() => {
  const file = process.cwd() + '/die-' + threadId;
  if (existsSync(file)) { unlinkSync(file); process.exit(7); }
}, 10).unref();`;

let server: ScriptedServer;
let caller: Caller;

beforeAll(async () => {
  server = await ScriptedServer.start(CONFIG, {
    target: 'kts',
    env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(FRAILTY)}"` },
  });
  caller = await Caller.open(server, 'udp');
});
afterAll(async () => {
  await caller.close();
  expect(await server.stop()).toBe(0);
});

async function answer(user: string, status = 200): Promise<string> {
  const request = caller.request('OPTIONS', user);
  caller.send(request);
  return firstLine(await caller.reply(request, status));
}

it('a worker thread that dies costs its requests an answer of 500, and serves again', async () => {
  const invite = caller.request('INVITE', 'hold');
  caller.send(invite);
  await caller.reply(invite, 100);
  const message = caller.request('MESSAGE', 'hold');
  caller.send(message);
  for (let tries = 0; tries < 100 && (await answer('held')) !== 'SIP/2.0 200 2'; tries++) await sleep(20);

  writeFileSync(join(server.dir, 'die-1'), '');
  const final = await caller.reply(invite, 500);
  caller.send(caller.within(invite, 'ACK', final));
  await caller.reply(message, 500).catch(() => expect.fail('no answer to the MESSAGE'));
  // The others have not noticed.
  expect(await answer('other')).toBe('SIP/2.0 200 other');
  expect(await answer('default')).toBe('SIP/2.0 200 default');
  expect(server.errors).toEqual([
    expect.stringMatching(/2 requests of thread 1, which died, were answered with 500/),
    expect.stringMatching(/script thread 1 \(default\) died: .*; it is started again/),
  ]);
});
