import { PLAIN_RELAYS } from '../facts.js';
import { surelyAfter } from '../flow.js';
import { defineRule } from '../rule.js';
import { literal } from '../walk.js';

export const relayAfterReply = defineRule({
  code: 'KTS2046',
  name: 'relay-after-reply',
  group: 'sip',
  on: true,
  cause: 'After a final reply the run goes on, and relays the request or replies again.',
  effect: 'the caller is told that the request failed, and it is sent on all the same: most often an exit is missing.',
  fix: 'Let exit follow the reply.',
  bad: `loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "maxfwd.so"
request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
  }
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
    for (const use of subject.graph.calls('sl_send_reply', 'send_reply', 't_reply')) {
      const status = literal(use.call, 0);
      if (use.sense !== 'statement' || status === undefined || !/^[2-6]\d\d$/.test(status)) continue;
      for (const call of surelyAfter(use, subject.graph, subject.flow)) {
        // A new leg is another request.
        if (/^(?:t_uac_|t_newtran|append_branch|t_on_|uac_)/.test(call.name)) break;
        const again = REPLIES.has(call.name) && !/^1\d\d$/.test(literal(call, 0) ?? '');
        if (!PLAIN_RELAYS.has(call.name) && !again) continue;
        yield {
          span: use.call.span,
          title: `the run goes on after this reply: ${call.name}() follows`,
          related: [{ span: call.span, label: 'here' }],
        };
        break;
      }
    }
  },
});

const REPLIES = new Set(['sl_send_reply', 'send_reply', 't_reply', 'sl_reply_error']);
