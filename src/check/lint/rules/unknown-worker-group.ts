import { defineRule } from '../rule.js';
import { literal } from '../walk.js';
import { groupNames } from '../worker-groups.js';

/** Functions that name a worker group, with the position of the name. */
const NAMES_GROUP: Readonly<Record<string, number>> = {
  sworker_task: 0,
  async_task_group_route: 1,
  async_task_group_data: 1,
};

export const unknownWorkerGroup = defineRule({
  code: 'KTS2001',
  name: 'unknown-worker-group',
  severity: 'error',
  group: 'async',
  on: true,
  trap: true,
  cause: 'A function hands work to a group that no async_workers or async_workers_group line declares.',
  effect:
    'the call fails with -1 and a log line. Kamailio says "ok" there, so that the drop behind sworker_task() loses the message, and a suspended transaction waits for its timeout.',
  fix: 'Declare the group: async_workers_group="name=NAME;workers=4".',
  bad: `async_workers_group="name=reg;workers=2"
event_route[core:pre-routing] {
  if (is_method("REGISTER")) {
    if (sworker_task("regs")) drop;
  }
}`,
  good: `async_workers_group="name=reg;workers=2"
event_route[core:pre-routing] {
  if (is_method("REGISTER")) {
    if (sworker_task("reg")) drop;
  }
}`,
  *check(subject) {
    const known = groupNames(subject);
    for (const line of subject.core('async_tkv_gname')) {
      const name = `${line.value.value}`;
      if (name !== '' && !known.has(name)) yield { span: line.span, title: `no worker group is named ${name}` };
    }
    for (const line of subject.core('udp_receiver_mode'))
      if (line.value.value === 1 && !known.has('udp'))
        yield { span: line.span, title: 'udp_receiver_mode=1 needs a worker group named udp' };
    for (const use of subject.graph.calls(...Object.keys(NAMES_GROUP))) {
      const name = literal(use.call, NAMES_GROUP[use.name]!);
      if (name === undefined || known.has(name)) continue;
      // That there are no workers at all is another rule's.
      if (known.size === 0 && use.name.startsWith('async_')) continue;
      const names = [...known].join(', ');
      yield {
        span: use.call.span,
        title: `no worker group is named ${name}`,
        notes: [names === '' ? 'The config declares no worker groups.' : `The config declares: ${names}.`, this.fix],
      };
    }
  },
});
