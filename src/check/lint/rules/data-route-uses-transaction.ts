import { REPLIES } from '../facts.js';
import { defineRule } from '../rule.js';

export const dataRouteUsesTransaction = defineRule({
  code: 'KTS2011',
  name: 'data-route-uses-transaction',
  group: 'async',
  on: true,
  trap: true,
  cause: 'A route that async_task_data() or async_task_group_data() runs replies, or works on a transaction.',
  effect: 'the route runs on a made-up request without a transaction: nobody gets the reply.',
  fix: 'Use async_task_route() when the request is to be answered there; hand data routes text only.',
  bad: `async_workers=2
request_route {
  async_task_data("LOG", "$ci");
  t_relay();
}
route[LOG] {
  xlog("$async(data)");
  t_reply("200", "OK");
}`,
  good: `async_workers=2
request_route {
  async_task_data("LOG", "$ci");
  t_relay();
}
route[LOG] {
  xlog("$async(data)");
}`,
  *check(subject) {
    const seen = new Set<unknown>();
    for (const { node } of subject.dataRoutes()) {
      for (const n of subject.graph.reach(node)) {
        for (const { call, name } of n.calls) {
          // t_uac_* and t_continue() are about other transactions.
          const acts = REPLIES.has(name) || (/^t_/.test(name) && !/^t_(?:uac|continue|next)/.test(name));
          if (!acts || seen.has(call)) continue;
          seen.add(call);
          yield { span: call.span, title: `${name}() has no transaction in data route ${node.name}` };
        }
      }
    }
  },
});
