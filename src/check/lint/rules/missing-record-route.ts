import { RELAYS } from '../facts.js';
import type { Node } from '../graph.js';
import { defineRule } from '../rule.js';

export const missingRecordRoute = defineRule({
  code: 'KTS2042',
  name: 'missing-record-route',
  group: 'sip',
  on: true,
  cause: 'The script relays requests and routes by loose_route(), but never calls record_route().',
  effect:
    'later requests of a dialog (ACK, BYE, re-INVITE) go past this server: loose_route() has no Route header of ours to follow.',
  fix: 'Call record_route() for INVITE and SUBSCRIBE before they are relayed.',
  bad: `loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "siputils.so"
request_route {
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
  }
  t_relay();
}`,
  good: `loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "siputils.so"
request_route {
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
  }
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  t_relay();
}`,
  *check(subject) {
    const calls = subject.graph.nodes.flatMap((n) => n.calls);
    if (calls.some((c) => /^(?:record_route|rr_|.*record_route)/.test(c.name))) return;
    const loose = calls.find((c) => c.name === 'loose_route');
    const relay = [...subject.requestRoutes].flatMap((n) => n.calls).find((c) => RELAYS.has(c.name));
    if (loose && relay && !subject.graph.nodes.some(writesHeader))
      yield {
        span: loose.call.span,
        title: 'no request is record-routed, so that loose_route() never finds a route of ours',
        related: [{ span: relay.call.span, label: 'relayed here' }],
      };
  },
});

/** Some scripts write the header themselves. */
function writesHeader({ calls }: Node): boolean {
  return calls.some(({ call }) => call.args.some((a) => a.kind === 'string' && /^record-route:/i.test(a.value)));
}
