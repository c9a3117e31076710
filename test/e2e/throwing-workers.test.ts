import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Caller, firstLine } from './call-parties.js';
import { ScriptedServer } from './scripted-server.js';

const CONFIG = `#!KAMAILIO
debug=1
log_stderror=yes
auto_aliases=no
async_workers=1
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "htable.so"
loadmodule "async.so"
loadmodule "sworker.so"
modparam("htable", "htable", "t=>size=4;initval=0;")
event_route[core:pre-routing] { if ($rU =~ "^delegated" && sworker_task("default")) { drop; } }
request_route {
  switch ($rU) {
    case "delegated-broken": $var(x) = $(ci{s.sha384}); sl_send_reply("200", "never"); exit;
    case "delegated": sl_send_reply("200", "fine"); exit;
    case "suspended-broken": async_task_route("BROKEN"); exit;
    case "suspended": async_task_route("FINE"); exit;
    case "data-broken": $var(rc) = async_task_data("DATA_BROKEN", "x"); sl_send_reply("200", "rc=$var(rc)"); exit;
  }
  sl_send_reply("200", "behind $sht(t=>behind)");
}
route[BROKEN] { $var(x) = $(ci{s.sha384}); $var(n) = $shtinc(t=>behind); t_reply("200", "never"); }
route[DATA_BROKEN] { $var(x) = $(async(data){s.sha384}); $var(n) = $shtinc(t=>behind); }
route[FINE] { t_reply("200", "fine"); }
`;

/** In worker threads, what SHA-384 is made with is broken: something no script can bring about. */
const BROKEN = `import { isMainThread } from 'node:worker_threads';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
const { createHash } = crypto;
if (!isMainThread) crypto.createHash = (name) => {
  if (name === 'sha384') throw new TypeError('broken on purpose');
  return createHash(name);
};
syncBuiltinESMExports();`;

let server: ScriptedServer;
let caller: Caller;
beforeAll(async () => {
  server = await ScriptedServer.start(CONFIG, {
    target: 'kts',
    env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(BROKEN)}"` },
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

/** Waits for so many lines about what was broken. */
async function told(times: number): Promise<string[]> {
  for (let tries = 0; tries < 100; tries++) {
    const lines = server.log.split('\n').filter((line) => line.includes('broken on purpose'));
    if (lines.length >= times) return lines;
    await sleep(20);
  }
  return [];
}

it('a message that makes a function throw in a worker is lost alone, and logged', async () => {
  caller.send(caller.request('OPTIONS', 'delegated-broken'));
  expect(await told(1)).toHaveLength(1);
  expect(await answer('delegated')).toBe('SIP/2.0 200 fine');
  // A transaction gets the answer that one without any gets.
  expect(await answer('suspended-broken', 500)).toMatch(/^SIP\/2\.0 500 /);
  expect(await answer('suspended')).toBe('SIP/2.0 200 fine');
  expect(await answer('data-broken')).toBe('SIP/2.0 200 rc=1');
  expect(await told(3)).toHaveLength(3);
  expect(await answer('delegated')).toBe('SIP/2.0 200 fine');
  expect(await answer('behind')).toBe('SIP/2.0 200 behind 0');
  expect(server.log).not.toContain('died');
});
