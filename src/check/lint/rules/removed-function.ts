import { whoHasFunction } from '../../catalog.js';
import { defineRule } from '../rule.js';
import { REMOVED_FUNCTIONS } from '../upgrades.js';

export const removedFunction = defineRule({
  code: 'KTS2082',
  name: 'removed-function',
  group: 'upgrade',
  on: true,
  cause: 'A route calls a function that Kamailio had once and has no more.',
  effect: 'the server does not start.',
  fix: 'Call what took its place.',
  bad: `loadmodule "tm.so"
request_route { t_on_negative("1"); exit; }`,
  good: `loadmodule "tm.so"
request_route { t_on_failure("1"); exit; }
failure_route[1] { exit; }`,
  *check(subject) {
    for (const { call, name } of subject.graph.calls(...Object.keys(REMOVED_FUNCTIONS))) {
      if (whoHasFunction(name).length === 0)
        yield { span: call.nameSpan, title: `${name}() is no more`, notes: [REMOVED_FUNCTIONS[name]!] };
    }
  },
});
