import { defineRule } from '../rule.js';
import { timerLines } from '../timers.js';

export const timerWithoutRoute = defineRule({
  code: 'KTS2025',
  name: 'timer-without-route',
  group: 'queue',
  on: true,
  cause: 'No exec line gives the timer a route.',
  effect: 'the timer does nothing.',
  fix: 'Add modparam("rtimer", "exec", "timer=NAME;route=ROUTE") below the timer.',
  bad: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
request_route { exit; }`,
  good: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
modparam("rtimer", "exec", "timer=t;route=TICK")
request_route { exit; }
route[TICK] { xlog("tick"); }`,
  *check(subject) {
    for (const { name, execs, span } of timerLines(subject))
      if (execs.length === 0) yield { span, title: `timer ${name} runs no route` };
  },
});
