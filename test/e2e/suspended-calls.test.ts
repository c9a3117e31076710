import { afterAll, beforeAll, describe, it } from 'vitest';
import { peersMissing, TARGET } from './peers.js';
import { ScriptedServer } from './scripted-server.js';
import { sipp, sippListening, type Wire } from './sipp.js';

/** SIPp's calls, each suspended first: the user says how, and where its phone listens (`task-5101-udp`). */
const CONFIG = `#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
async_workers=2
async_workers_group="name=slow;workers=1;usleep=100000"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "async.so"
modparam("async", "ms_timer", 10)

request_route {
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { t_check_trans(); exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if (is_method("ACK")) { t_check_trans(); exit; }
  t_check_trans();
  record_route();
  $ru = "sip:" + $rU + "@" + $Ri + ":" + $(rU{s.select,1,-}) + ";transport=" + $(rU{s.select,2,-});
  switch ($(rU{s.select,0,-})) {
    case "task": async_task_group_route("RELAY", "slow"); exit;
    case "sleep": async_sleep("1"); t_relay(); exit;
    case "long": async_ms_route("RELAY", "2000"); exit;
  }
}
route[RELAY] { t_relay(); }
`;

const WIRES: readonly Wire[] = ['udp', 'tcp'];
const SCENARIOS = [
  'call-answered-and-ended-by-caller',
  'call-ended-by-callee',
  'callee-is-busy',
  'caller-gives-up-while-it-rings',
  'message-is-delivered',
];
const cases = SCENARIOS.flatMap((scenario) => [
  { scenario, way: 'task', wire: 'udp' as const },
  { scenario, way: 'task', wire: 'tcp' as const },
  // Longer than SIPp waits before it repeats a request.
  { scenario, way: 'sleep', wire: 'udp' as const },
]);

describe.skipIf(peersMissing('sipp', ...(TARGET === 'kamailio' ? ['kamailio'] : [])))('SIPp, suspended first', () => {
  let server: ScriptedServer;
  let nextPort = 5100;

  beforeAll(async () => {
    server = await ScriptedServer.start(CONFIG);
  });
  afterAll(async () => {
    await server.stop();
  });

  it.concurrent.each(cases)('$way: $scenario over $wire', async ({ way, wire, scenario }) => {
    const [phone, port] = [nextPort++, nextPort++];
    const user = `${way}-${phone}-${wire}`;
    const callee = await sippListening(server, { scenario: `${scenario}.callee`, wire, user, port: phone });
    await Promise.all([callee.done, sipp(server, { scenario: `${scenario}.caller`, wire, user, port })]);
  });

  it.concurrent.each(WIRES)('the caller gives up while the server waits: %s', async (wire) => {
    const port = nextPort++;
    const scenario = 'caller-gives-up-while-the-server-waits';
    await sipp(server, { scenario, wire, user: `long-${port}-${wire}`, port });
  });
});
