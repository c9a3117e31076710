import { defineRule } from '../rule.js';
import { timerLines } from '../timers.js';

export const timerWorkersShareQueue = defineRule({
  code: 'KTS2026',
  name: 'timer-workers-share-queue',
  group: 'queue',
  on: true,
  trap: true,
  cause: 'A timer with mode above 1 runs a route that takes items from a queue.',
  effect:
    'every worker runs the route at every tick: several empty one queue at a time, and the order of items is lost.',
  fix: 'Use mode=1 for one consumer, or let workers share items on purpose with $rtimer_worker.',
  bad: `loadmodule "mqueue.so"
loadmodule "rtimer.so"
modparam("mqueue", "mqueue", "name=q;size=100")
modparam("rtimer", "timer", "name=t;interval=1;mode=4")
modparam("rtimer", "exec", "timer=t;route=DRAIN")
request_route { mq_add("q", "$ci", "x"); }
route[DRAIN] { while (mq_fetch("q")) { xlog("$mqk(q)"); } }`,
  good: `loadmodule "mqueue.so"
loadmodule "rtimer.so"
modparam("mqueue", "mqueue", "name=q;size=100")
modparam("rtimer", "timer", "name=t;interval=1;mode=1")
modparam("rtimer", "exec", "timer=t;route=DRAIN")
request_route { mq_add("q", "$ci", "x"); }
route[DRAIN] { while (mq_fetch("q")) { xlog("$mqk(q)"); } }`,
  *check(subject) {
    for (const { name, mode, execs, span } of timerLines(subject)) {
      if (mode < 2) continue;
      for (const { route } of execs) {
        const node = route === undefined ? undefined : subject.graph.route(route);
        if (!node) continue;
        const reach = [...subject.graph.reach(node)];
        const fetch = reach.flatMap((n) => n.calls).find((c) => c.name === 'mq_fetch');
        if (!fetch || reach.some((n) => n.pvs.some((m) => m.pv.name === 'rtimer_worker'))) continue;
        yield {
          span,
          title: `${mode} workers of timer ${name} empty one queue`,
          related: [{ span: fetch.call.span, label: 'here' }],
        };
      }
    }
  },
});
