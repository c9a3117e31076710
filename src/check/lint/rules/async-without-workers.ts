import { SUSPENDERS } from '../facts.js';
import { defineRule } from '../rule.js';
import { groupNames } from '../worker-groups.js';

const MS = ['async_ms_route', 'async_ms_sleep'];
const TASKS = ['async_task_route', 'async_task_data', 'async_task_group_route', 'async_task_group_data'];

export const asyncWithoutWorkers = defineRule({
  code: 'KTS2009',
  name: 'async-without-workers',
  severity: 'error',
  group: 'async',
  on: true,
  trap: true,
  cause: 'An async function needs worker threads or the millisecond timer, and the config turns neither on.',
  effect:
    'async_task_*() fail with -1, and Kamailio does not even start; async_ms_*() fail with -1 while ms_timer is 0. Milliseconds without workers are served by the thread itself here, and never end in Kamailio.',
  fix: 'Set async_workers=4, and for milliseconds modparam("async", "ms_timer", 10).',
  bad: `loadmodule "async.so"
request_route {
  async_ms_route("LATER", "200");
}
route[LATER] { t_relay(); }`,
  good: `async_workers=4
loadmodule "async.so"
modparam("async", "ms_timer", 10)
request_route {
  async_ms_route("LATER", "200");
}
route[LATER] { t_relay(); }`,
  *check(subject) {
    const timers = subject.intParam('async', 'workers', 1) > 0;
    const transactions = subject.intParam('async', 'mode', 0) === 0;
    for (const { call, name } of subject.graph.calls(...SUSPENDERS)) {
      if (!transactions)
        yield { span: call.span, title: `${name}() needs module tm, which mode=1 of async leaves out` };
      else if (!timers && (name === 'async_route' || name === 'async_sleep'))
        yield { span: call.span, title: `${name}() is switched off by workers=0 of async` };
    }
    const event = `${subject.core('async_tkv_evcb').at(-1)?.value.value ?? ''}`;
    const missing =
      subject.core('async_tkv_gname').length === 0 ? 'async_tkv_gname' : event === '' ? 'async_tkv_evcb' : null;
    for (const { call } of subject.graph.calls('async_tkv_emit')) {
      if (missing) yield { span: call.span, title: `async_tkv_emit() needs ${missing}` };
      else if (!subject.graph.find('event_route', event))
        yield { span: call.span, title: `async_tkv_emit() runs event_route[${event}], which does not exist` };
    }
    const workers = groupNames(subject).size > 0;
    for (const { call, name } of subject.graph.calls(...MS, ...TASKS)) {
      const ms = MS.includes(name);
      if (ms && subject.intParam('async', 'ms_timer', 0) <= 0)
        yield { span: call.span, title: `${name}() needs modparam("async", "ms_timer", …), which is 0` };
      else if (!workers)
        yield {
          span: call.span,
          severity: ms ? 'warning' : 'error',
          title: `${name}() needs async_workers, and there are none`,
        };
    }
  },
});
