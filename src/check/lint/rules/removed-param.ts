import { defineRule } from '../rule.js';
import { REMOVED_PARAMS } from '../upgrades.js';

export const removedParam = defineRule({
  code: 'KTS2081',
  name: 'removed-param',
  group: 'upgrade',
  on: true,
  cause: 'A modparam line sets a parameter that the module had once and has no more.',
  effect: 'Kamailio 6 does not start with it.',
  fix: 'Set what took its place.',
  bad: `loadmodule "dispatcher.so"
modparam("dispatcher", "dst_avp", "$avp(dst)")
request_route { exit; }`,
  good: `loadmodule "dispatcher.so"
modparam("dispatcher", "xavp_dst", "_dsdst_")
request_route { exit; }`,
  *check(subject) {
    for (const { module, param, paramSpan } of subject.paramLines) {
      const key = `${module}.${param}`;
      const now = Object.hasOwn(REMOVED_PARAMS, key) ? REMOVED_PARAMS[key] : undefined;
      if (now) yield { span: paramSpan, title: `${module} has no parameter ${param} any more`, notes: [now] };
    }
  },
});
