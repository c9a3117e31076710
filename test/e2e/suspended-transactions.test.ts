import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Callee, Caller, firstLine, header } from './call-parties.js';
import { peersMissing, TARGET } from './peers.js';
import { ScriptedServer } from './scripted-server.js';
import type { Wire } from './sipp.js';

/** One way of waiting per user; whatever it is, the request leaves for X-To afterwards. */
const CONFIG = `#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
async_workers=2
async_workers_group="name=slow;workers=2;usleep=150000"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "htable.so"
loadmodule "async.so"
modparam("htable", "htable", "t=>size=4;")
modparam("htable", "htable", "n=>size=4;initval=0;")
modparam("async", "ms_timer", 10)

request_route {
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay_cancel(); } exit; }
  if (is_method("ACK")) { t_check_trans(); exit; }
  if ($rU == "continue") {
    if (t_continue("$sht(t=>$hdr(X-Call)::i)", "$sht(t=>$hdr(X-Call)::l)", "RELAY")) { sl_send_reply("200", "Continued"); }
    else { sl_send_reply("404", "Not suspended"); }
    exit;
  }
  if ($rU == "continue-unknown") {
    if (t_continue("1", "1", "RELAY")) { sl_send_reply("200", "Continued"); } else { sl_send_reply("404", "Unknown"); }
    exit;
  }
  if ($rU == "data") { async_task_data("DATA", "$ci"); async_task_group_data("DATA", "slow", "$ci"); sl_send_reply("200", "OK"); exit; }
  if ($rU == "data-seen") { sl_send_reply("200", "seen $sht(n=>$hdr(X-Call))"); exit; }
#!ifdef CHECK_TRANS
  t_check_trans();
#!endif
  $var(n) = $shtinc(n=>$ci);
  $avp(kept) = "kept-" + $ci;
  append_hf("X-Before: $rU\\r\\n");
  switch ($rU) {
    case "sleep": async_sleep("1"); route(RELAY); exit;
    case "route": async_route("RELAY", "1"); exit;
    case "ms-sleep": async_ms_sleep("300"); route(RELAY); exit;
    case "ms-route": async_ms_route("RELAY", "300"); exit;
    case "task": async_task_group_route("RELAY", "slow"); exit;
    case "task-default": async_task_route("RELAY"); exit;
    case "twice": async_ms_route("AGAIN", "100"); exit;
    case "task-twice": async_task_group_route("TASK_AGAIN", "slow"); exit;
    case "suspend": case "suspend-drop":
      t_suspend(); $sht(t=>$ci::i) = $T(id_index); $sht(t=>$ci::l) = $T(id_label); exit;
    case "timeout": t_newtran(); t_set_fr("0", "400"); t_on_failure("TIMEOUT"); t_suspend(); exit;
    case "late": t_newtran(); t_set_fr("0", "300"); t_on_failure("TIMEOUT"); async_sleep("2"); route(RELAY); exit;
    case "dropped": async_ms_route("DROP", "100"); exit;
    case "silent": async_ms_route("SILENT", "100"); exit;
    case "reuse": t_on_branch_failure("reuse"); route(RELAY); exit;
  }
  sl_send_reply("404", "Nobody");
}
route[RELAY] {
  append_hf("X-Kept: $avp(kept)\\r\\n");
  if ($rU == "suspend-drop") { t_drop("487"); exit; }
  $ru = $hdr(X-To);
  t_on_reply("REPLY");
  t_relay();
}
route[AGAIN] { append_hf("X-Again: 1\\r\\n"); async_ms_route("RELAY", "100"); }
route[TASK_AGAIN] { async_task_route("RELAY"); }
route[DROP] { t_drop("500"); }
route[SILENT] { xlog("L_DBG", "nothing is done\\n"); }
route[DATA] { $var(n) = $shtinc(n=>$async(data)); }
onreply_route[REPLY] { append_hf("X-Seen: $avp(kept)\\r\\n"); }
failure_route[TIMEOUT] { t_reply("480", "Timed out"); }
event_route[tm:branch-failure:reuse] { if (t_check_status("503")) { t_reuse_branch(); $ru = $hdr(X-Other); t_relay(); } }
`;

/** Ways to wait, and whether there is time for something to come meanwhile. */
const WAYS = ['sleep', 'route', 'ms-sleep', 'ms-route', 'task', 'task-default', 'twice', 'task-twice'] as const;
const WIRES: readonly Wire[] = ['udp', 'tcp'];
const METHODS = ['INVITE', 'MESSAGE'] as const;
const cases = WAYS.flatMap((way) => WIRES.flatMap((wire) => METHODS.map((method) => ({ way, wire, method }))));

describe.skipIf(TARGET === 'kamailio' && peersMissing('kamailio'))('a suspended transaction', () => {
  let server: ScriptedServer;

  beforeAll(async () => {
    // Without it, retransmissions of what waits are absorbed where the transaction is made; upstream logs errors there.
    server = await ScriptedServer.start(CONFIG, { args: TARGET === 'kamailio' ? ['-A', 'CHECK_TRANS'] : [] });
  });
  afterAll(async () => {
    await server.stop();
  });

  async function parties(wire: Wire = 'udp') {
    const caller = await Caller.open(server, wire);
    const callee = await Callee.open(server);
    return {
      caller,
      callee,
      request: (method: string, user: string, more = {}) =>
        caller.request(method, user, { 'X-To': callee.uri, ...more }),
      async over() {
        await caller.close();
        await callee.close();
      },
    };
  }
  type Parties = Awaited<ReturnType<typeof parties>>;

  /** The callee is asked once, whatever came meanwhile; its answer reaches the caller. */
  async function goesOn({ caller, callee }: Parties, sent: string, method: string): Promise<string> {
    const relayed = await callee.request(method);
    expect(header(relayed, 'X-Kept')).toBe(`kept-${header(sent, 'Call-ID')}`);
    callee.answer(relayed, 200, 'OK');
    const ok = await caller.reply(sent, 200);
    expect(header(ok, 'X-Seen')).toBe(`kept-${header(sent, 'Call-ID')}`);
    return relayed;
  }

  describe.concurrent('goes on', () => {
    it.each(cases)('after $way: $method over $wire, sent twice', async ({ way, wire, method }) => {
      const p = await parties(wire);
      const sent = p.request(method, way);
      p.caller.send(sent);
      if (method === 'INVITE') await p.caller.reply(sent, 100);
      p.caller.send(sent);
      const relayed = await goesOn(p, sent, method);
      expect(header(relayed, 'X-Before')).toBe(way);
      // What was changed between two pauses is lost, as upstream documents.
      expect(header(relayed, 'X-Again')).toBeUndefined();
      // Over and answered: it is answered again, not routed again.
      if (method === 'MESSAGE') {
        p.caller.send(sent);
        await p.caller.reply(sent, 200);
      }
      expect(p.callee.received.filter((text) => text.startsWith(method))).toEqual([]);
      await p.over();
    });

    it.each(METHODS)('when another request continues it, once: %s', async (method) => {
      const p = await parties();
      const other = await Caller.open(server, 'udp');
      const sent = p.request(method, 'suspend');
      p.caller.send(sent);
      if (method === 'INVITE') await p.caller.reply(sent, 100);
      else await sleep(200);
      const resumes = [0, 1].map(() => p.request('OPTIONS', 'continue', { 'X-Call': header(sent, 'Call-ID')! }));
      other.send(resumes[0]!);
      await other.reply(resumes[0]!, 200);
      const relayed = await p.callee.request(method);
      other.send(resumes[1]!);
      await other.reply(resumes[1]!, 404);
      p.callee.answer(relayed, 200, 'OK');
      await p.caller.reply(sent, 200);
      expect(p.callee.received).toEqual([]);
      await other.close();
      await p.over();
    });

    it('or does not, when nobody was to be found', async () => {
      const p = await parties();
      const sent = p.request('OPTIONS', 'continue-unknown');
      p.caller.send(sent);
      await p.caller.reply(sent, 404);
      await p.over();
    });
  });

  describe.concurrent('ends', () => {
    const ways = ['sleep', 'route', 'ms-sleep', 'ms-route', 'suspend'];
    // Upstream's idle workers do not pause in front of their first task: it may be over before the CANCEL comes.
    if (TARGET === 'kts') ways.push('task');
    const canceled = ways.flatMap((way) => WIRES.map((wire) => ({ way, wire })));
    it.each(canceled)('with 487 when it is canceled meanwhile: $way over $wire', async ({ way, wire }) => {
      const p = await parties(wire);
      const invite = p.request('INVITE', way);
      p.caller.send(invite);
      await p.caller.reply(invite, 100);
      const cancel = p.caller.within(invite, 'CANCEL');
      p.caller.send(cancel);
      const final = await p.caller.reply(invite, 487);
      p.caller.send(p.caller.within(invite, 'ACK', final));
      // By then it would have gone on.
      await sleep(way === 'sleep' || way === 'route' ? 1800 : 800);
      expect(p.callee.received.map(firstLine)).toEqual([]);
      await p.over();
    });

    it.each(['timeout', 'late'])('by its timer: %s', async (user) => {
      const p = await parties();
      const invite = p.request('INVITE', user);
      p.caller.send(invite);
      const final = await p.caller.reply(invite, 480);
      expect(firstLine(final)).toBe('SIP/2.0 480 Timed out');
      p.caller.send(p.caller.within(invite, 'ACK', final));
      await sleep(user === 'late' ? 2000 : 100);
      expect(p.callee.received).toEqual([]);
      await p.over();
    });

    it('with 500 when the route that goes on does nothing', async () => {
      const p = await parties();
      const sent = p.request('MESSAGE', 'silent');
      p.caller.send(sent);
      await p.caller.reply(sent, 500);
      await p.over();
    });

    it('without a reply after t_drop', async () => {
      const p = await parties();
      const sent = p.request('MESSAGE', 'dropped');
      p.caller.send(sent);
      await sleep(800);
      expect(p.caller.received.map(firstLine)).toEqual([]);
      await p.over();
    });
  });

  it('t_reuse_branch has a branch that failed go elsewhere', async () => {
    const p = await parties();
    const other = await Callee.open(server);
    const sent = p.request('MESSAGE', 'reuse', { 'X-Other': other.uri });
    p.caller.send(sent);
    p.callee.answer(await p.callee.request('MESSAGE'), 503, 'Not here');
    other.answer(await other.request('MESSAGE'), 200, 'Here');
    expect(firstLine(await p.caller.reply(sent, 200))).toBe('SIP/2.0 200 Here');
    await other.close();
    await p.over();
  });

  it('data reaches the workers of both groups', async () => {
    const p = await parties();
    const sent = p.request('OPTIONS', 'data');
    p.caller.send(sent);
    await p.caller.reply(sent, 200);
    let seen = '';
    for (let tries = 0; tries < 40 && seen !== 'SIP/2.0 200 seen 2'; tries++) {
      await sleep(50);
      const ask = p.request('OPTIONS', 'data-seen', { 'X-Call': header(sent, 'Call-ID')! });
      p.caller.send(ask);
      seen = firstLine(await p.caller.reply(ask, 200));
    }
    expect(seen).toBe('SIP/2.0 200 seen 2');
    await p.over();
  });

  it('leaves no error behind', () => {
    expect(server.errors).toEqual([]);
  });
});
