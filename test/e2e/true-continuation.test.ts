import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Callee, Caller, firstLine, header } from './call-parties.js';
import { ScriptedServer } from './scripted-server.js';

/** async_sleep() where upstream would lose the way: in a loop, in a switch, in an if, in a route that was called. */
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
loadmodule "siputils.so"
loadmodule "async.so"
modparam("async", "ms_timer", 10)
modparam("async", "continuation", 1)

request_route {
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay_cancel(); } exit; }
  if (is_method("ACK")) { t_check_trans(); exit; }
  $var(call) = $ci;
  $var(trail) = "";
  $var(i) = 0;
  setflag(5);
  append_hf("X-Before: $var(call)\\r\\n");
  while ($var(i) < 3) {
    switch ($var(i)) {
      case 1:
        if ($rm != "ACK") { route(PAUSE); $var(trail) = $var(trail) + "[" + $rc + "]"; }
        break;
      default:
        async_ms_sleep("60");
        $var(trail) = $var(trail) + "d";
    }
    $var(i) = $var(i) + 1;
  }
  if ($rU == "second") { async_sleep("1"); $var(trail) = $var(trail) + "s"; }
  if (!isflagset(5)) $var(trail) = "the flag is lost";
  append_hf("X-Trail: $var(trail) $var(i)\\r\\n");
  append_hf("X-Call: $var(call)\\r\\n");
  if ($rU == "answered") { t_reply("200", "$var(trail) $var(call)"); exit; }
  $ru = $hdr(X-To);
  t_on_failure("BUSY");
  t_relay();
}
route[PAUSE] { if ($var(i) == 1) { $var(own) = $ci; async_ms_sleep("60"); if ($var(own) == $var(call)) { return 7; } } return 1; }
failure_route[BUSY] { if (t_check_status("486")) { async_ms_sleep("60"); $var(late) = "after " + $T_reply_code; t_reply("480", "$var(late)"); } }
`;

describe('with continuation=1', () => {
  let server: ScriptedServer;
  let caller: Caller;

  beforeAll(async () => {
    server = await ScriptedServer.start(CONFIG, { target: 'kts' });
    caller = await Caller.open(server, 'udp');
  });
  afterAll(async () => {
    await caller.close();
    expect(await server.stop()).toBe(0);
    expect(server.errors).toEqual([]);
  });

  it('many runs sleep in loops and calls side by side, each with its variables', async () => {
    const callers = await Promise.all(Array.from({ length: 30 }, () => Caller.open(server, 'udp')));
    await Promise.all(
      callers.map(async (own) => {
        const sent = own.request('MESSAGE', 'answered');
        own.send(sent);
        expect(firstLine(await own.reply(sent, 200))).toBe(`SIP/2.0 200 d[7]d ${header(sent, 'Call-ID')}`);
        await own.close();
      }),
    );
  });

  it.each(['udp', 'tcp'] as const)('a call sleeps, is sent twice, leaves once, and is answered: %s', async (wire) => {
    const own = await Caller.open(server, wire);
    const callee = await Callee.open(server);
    const invite = own.request('INVITE', wire === 'udp' ? 'second' : 'callee', { 'X-To': callee.uri });
    own.send(invite);
    await own.reply(invite, 100);
    own.send(invite);
    const relayed = await callee.request('INVITE');
    expect(header(relayed, 'X-Trail')).toBe(wire === 'udp' ? 'd[7]ds 3' : 'd[7]d 3');
    expect([header(relayed, 'X-Call'), header(relayed, 'X-Before')]).toEqual(Array(2).fill(header(invite, 'Call-ID')));
    callee.answer(relayed, 200, 'OK');
    await own.reply(invite, 200);
    expect(callee.received).toEqual([]);
    await own.close();
    await callee.close();
  });

  it('a call that is canceled while it sleeps never leaves', async () => {
    const callee = await Callee.open(server);
    const invite = caller.request('INVITE', 'callee', { 'X-To': callee.uri });
    caller.send(invite);
    await caller.reply(invite, 100);
    caller.send(caller.within(invite, 'CANCEL'));
    const final = await caller.reply(invite, 487);
    caller.send(caller.within(invite, 'ACK', final));
    await sleep(400);
    expect(callee.received).toEqual([]);
    await callee.close();
  });

  it('a failure route sleeps too', async () => {
    const callee = await Callee.open(server);
    const invite = caller.request('INVITE', 'callee', { 'X-To': callee.uri });
    caller.send(invite);
    callee.answer(await callee.request('INVITE'), 486, 'Busy');
    const final = await caller.reply(invite, 480);
    expect(firstLine(final)).toBe('SIP/2.0 480 after 486');
    caller.send(caller.within(invite, 'ACK', final));
    await callee.close();
  });
});
