import { defineRule } from '../rule.js';
import { literalInt } from '../walk.js';

/** Position of the time, and how many milliseconds one of its units has. */
const TIMES: Readonly<Record<string, readonly [number, number]>> = {
  async_route: [1, 1000],
  async_sleep: [0, 1000],
  async_ms_route: [1, 1],
  async_ms_sleep: [0, 1],
};

/** tm's default of fr_timer, in milliseconds. */
const FR_TIMER = 30_000;

export const sleepOutlivesFrTimer = defineRule({
  code: 'KTS2008',
  name: 'sleep-outlives-fr-timer',
  group: 'async',
  on: true,
  trap: true,
  cause: 'A pause is as long as tm waits for a final reply (fr_timer), or longer.',
  effect: 'the suspended transaction times out first: the caller gets 408 and the resume route does not run.',
  fix: 'Call t_set_fr() with more than the pause before it, or raise fr_timer.',
  bad: `loadmodule "tm.so"
modparam("tm", "fr_timer", 5000)
request_route {
  async_route("LATER", "10");
}
route[LATER] { t_relay(); }`,
  good: `loadmodule "tm.so"
modparam("tm", "fr_timer", 5000)
request_route {
  t_set_fr(0, 15000);
  async_route("LATER", "10");
}
route[LATER] { t_relay(); }`,
  *check(subject) {
    if (![...subject.graph.calls('t_set_fr')].length) {
      const limit = subject.intParam('tm', 'fr_timer', FR_TIMER);
      for (const { call, name } of subject.graph.calls(...Object.keys(TIMES))) {
        const [position, unit] = TIMES[name]!;
        const time = (literalInt(call, position) ?? 0) * unit;
        if (time >= limit && limit > 0)
          yield { span: call.span, title: `a pause of ${time} ms ends after fr_timer (${limit} ms)` };
      }
    }
  },
});
