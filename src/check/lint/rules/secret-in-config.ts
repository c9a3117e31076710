import type { Span } from '../../../../grammar/source.js';
import { defineRule } from '../rule.js';

export const secretInConfig = defineRule({
  code: 'KTS2056',
  name: 'secret-in-config',
  severity: 'info',
  group: 'security',
  on: false,
  cause: 'A password or key stands in the config.',
  effect: 'whoever reads the file, a backup or the repository has it; RPC and logs may show it too.',
  fix: 'Keep it in a file that only the server reads: include_file, or -A DBURL=… from the environment.',
  bad: `loadmodule "usrloc.so"
modparam("usrloc", "db_url", "mysql://kamailio:s3cret@localhost/kamailio")
request_route { exit; }`,
  good: `loadmodule "usrloc.so"
modparam("usrloc", "db_url", "sqlite:///var/lib/kamailio/kamailio.sqlite")
request_route { exit; }`,
  *check(subject) {
    const seen = new Set<string>();
    const once = (span: Span): boolean => {
      // One define used in many lines is one secret.
      const { file, line, column } = span.definedAt ?? span.at;
      const key = `${file}:${line}:${column}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    };
    for (const { module, param, value, span } of subject.paramLines) {
      const text = `${value.value}`;
      const url = /\b\w+:\/\/[^\s:/@]+:([^\s@/]+)@/.test(text);
      const named = /(?:^|_)(?:password|passwd|secret|pass|auth_password|key)$/i.test(param) && value.kind !== 'int';
      const inText = /(?:^|[;,])\s*(?:password|pass|passwd|secret)=[^;,\s]+/i.test(text);
      if ((url || inText || (named && text !== '' && !text.includes('$'))) && once(value.span))
        yield { span, title: `${module}.${param} holds a password` };
    }
  },
});
