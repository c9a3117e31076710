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
    'async_ms_*() fail with -1 while ms_timer is 0 or there are no workers; Kamailio does not start with async_task_*() and no workers.',
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
    for (const { call } of subject.graph.calls('async_tkv_emit'))
      if (subject.core('async_tkv_gname').length === 0)
        yield { span: call.span, title: 'async_tkv_emit() needs async_tkv_gname' };
    const workers = groupNames(subject).size > 0;
    for (const { call, name } of subject.graph.calls(...MS, ...TASKS)) {
      if (!workers) yield { span: call.span, title: `${name}() needs async_workers, and there are none` };
      else if (MS.includes(name) && subject.intParam('async', 'ms_timer', 0) <= 0)
        yield { span: call.span, title: `${name}() needs modparam("async", "ms_timer", …), which is 0` };
    }
  },
});
