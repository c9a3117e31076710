import { defineRule } from '../rule.js';
import { timerLines } from '../timers.js';

export const timerExecOrder = defineRule({
  code: 'KTS2027',
  name: 'timer-exec-order',
  group: 'queue',
  on: true,
  cause: 'A timer of rtimer has several exec lines.',
  effect: 'its routes run in reverse order of the lines: the last one first.',
  fix: 'Give the timer one route that calls the others in the order you mean.',
  bad: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
modparam("rtimer", "exec", "timer=t;route=FIRST")
modparam("rtimer", "exec", "timer=t;route=SECOND")
request_route { exit; }
route[FIRST] { xlog("1"); }
route[SECOND] { xlog("2"); }`,
  good: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
modparam("rtimer", "exec", "timer=t;route=ALL")
request_route { exit; }
route[ALL] { route(FIRST); route(SECOND); }
route[FIRST] { xlog("1"); }
route[SECOND] { xlog("2"); }`,
  *check(subject) {
    for (const { name, execs } of timerLines(subject)) {
      const last = execs.at(-1);
      if (execs.length < 2 || !last) continue;
      const order = execs.map((e) => e.route ?? e.text).reverse();
      yield { span: last.span, title: `the routes of timer ${name} run in this order: ${order.join(', ')}` };
    }
  },
});
