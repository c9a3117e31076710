import { isPvError, parsePv } from '../../../../grammar/pv.js';
import { defineRule } from '../rule.js';

/** Variables that belong to no message: the worker sets them before it has one. */
const FREE = new Set(['var', 'vn', 'vz', 'shv', 'dbg']);

export const sworkerXdata = defineRule({
  code: 'KTS2034',
  name: 'sworker-xdata',
  severity: 'error',
  group: 'async',
  on: true,
  trap: true,
  cause: 'The xdata variable of sworker belongs to a message.',
  effect: 'the worker sets it before it has parsed one: the value is lost with the message, and Kamailio may crash.',
  fix: 'Use a $var(): modparam("sworker", "xdata", "$var(x)").',
  bad: `loadmodule "sworker.so"
modparam("sworker", "xdata", "$avp(x)")
request_route { exit; }`,
  good: `loadmodule "sworker.so"
modparam("sworker", "xdata", "$var(x)")
request_route { exit; }`,
  *check(subject) {
    for (const { value, span } of subject.params('sworker', 'xdata')) {
      const pv = parsePv(`${value.value}`.trim());
      if (!isPvError(pv) && !FREE.has(pv.name))
        yield { span, title: `${pv.text} belongs to a message, and xdata is set before there is one` };
    }
  },
});
