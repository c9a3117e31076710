import { PLAIN_RELAYS, PLAIN_REPLIES } from '../facts.js';
import { surelyAfter } from '../flow.js';
import { defineRule } from '../rule.js';

export const replyAfterRelay = defineRule({
  code: 'KTS2040',
  name: 'reply-after-relay',
  group: 'sip',
  on: true,
  cause: 'After a request has been relayed the same run replies to it.',
  effect:
    'the caller gets a final reply while the callee still rings; later replies of the callee are lost or doubled.',
  fix: 'Reply only when relaying failed: if (!t_relay()) sl_reply_error();',
  bad: `loadmodule "tm.so"
loadmodule "sl.so"
request_route {
  t_relay();
  sl_send_reply("200", "OK");
}`,
  good: `loadmodule "tm.so"
loadmodule "sl.so"
request_route {
  if (!t_relay()) {
    sl_reply_error();
  }
  exit;
}`,
  *check(subject) {
    for (const use of subject.graph.calls(...PLAIN_RELAYS)) {
      if (use.sense === 'value') continue;
      for (const call of surelyAfter(use, subject.graph, subject.flow)) {
        // A new leg or a settled transaction changes what a reply means.
        if (/^(?:append_branch|t_(?:release|drop|newtran|uac_send))/.test(call.name)) break;
        const final = !/^["']?1\d\d/.test(`${call.args[0]?.kind === 'string' ? call.args[0].value : ''}`);
        if (!PLAIN_REPLIES.has(call.name) || !final) continue;
        yield {
          span: call.span,
          title: `${call.name}() replies to a request that ${use.name}() has sent on`,
          related: [{ span: use.call.span, label: 'relayed here' }],
        };
        break;
      }
    }
  },
});
