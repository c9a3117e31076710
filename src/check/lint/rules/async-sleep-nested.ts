import { defineRule } from '../rule.js';

export const asyncSleepNested = defineRule({
  code: 'KTS2005',
  name: 'async-sleep-nested',
  group: 'async',
  on: true,
  trap: true,
  cause: 'async_sleep() or async_ms_sleep() stands in a block inside of another, or in a route that others call.',
  effect:
    'the run goes on with the rest of that block only: what follows the block, or the call of the route, never runs.',
  fix: 'Put all that is to happen after the pause into the same block, use async_route(), or set modparam("async", "continuation", 1).',
  bad: `request_route {
  if (is_method("INVITE")) {
    async_sleep("2");
    xlog("awake");
  }
  t_relay();
}`,
  good: `request_route {
  if (is_method("INVITE")) {
    async_sleep("2");
    t_relay();
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}`,
  *check(subject) {
    if (subject.intParam('async', 'continuation', 0) === 1) return;
    const { graph, flow } = subject;
    for (const { call, name, spot } of graph.calls('async_sleep', 'async_ms_sleep')) {
      if (spot.index === spot.block.length - 1) continue;
      // The rest of the block ends the run by itself: nothing outside is missed.
      if (!(flow.ways(spot.block, spot.index + 1) & COMES_BACK)) continue;
      const outside =
        spot.parent !== null || graph.callersOf(spot.route).some((c) => c.spot.index < c.spot.block.length - 1);
      if (outside) yield { span: call.span, title: `what follows the block of ${name}() never runs` };
    }
  },
});

/** NEXT, RETURN or BREAK. */
const COMES_BACK = 1 | 2 | 16;
