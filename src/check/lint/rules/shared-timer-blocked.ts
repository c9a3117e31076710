import { defineRule } from '../rule.js';
import { timerLines } from '../timers.js';

export const sharedTimerBlocked = defineRule({
  code: 'KTS2029',
  name: 'shared-timer-blocked',
  group: 'queue',
  on: false,
  cause: 'A timer with mode=0 runs a route that waits: for a database, a command, HTTP, or sleep.',
  effect:
    'in Kamailio the route holds up the timers of all modules, retransmissions among them. kts gives such a timer a worker of its own.',
  fix: 'Use mode=1.',
  bad: `loadmodule "cfgutils.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10")
modparam("rtimer", "exec", "timer=t;route=TICK")
request_route { exit; }
route[TICK] { sleep("2"); }`,
  good: `loadmodule "cfgutils.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;interval=10;mode=1")
modparam("rtimer", "exec", "timer=t;route=TICK")
request_route { exit; }
route[TICK] { sleep("2"); }`,
  *check(subject) {
    for (const { name, mode, interval, execs, span } of timerLines(subject)) {
      if (mode > 0 || /u$/i.test(interval ?? '')) continue;
      for (const { route } of execs) {
        const node = route === undefined ? undefined : subject.graph.route(route);
        if (!node) continue;
        const slow = [...subject.graph.reach(node)].flatMap((n) => n.calls).find((c) => WAITS.test(c.name));
        if (!slow) continue;
        yield {
          span,
          title: `${slow.name}() in the shared timer ${name} holds up all timers`,
          related: [{ span: slow.call.span, label: 'here' }],
        };
        break;
      }
    }
  },
});

const WAITS = /^(?:u?sleep|sql_\w*query\w*|avp_db_\w+|exec_\w+|http_\w+|redis_cmd|lua_run|python_exec|ldap_search)$/;
