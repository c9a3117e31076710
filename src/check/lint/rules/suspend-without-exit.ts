import { RELAYS, REPLIES } from '../facts.js';
import { surelyAfter } from '../flow.js';
import { defineRule } from '../rule.js';

export const suspendWithoutExit = defineRule({
  code: 'KTS2012',
  name: 'suspend-without-exit',
  group: 'async',
  on: true,
  trap: true,
  cause: 'After t_suspend() the same run relays or replies.',
  effect:
    't_suspend() does not stop the script: the suspended transaction is answered or forwarded, and continuing it later fails.',
  fix: 'End the run with exit after t_suspend(); relay or reply in the route that t_continue() names.',
  bad: `loadmodule "tm.so"
loadmodule "tmx.so"
request_route {
  t_suspend();
  t_relay();
}`,
  good: `loadmodule "tm.so"
loadmodule "tmx.so"
request_route {
  if (!t_suspend()) {
    sl_send_reply("500", "Not Suspended");
  }
  exit;
}`,
  *check(subject) {
    for (const use of subject.graph.calls('t_suspend')) {
      for (const call of surelyAfter(use, subject.graph, subject.flow)) {
        if (!RELAYS.has(call.name) && !REPLIES.has(call.name)) {
          if (call.name === 't_continue') break;
          continue;
        }
        yield {
          span: use.call.span,
          title: `${call.name}() runs on the transaction that t_suspend() has suspended`,
          related: [{ span: call.span, label: 'here' }],
        };
        break;
      }
    }
  },
});
