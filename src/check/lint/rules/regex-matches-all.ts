import { patterns } from '../patterns.js';
import { defineRule } from '../rule.js';

export const regexMatchesAll = defineRule({
  code: 'KTS2062',
  name: 'regex-matches-all',
  group: 'script',
  on: true,
  cause: 'A regular expression has an alternative that is empty, or nothing but .* in it.',
  effect: 'every text matches: the test says nothing.',
  fix: 'Take the empty alternative away, or the test; to ask whether a value is there compare it with $null.',
  bad: `loadmodule "pv.so"
request_route {
  if ($ua =~ "friendly-scanner|sipvicious|") exit;
}`,
  good: `loadmodule "pv.so"
request_route {
  if ($ua =~ "friendly-scanner|sipvicious") exit;
}`,
  *check(subject) {
    for (const { text, span, tests } of patterns(subject)) {
      if (!tests || !matchesAll(text)) continue;
      yield { span, title: `"${text}" matches every text` };
    }
  },
});

function matchesAll(pattern: string): boolean {
  if (pattern.replace(/[\^()$]/g, '') === '.*') return true;
  // Alternatives on the outermost level.
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '[') {
      const end = pattern.indexOf(']', pattern[i + 1] === '^' ? i + 3 : i + 2);
      if (end < 0) return false;
      i = end;
    } else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if ((c === '|' && depth === 0) || i === pattern.length) {
      if (pattern.slice(from, i) === '' && pattern !== '') return true;
      from = i + 1;
    }
  }
  return false;
}
