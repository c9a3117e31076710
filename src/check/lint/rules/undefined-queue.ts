import { didYouMean } from '../../suggest.js';
import { queueLines, queueNames } from '../queues.js';
import { defineRule } from '../rule.js';

export const undefinedQueue = defineRule({
  code: 'KTS2020',
  name: 'undefined-queue',
  severity: 'error',
  group: 'queue',
  on: true,
  trap: true,
  cause: 'A function or pseudo-variable names a queue that no mqueue line declares. Names are case-sensitive.',
  effect: 'mq_add() and mq_fetch() fail with -1: a loop over mq_fetch() ends at once, and nothing is ever queued.',
  fix: 'Declare the queue with modparam("mqueue", "mqueue", "name=NAME;size=1000"), or mend the name.',
  bad: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=alerts;size=100")
request_route {
  mq_add("alert", "$si", "flood");
}
route[DRAIN] { while (mq_fetch("alerts")) { xlog("$mqk(alerts)"); } }`,
  good: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=alerts;size=100")
request_route {
  mq_add("alerts", "$si", "flood");
}
route[DRAIN] { while (mq_fetch("alerts")) { xlog("$mqk(alerts)"); } }`,
  *check(subject) {
    if (!subject.loaded('mqueue')) return;
    const known = queueLines(subject).map((q) => q.name);
    for (const { name, by, span } of queueNames(subject)) {
      if (known.includes(name)) continue;
      const meant = didYouMean(name, known);
      yield { span, title: `${by}: no queue is named ${name}`, notes: [meant ? `Did you mean ${meant}?` : this.fix] };
    }
  },
});
