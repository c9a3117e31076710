import { PLAIN_RELAYS } from '../facts.js';
import { surelyAfter } from '../flow.js';
import { defineRule } from '../rule.js';

/** Set where a request goes, unless they fail. */
const ROUTES = ['lookup', 'ds_select_dst', 'ds_select_domain', 'ds_next_dst', 'ds_next_domain', 'next_gw', 'load_gws'];

export const routingResultIgnored = defineRule({
  code: 'KTS2048',
  name: 'routing-result-ignored',
  group: 'sip',
  on: true,
  cause: 'The script relays after lookup(), ds_select_dst() or their likes without a look at their result.',
  effect:
    'when nobody is registered, or no gateway is up, the request goes to its own URI: back to this server, round and round.',
  fix: 'Write if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }',
  bad: `loadmodule "tm.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  lookup("location");
  t_relay();
}`,
  good: `loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {
  if (!lookup("location")) {
    sl_send_reply("404", "Not Found");
    exit;
  }
  t_relay();
}`,
  *check({ graph, flow }) {
    for (const use of graph.calls(...ROUTES)) {
      if (use.sense !== 'statement') continue;
      const { pvs } = graph.node(use.spot.route);
      // Codes, and the destination itself, may be looked at instead.
      if (pvs.some((m) => /^(?:rc|retcode|du|ru|rd|rU)$/.test(m.pv.name))) continue;
      for (const call of surelyAfter(use, graph, flow)) {
        if (/^(?:isdsturiset|is_myself|t_next_|t_load_)/.test(call.name) || ROUTES.includes(call.name)) break;
        if (!PLAIN_RELAYS.has(call.name)) continue;
        yield {
          span: use.call.span,
          title: `${use.name}() may have failed when ${call.name}() follows`,
          related: [{ span: call.span, label: 'relayed here' }],
        };
        break;
      }
    }
  },
});
