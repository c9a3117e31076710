import { PLAIN_RELAYS } from '../facts.js';
import { defineRule } from '../rule.js';

export const failureWithoutCancelCheck = defineRule({
  code: 'KTS2045',
  name: 'failure-without-cancel-check',
  group: 'sip',
  on: false,
  cause: 'A failure route sends the request to another destination without asking whether the caller has hung up.',
  effect:
    'the script works on for a call that is gone: lookups, log lines and accounting say what never happens, and relaying fails.',
  fix: 'Begin with if (t_is_canceled()) exit;',
  bad: `loadmodule "tm.so"
request_route { t_on_failure("NEXT"); t_relay(); }
failure_route[NEXT] {
  $du = "sip:10.0.0.2";
  t_relay();
}`,
  good: `loadmodule "tm.so"
request_route { t_on_failure("NEXT"); t_relay(); }
failure_route[NEXT] {
  if (t_is_canceled()) exit;
  $du = "sip:10.0.0.2";
  t_relay();
}`,
  *check(subject) {
    for (const node of subject.graph.ofKind('failure_route')) {
      const calls = [...subject.graph.reach(node)].flatMap((n) => n.calls);
      if (calls.some((c) => /^t_(?:is_canceled|check_status|grep_status)$/.test(c.name))) continue;
      const relay = calls.find((c) => PLAIN_RELAYS.has(c.name));
      if (relay)
        yield {
          span: node.block.nameSpan,
          title: `failure_route[${node.name}] relays calls that the caller may have ended`,
          related: [{ span: relay.call.span, label: 'here' }],
        };
    }
  },
});
