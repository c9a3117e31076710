import { defineRule } from '../rule.js';
import { literal } from '../walk.js';

/** Position of the time and the most it may be. */
const LIMITS: Readonly<Record<string, readonly [number, number, string]>> = {
  async_route: [1, 99, 's'],
  async_sleep: [0, 99, 's'],
  async_ms_route: [1, 29_999, 'ms'],
  async_ms_sleep: [0, 29_999, 'ms'],
};

export const sleepOutOfRange = defineRule({
  code: 'KTS2010',
  name: 'sleep-out-of-range',
  severity: 'error',
  group: 'async',
  on: true,
  trap: true,
  cause: 'The time of an async function is outside of what it takes: 1 to 99 seconds, 1 to 29999 milliseconds.',
  effect: 'the call fails with -1 each time.',
  fix: 'Choose a time in the range; a longer one is several in turn.',
  bad: `request_route {
  async_route("LATER", "100");
}
route[LATER] { t_relay(); }`,
  good: `request_route {
  async_route("LATER", "20");
}
route[LATER] { t_relay(); }`,
  *check(subject) {
    for (const { call, name } of subject.graph.calls(...Object.keys(LIMITS))) {
      const [position, most, unit] = LIMITS[name]!;
      const text = literal(call, position);
      if (text === undefined || !/^-?\d+$/.test(text)) continue;
      const n = Number(text);
      if (n < 1 || n > most) yield { span: call.span, title: `${name}() takes 1 to ${most} ${unit}, not ${n}` };
    }
  },
});
