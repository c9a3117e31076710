import { AUTHENTICATES, OPAQUE } from '../facts.js';
import type { Node } from '../graph.js';
import { defineRule } from '../rule.js';

const DISPATCHERS = ['jsonrpc_dispatch', 'dispatch_rpc', 'dispatch_xhttp_rpc', 'dispatch_xhttp_pi'];

export const httpRpcUnchecked = defineRule({
  code: 'KTS2053',
  name: 'http-rpc-unchecked',
  group: 'security',
  on: true,
  cause: 'RPC commands are taken over HTTP or SIP, and nothing asks where they come from.',
  effect: 'whoever reaches the SIP or HTTP port controls the server.',
  fix: 'Refuse others first: if (src_ip != 127.0.0.1) { xhttp_reply("403", "Forbidden", "", ""); exit; }',
  bad: `loadmodule "xhttp.so"
loadmodule "jsonrpcs.so"
event_route[xhttp:request] {
  if ($hu =~ "^/RPC") jsonrpc_dispatch();
}
request_route { exit; }`,
  good: `loadmodule "xhttp.so"
loadmodule "jsonrpcs.so"
event_route[xhttp:request] {
  if (src_ip != 127.0.0.1) {
    xhttp_reply("403", "Forbidden", "text/plain", "no");
    exit;
  }
  if ($hu =~ "^/RPC") jsonrpc_dispatch();
}
request_route { exit; }`,
  *check(subject) {
    for (const { call, name, spot } of subject.graph.calls(...DISPATCHERS)) {
      const around = [...subject.graph.callersTransitive(subject.graph.node(spot.route))];
      const all = subject.graph.reachAll(around);
      if (![...all].some(asksForSource)) yield { span: call.span, title: `${name}() serves anybody` };
    }
  },
});

function asksForSource(node: Node): boolean {
  return (
    node.calls.some((c) => AUTHENTICATES.has(c.name) || OPAQUE.has(c.name)) ||
    node.pvs.some((m) => /^(?:si|Ri|Rp|sht|proto|hdr|au|tls)$|^tls/.test(m.pv.name)) ||
    node.exprs.some(({ expr }) => expr.kind === 'comparison' && /ip|port|proto/.test(expr.subject))
  );
}
