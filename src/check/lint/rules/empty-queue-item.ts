import { defineRule } from '../rule.js';

export const emptyQueueItem = defineRule({
  code: 'KTS2033',
  name: 'empty-queue-item',
  group: 'queue',
  on: true,
  cause: 'mq_add() puts in an item whose key or value is an empty text.',
  effect:
    '$mqk or $mqv of it is null, and RPC cannot fetch it; in Kamailio saving such an item to the database crashes.',
  fix: 'Put in a word, such as "-".',
  bad: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=q;size=10")
request_route { mq_add("q", "$ci", ""); }
route[DRAIN] { mq_fetch("q"); }`,
  good: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=q;size=10")
request_route { mq_add("q", "$ci", "-"); }
route[DRAIN] { mq_fetch("q"); }`,
  *check(subject) {
    for (const { call } of subject.graph.calls('mq_add')) {
      const empty = call.args.findIndex((a) => a.kind === 'string' && a.value === '');
      if (empty > 0) yield { span: call.span, title: `the ${empty === 1 ? 'key' : 'value'} of this item is empty` };
    }
  },
});
