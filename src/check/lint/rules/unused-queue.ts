import { QUEUE_FUNCTIONS, queueLines } from '../queues.js';
import { defineRule } from '../rule.js';
import { literal } from '../walk.js';

export const unusedQueue = defineRule({
  code: 'KTS2067',
  name: 'unused-queue',
  group: 'unused',
  on: false,
  cause: 'Routes put items into a queue, and no route takes any out; or nothing names the queue at all.',
  effect: 'the queue fills up and stays full: only RPC (mqueue.fetch) empties it.',
  fix: 'Fetch from it in a timer route, or take the queue away.',
  bad: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=log;size=100")
request_route { mq_add("log", "$ci", "x"); }`,
  good: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=log;size=100")
request_route { mq_add("log", "$ci", "x"); }
route[DRAIN] { while (mq_fetch("log")) { xlog("$mqk(log)"); } }`,
  *check(subject) {
    const taken = new Set<string>();
    const added = new Set<string>();
    for (const { call, name } of subject.graph.calls(...Object.keys(QUEUE_FUNCTIONS))) {
      const queue = literal(call, 0);
      // A name that only a run knows may be any queue.
      if (queue === undefined) return;
      if (QUEUE_FUNCTIONS[name] === 'adds') added.add(queue);
      else if (QUEUE_FUNCTIONS[name] === 'takes') taken.add(queue);
    }
    for (const { name, span } of queueLines(subject)) {
      if (taken.has(name) || !added.has(name)) continue;
      yield { span, title: `nothing takes items out of queue ${name}` };
    }
  },
});
