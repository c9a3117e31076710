import { defineRule } from '../rule.js';
import { literal } from '../walk.js';

const FUNCTIONS = ['setbflag', 'resetbflag', 'isbflagset', 'setsflag', 'resetsflag', 'issflagset'];

export const flagOutOfRange = defineRule({
  code: 'KTS2073',
  name: 'flag-out-of-range',
  severity: 'error',
  group: 'script',
  on: true,
  trap: true,
  cause: 'A branch flag or script flag has a number outside of 0 to 31. The parser looks at message flags only.',
  effect: 'the function fails with -1: the flag is never set.',
  fix: 'Choose a number from 0 to 31.',
  bad: `loadmodule "kex.so"
request_route { setbflag(32); }`,
  good: `loadmodule "kex.so"
request_route { setbflag(31); }`,
  *check({ graph }) {
    for (const { call, name } of graph.calls(...FUNCTIONS)) {
      const flag = literal(call, 0);
      if (flag !== undefined && /^-?\d+$/.test(flag) && (Number(flag) < 0 || Number(flag) > 31))
        yield { span: call.span, title: `${name}(): there is no flag ${flag}` };
    }
  },
});
