import { defineRule } from '../rule.js';
import { timerLines } from '../timers.js';

export const timerZeroInterval = defineRule({
  code: 'KTS2028',
  name: 'timer-zero-interval',
  group: 'queue',
  on: true,
  trap: true,
  cause: 'A timer of rtimer has interval=0.',
  effect: 'it runs at default_interval, which is every 120 seconds, not as often as possible.',
  fix: 'Name the interval in seconds, or in microseconds with u behind it: interval=100000u.',
  bad: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=0;mode=1")
modparam("rtimer", "exec", "timer=t;route=TICK")
request_route { exit; }
route[TICK] { xlog("tick"); }`,
  good: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=100000u;mode=1")
modparam("rtimer", "exec", "timer=t;route=TICK")
request_route { exit; }
route[TICK] { xlog("tick"); }`,
  *check(subject) {
    for (const { name, interval, span } of timerLines(subject)) {
      if (interval === undefined || !/^0*u?$/i.test(interval)) continue;
      yield { span, title: `timer ${name} runs at default_interval: interval=0 means that` };
    }
  },
});
