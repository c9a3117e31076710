import { Way } from '../flow.js';
import { defineRule } from '../rule.js';

export const sworkerWithoutDrop = defineRule({
  code: 'KTS2002',
  name: 'sworker-without-drop',
  group: 'async',
  on: true,
  trap: true,
  cause: 'sworker_task() gives the message to a worker, and the event route may go on without drop.',
  effect: 'the message is handled twice: by the worker, and by the thread that received it.',
  fix: 'Let drop follow when the call was true: if (sworker_task("group")) drop;',
  bad: `async_workers_group="name=reg;workers=2"
event_route[core:pre-routing] {
  sworker_task("reg");
  exit;
}`,
  good: `async_workers_group="name=reg;workers=2"
event_route[core:pre-routing] {
  if (sworker_task("reg")) {
    drop;
  }
}`,
  *check(subject) {
    for (const use of subject.graph.calls('sworker_task')) {
      const ways = subject.flow.afterSuccess(use);
      if ((ways & ~Way.DROP) === 0) continue;
      // Its result is looked at in another way.
      const node = subject.graph.node(use.spot.route);
      const looked = use.sense === 'value' || node.pvs.some((m) => m.pv.name === 'rc' || m.pv.name === 'retcode');
      if (looked && ways & Way.DROP) continue;
      const title = `nothing drops the message after sworker_task()${ways & Way.DROP ? ' on some of the ways' : ''}`;
      yield { span: use.call.span, title };
    }
  },
});
