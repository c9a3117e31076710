import { following } from '../flow.js';
import { defineRule } from '../rule.js';

export const relayResultIgnored = defineRule({
  code: 'KTS2041',
  name: 'relay-result-ignored',
  severity: 'info',
  group: 'sip',
  on: false,
  cause: 'Nothing looks at the result of t_relay() or forward().',
  effect:
    'when the destination cannot be resolved or reached, forward() leaves the caller without a reply, and tm chooses the reply for t_relay().',
  fix: 'Write if (!t_relay()) sl_reply_error();',
  bad: `loadmodule "tm.so"
request_route {
  t_relay();
  exit;
}`,
  good: `loadmodule "tm.so"
loadmodule "sl.so"
request_route {
  if (!t_relay()) sl_reply_error();
  exit;
}`,
  *check(subject) {
    for (const use of subject.graph.calls('t_relay', 't_relay_to', 'forward', 't_forward_nonack')) {
      if (use.sense !== 'statement') continue;
      const [next] = following(use.spot);
      const node = subject.graph.node(use.spot.route);
      const looks =
        (next?.kind === 'if' || next?.kind === 'switch') &&
        node.pvs.some((m) => (m.pv.name === 'rc' || m.pv.name === 'retcode') && m.spot.block[m.spot.index] === next);
      if (!looks) yield { span: use.call.span, title: `the result of ${use.name}() is not looked at` };
    }
  },
});
