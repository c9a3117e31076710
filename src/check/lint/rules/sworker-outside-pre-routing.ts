import { defineRule } from '../rule.js';

export const sworkerOutsidePreRouting = defineRule({
  code: 'KTS2019',
  name: 'sworker-outside-pre-routing',
  group: 'async',
  on: true,
  trap: true,
  cause: 'sworker_task() is called where event_route[core:pre-routing] does not come.',
  effect:
    'it fails with -1 each time, and the message stays where it is. In Kamailio a message that was handed over once may be handed over again and again.',
  fix: 'Call it in event_route[core:pre-routing]; use async_task_group_route() for requests that are being routed.',
  bad: `async_workers_group="name=reg;workers=2"
request_route {
  if (sworker_task("reg")) drop;
}`,
  good: `async_workers_group="name=reg;workers=2"
event_route[core:pre-routing] {
  if (sworker_task("reg")) drop;
}
request_route { exit; }`,
  *check(subject) {
    const start = subject.graph.find('event_route', 'core:pre-routing');
    const inside = start ? subject.graph.reach(start) : new Set();
    for (const { call, spot } of subject.graph.calls('sworker_task')) {
      const node = subject.graph.node(spot.route);
      if (inside.has(node) || (node.kind === 'route' && subject.graph.callersOf(spot.route).length === 0)) continue;
      yield { span: call.span, title: 'sworker_task() only works in event_route[core:pre-routing]' };
    }
  },
});
