import { routeMask } from '../../../script/route-kind.js';
import { routeKinds } from '../route-kinds.js';
import { defineRule } from '../rule.js';
import { callsIn, type Spot } from '../walk.js';

export const wrongRouteKind = defineRule({
  code: 'KTS2072',
  name: 'wrong-route-kind',
  group: 'script',
  on: true,
  cause: 'A route[…] block that only replies, branches or failures come to calls a function that is not allowed there.',
  effect:
    'the parser does not notice, as it takes every route[…] for one of requests: the function fails, or works on the wrong message.',
  fix: 'Call the function where requests are routed, or another one that is allowed in such a route.',
  bad: `loadmodule "tm.so"
loadmodule "sl.so"
onreply_route[REPLY] { route(ANSWER); }
request_route { t_on_reply("REPLY"); t_relay(); }
route[ANSWER] { t_relay(); }`,
  good: `loadmodule "tm.so"
loadmodule "sl.so"
failure_route[FAIL] { route(AGAIN); }
request_route { t_on_failure("FAIL"); t_relay(); }
route[AGAIN] { t_relay(); }`,
  *check(subject) {
    if (subject.graph.computed) return;
    const kinds = routeKinds(subject);
    const masks = new Map<string, number>();
    for (const { def } of subject.program.modules)
      for (const [name, defs] of Object.entries(def.functions))
        for (const { routes } of defs) masks.set(name, (masks.get(name) ?? 0) | routeMask(routes));
    for (const node of subject.graph.ofKind('route')) {
      const reached = kinds.get(node) ?? 0;
      if (reached === 0) continue;
      for (const { call, name, spot } of node.calls) {
        const allowed = masks.get(name);
        if (allowed === undefined || allowed & reached || asksForKind(spot)) continue;
        yield { span: call.nameSpan, title: `${name}() is not allowed in any run that reaches route[${node.name}]` };
      }
    }
  },
});

/** True under a condition that asks what is being routed. */
function asksForKind(spot: Spot): boolean {
  for (let at = spot.parent; at; at = at.parent) {
    const s = at.block[at.index]!;
    if (
      s.kind === 'if' &&
      [...callsIn(s.condition)].some((c) => /^(?:is_re(?:quest|ply)|t_is_\w+_route)$/.test(c.name))
    )
      return true;
  }
  return false;
}
