import { defineRule } from '../rule.js';

export const unverifiedTls = defineRule({
  code: 'KTS2055',
  name: 'unverified-tls',
  group: 'security',
  on: false,
  cause: 'Certificates of TLS peers are not verified.',
  effect: 'somebody in between can stand in for the other server.',
  fix: 'Set modparam("tls", "verify_certificate", 1) and modparam("tls", "ca_list", "…").',
  bad: `loadmodule "tls.so"
modparam("tls", "verify_certificate", 0)
request_route { exit; }`,
  good: `loadmodule "tls.so"
modparam("tls", "verify_certificate", 1)
request_route { exit; }`,
  *check(subject) {
    for (const { name, value, span } of subject.params('tls'))
      if (name === 'verify_certificate' && value.value === 0)
        yield { span, title: 'certificates of peers are not verified' };
  },
});
