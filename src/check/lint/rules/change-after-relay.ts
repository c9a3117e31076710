import type { Call } from '../../../../grammar/ast.js';
import { PLAIN_RELAYS, PLAIN_REPLIES } from '../facts.js';
import { surelyAfter } from '../flow.js';
import { defineRule } from '../rule.js';

/** Only have an effect on what is relayed later. */
const CHANGES = new Set([
  'record_route',
  'record_route_preset',
  'add_rr_param',
  'append_hf',
  'insert_hf',
  'remove_hf',
  'subst',
  'subst_uri',
  'subst_user',
  'replace',
  'replace_all',
]);

export const changeAfterRelay = defineRule({
  code: 'KTS2047',
  name: 'change-after-relay',
  group: 'sip',
  on: true,
  cause: 'Headers are changed after t_relay() has sent the request.',
  effect:
    'nothing: the request has left as it was, and replies and failures come to the routes that were armed before.',
  fix: 'Move the call before t_relay().',
  bad: `loadmodule "tm.so"
loadmodule "rr.so"
request_route {
  t_relay();
  record_route();
}`,
  good: `loadmodule "tm.so"
loadmodule "rr.so"
request_route {
  record_route();
  t_relay();
}`,
  *check({ graph, flow }) {
    for (const use of graph.calls('t_relay')) {
      if (use.sense === 'value' || use.sense === 'false') continue;
      let late: Call | null = null;
      for (const call of surelyAfter(use, graph, flow)) {
        // What is sent later takes the change with it.
        if (
          PLAIN_RELAYS.has(call.name) ||
          PLAIN_REPLIES.has(call.name) ||
          /^t_(?:suspend|continue|uac)/.test(call.name)
        ) {
          late = null;
          break;
        }
        if (CHANGES.has(call.name)) late ??= call;
      }
      if (late)
        yield {
          span: late.span,
          title: `${late.name}() comes too late: the request has left`,
          related: [{ span: use.call.span, label: 'relayed here' }],
        };
    }
  },
});
