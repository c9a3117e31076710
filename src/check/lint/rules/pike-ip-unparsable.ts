import { defineRule } from '../rule.js';
import { literal } from '../walk.js';

export const pikeIpUnparsable = defineRule({
  code: 'KTS2032',
  name: 'pike-ip-unparsable',
  severity: 'error',
  group: 'queue',
  on: true,
  trap: true,
  cause: 'The argument of pike_check_ip() is not an IP address.',
  effect: 'it fails with -1, which looks like a flood: every request is blocked.',
  fix: 'Give an address: pike_check_ip("$si"), or "$(hdr(X-Real-IP))" once it is known to be there.',
  bad: `loadmodule "pike.so"
request_route {
  if (!pike_check_ip("si")) exit;
}`,
  good: `loadmodule "pike.so"
request_route {
  if (!pike_check_ip("$si")) exit;
}`,
  *check(subject) {
    for (const { call } of subject.graph.calls('pike_check_ip')) {
      const address = literal(call, 0);
      if (address === undefined || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) || address.includes(':')) continue;
      yield { span: call.span, title: `"${address}" is no address: pike_check_ip() fails for every request` };
    }
  },
});
