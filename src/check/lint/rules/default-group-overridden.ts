import { defineRule } from '../rule.js';
import { groupLines } from '../worker-groups.js';

export const defaultGroupOverridden = defineRule({
  code: 'KTS2017',
  name: 'default-group-overridden',
  group: 'async',
  on: true,
  trap: true,
  cause: 'An async_workers_group line is named default, and async_workers has declared that group already.',
  effect: 'the number of workers stays that of async_workers; only nonblock and usleep are taken.',
  fix: 'Keep one of the two lines.',
  bad: `async_workers=2
async_workers_group="name=default;workers=8"
request_route { exit; }`,
  good: `async_workers_group="name=default;workers=8"
request_route { exit; }`,
  *check(subject) {
    const { items } = subject.input.ast;
    const first = subject.core('async_workers').find((line) => Number(line.value.value) > 0);
    if (!first) return;
    for (const { name, workers, line } of groupLines(subject)) {
      if (name !== 'default' || items.indexOf(line) < items.indexOf(first) || workers === first.value.value) continue;
      yield {
        span: line.span,
        title: `group default keeps the ${first.value.value} workers of async_workers, not ${workers}`,
        related: [{ span: first.span, label: 'declared here' }],
      };
    }
  },
});
