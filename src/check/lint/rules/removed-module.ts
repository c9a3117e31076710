import { isUpstreamModule } from '../../catalog.js';
import { defineRule } from '../rule.js';
import { REMOVED_MODULES } from '../upgrades.js';

export const removedModule = defineRule({
  code: 'KTS2080',
  name: 'removed-module',
  group: 'upgrade',
  on: true,
  cause: 'The config loads a module that Kamailio had once and has no more.',
  effect: 'the server does not start.',
  fix: 'Load what took its place.',
  bad: `loadmodule "mi_fifo.so"
request_route { exit; }`,
  good: `loadmodule "jsonrpcs.so"
request_route { exit; }`,
  *check(subject) {
    for (const [name, span] of subject.modules) {
      const now = Object.hasOwn(REMOVED_MODULES, name) && !isUpstreamModule(name) ? REMOVED_MODULES[name] : undefined;
      if (now) yield { span, title: `module ${name} is no more`, notes: [now] };
    }
  },
});
