import type { Call } from '../../../../grammar/ast.js';
import type { Node } from '../graph.js';
import { defineRule } from '../rule.js';

export const unguardedLooseRoute = defineRule({
  code: 'KTS2044',
  name: 'unguarded-loose-route',
  group: 'sip',
  on: true,
  cause: 'loose_route() is called for requests that are in no dialog as well: nothing asks for a To tag.',
  effect:
    'a request with a Route header of its own is relayed wherever that header says, past authentication and routing.',
  fix: 'Call loose_route() under if (has_totag()), and remove_hf("Route") from initial requests.',
  bad: `loadmodule "tm.so"
loadmodule "rr.so"
request_route {
  if (loose_route()) {
    t_relay();
    exit;
  }
  record_route();
  t_relay();
}`,
  good: `loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "siputils.so"
request_route {
  if (has_totag()) {
    if (loose_route()) {
      t_relay();
      exit;
    }
  }
  record_route();
  t_relay();
}`,
  *check(subject) {
    for (const use of subject.graph.calls('loose_route', 'loose_route_preloaded')) {
      const node = subject.graph.node(use.spot.route);
      const around = subject.graph.callersTransitive(node);
      if (![...around].some((n) => subject.requestRoutes.has(n))) continue;
      if ([...around].some(asksForToTag)) continue;
      // What the callers call may ask as well: a route that checks, before this one.
      if ([...subject.requestRoutes].some((n) => n.calls.some((c) => c.name === 'remove_hf' && mentionsRoute(c.call))))
        continue;
      if (use.name === 'loose_route')
        yield { span: use.call.span, title: 'loose_route() also follows the Route headers of initial requests' };
    }
  },
});

function asksForToTag(node: Node): boolean {
  return (
    node.calls.some((c) => /^(?:has_totag|is_known_dlg|loose_route_mode)$/.test(c.name)) ||
    node.pvs.some((m) => m.pv.name === 'tt' || m.pv.name === 'route_uri' || /to.*tag|^to$/i.test(m.pv.inner ?? '')) ||
    node.exprs.some(({ expr }) => expr.kind === 'select' && /^to\.tag/.test(expr.path)) ||
    node.exprs.some(({ expr }) => expr.kind === 'comparison' && expr.subject === 'method')
  );
}

function mentionsRoute(call: Call): boolean {
  return call.args.some((a) => a.kind === 'string' && /^route$/i.test(a.value));
}
