import { queueLines } from '../queues.js';
import { defineRule } from '../rule.js';
import { literal } from '../walk.js';

export const unlimitedQueue = defineRule({
  code: 'KTS2022',
  name: 'unlimited-queue',
  group: 'queue',
  on: true,
  trap: true,
  cause: 'Requests put items into a queue that has no size.',
  effect: 'who sends fast enough fills the memory of the server: nothing bounds the queue.',
  fix: 'Give the queue a size; the oldest items then leave for new ones, and are counted.',
  bad: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=log")
request_route { mq_add("log", "$ci", "$rm"); }
route[DRAIN] { mq_fetch("log"); }`,
  good: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=log;size=10000")
request_route { mq_add("log", "$ci", "$rm"); }
route[DRAIN] { mq_fetch("log"); }`,
  *check(subject) {
    const unlimited = new Map(
      queueLines(subject)
        .filter((q) => q.size === 0)
        .map((q) => [q.name, q]),
    );
    for (const node of subject.requestRoutes) {
      for (const { call, name } of node.calls) {
        if (name !== 'mq_add') continue;
        const queue = unlimited.get(literal(call, 0) ?? '');
        if (!queue) continue;
        unlimited.delete(queue.name);
        yield {
          span: queue.span,
          title: `queue ${queue.name} has no size, and requests fill it`,
          related: [{ span: call.span, label: 'filled here' }],
        };
      }
    }
  },
});
