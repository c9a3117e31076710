import { didYouMean } from '../../suggest.js';
import { defineRule } from '../rule.js';
import { timerLines } from '../timers.js';

export const timerRouteMissing = defineRule({
  code: 'KTS2024',
  name: 'timer-route-missing',
  severity: 'error',
  group: 'queue',
  on: true,
  cause: 'An exec line of rtimer names a route block that does not exist, or no route at all.',
  effect: 'every tick runs nothing. Without route= the whole text counts as the name of the route.',
  fix: 'Write "timer=NAME;route=ROUTE" with a route[ROUTE] block.',
  bad: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
modparam("rtimer", "exec", "timer=t;route=DRIAN")
request_route { exit; }
route[DRAIN] { xlog("tick"); }`,
  good: `loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
modparam("rtimer", "exec", "timer=t;route=DRAIN")
request_route { exit; }
route[DRAIN] { xlog("tick"); }`,
  *check(subject) {
    const names = subject.graph.ofKind('route').map((n) => n.name);
    for (const timer of timerLines(subject)) {
      for (const { route, text, span } of timer.execs) {
        if (route === undefined) yield { span, title: `"${text}" has no route=: timer ${timer.name} runs nothing` };
        else if (!names.includes(route)) {
          const meant = didYouMean(route, names);
          yield {
            span,
            title: `timer ${timer.name} runs route[${route}], which does not exist`,
            notes: [meant ? `Did you mean ${meant}?` : this.fix],
          };
        }
      }
    }
  },
});
