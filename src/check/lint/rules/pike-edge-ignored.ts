import { defineRule } from '../rule.js';

/** What tells somebody: work or messages for each call. */
const ALERTS =
  /^(?:mq_add|exec_\w+|http_\w+|sql_\w*query\w*|avp_db_query|evapi_\w+|redis_cmd|uac_req_send|t_uac_send)$/;

export const pikeEdgeIgnored = defineRule({
  code: 'KTS2030',
  name: 'pike-edge-ignored',
  group: 'queue',
  on: true,
  cause:
    'When pike_check_req() fails the script raises an alert, and nothing tells the first failure (-2) from the others (-1).',
  effect: 'there is one alert for each blocked packet: a flood of packets becomes a flood of alerts.',
  fix: 'Read $rc right after the call and alert on -2 only, or ban the address in an htable.',
  bad: `loadmodule "pike.so"
loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=alerts;size=100")
request_route {
  if (!pike_check_req()) {
    mq_add("alerts", "$si", "flood");
    exit;
  }
}
route[DRAIN] { mq_fetch("alerts"); }`,
  good: `loadmodule "pike.so"
loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=alerts;size=100")
request_route {
  if (!pike_check_req()) {
    if ($rc == -2) mq_add("alerts", "$si", "flood");
    exit;
  }
}
route[DRAIN] { mq_fetch("alerts"); }`,
  *check(subject) {
    for (const use of subject.graph.calls('pike_check_req', 'pike_check_ip')) {
      const s = use.spot.block[use.spot.index]!;
      if (s.kind !== 'if' || use.sense !== 'false') continue;
      const node = subject.graph.node(use.spot.route);
      if (node.pvs.some((m) => m.pv.name === 'rc' || m.pv.name === 'retcode')) continue;
      // A ban stops the packets that follow.
      if (node.pvs.some((m) => m.writes && (m.pv.name === 'sht' || m.pv.name === 'shtex'))) continue;
      const alert = node.calls.find((c) => ALERTS.test(c.name) && isInside(c.spot, s.then));
      if (alert)
        yield { span: alert.call.span, title: `${alert.name}() runs for each packet that ${use.name}() blocks` };
    }
  },
});

function isInside(spot: { block: readonly unknown[]; parent: unknown }, block: readonly unknown[]): boolean {
  for (let at: typeof spot | null = spot; at; at = at.parent as typeof spot | null) if (at.block === block) return true;
  return false;
}
