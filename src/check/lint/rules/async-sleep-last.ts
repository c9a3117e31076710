import { defineRule } from '../rule.js';

export const asyncSleepLast = defineRule({
  code: 'KTS2004',
  name: 'async-sleep-last',
  group: 'async',
  on: true,
  trap: true,
  cause: 'async_sleep() or async_ms_sleep() is the last action of its block.',
  effect: 'there is no next action to go on with: the call fails with -1 and nothing waits.',
  fix: 'Let what is to happen after the pause follow in the same block, use async_route(), or set modparam("async", "continuation", 1).',
  bad: `request_route {
  if (is_method("INVITE")) {
    async_sleep("2");
  }
  exit;
}`,
  good: `request_route {
  async_sleep("2");
  t_relay();
}`,
  *check(subject) {
    if (subject.intParam('async', 'continuation', 0) === 1) return;
    for (const { call, name, spot } of subject.graph.calls('async_sleep', 'async_ms_sleep')) {
      if (spot.index < spot.block.length - 1) continue;
      yield { span: call.span, title: `${name}() is the last action of its block: it fails at once` };
    }
  },
});
