import { RELAYS } from '../facts.js';
import { defineRule } from '../rule.js';

export const missingMaxForwards = defineRule({
  code: 'KTS2043',
  name: 'missing-max-forwards',
  group: 'sip',
  on: true,
  cause: 'Requests are relayed, and nothing counts Max-Forwards down.',
  effect:
    'a request that comes back in a loop is sent on for ever (RFC 3261 §16.3): neither server nor script stops it.',
  fix: 'Begin with if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }',
  bad: `loadmodule "tm.so"
request_route {
  t_relay();
}`,
  good: `loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "maxfwd.so"
request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  t_relay();
}`,
  *check(subject) {
    const calls = [...subject.requestRoutes].flatMap((n) => n.calls);
    const counts = subject.graph.nodes.some(
      (n) => n.calls.some((c) => /maxfwd/.test(c.name)) || n.pvs.some((m) => /max-forwards/i.test(m.pv.inner ?? '')),
    );
    if (counts) return;
    const relay = calls.find((c) => RELAYS.has(c.name) && c.name !== 'send' && c.name !== 'send_tcp');
    if (relay) yield { span: relay.call.span, title: 'requests are relayed without a look at Max-Forwards' };
  },
});
