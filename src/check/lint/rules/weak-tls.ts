import { defineRule } from '../rule.js';

export const weakTls = defineRule({
  code: 'KTS2054',
  name: 'weak-tls',
  group: 'security',
  on: true,
  cause: 'TLS is set to a protocol version or ciphers that are broken.',
  effect: 'what is sent can be read or changed on the way; many peers refuse such connections by now.',
  fix: 'Use tls_method "TLSv1.2+" and leave cipher_list alone.',
  bad: `loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1")
request_route { exit; }`,
  good: `loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
request_route { exit; }`,
  *check(subject) {
    const lines = [...subject.params('tls'), ...CORE.flatMap((name) => subject.core(name))];
    for (const { name, value, span } of lines) {
      const text = `${value.value}`;
      if (name.endsWith('tls_method') && /^(?:SSLv2|SSLv3|TLSv1|TLSv1\.1)$/i.test(text))
        yield { span, title: `${text} is no secure protocol any more` };
      else if (name.endsWith('cipher_list')) {
        const weak = text.split(/[:, ]+/).find((c) => /^(?![!-]).*(?:NULL|EXP|RC4|DES|MD5|LOW$)/i.test(c));
        if (weak) yield { span, title: `cipher ${weak} can be broken` };
      }
    }
  },
});

const CORE = ['tls_method', 'tls_cipher_list'];
