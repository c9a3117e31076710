import { patterns } from '../patterns.js';
import { defineRule } from '../rule.js';

export const costlyRegex = defineRule({
  code: 'KTS2063',
  name: 'costly-regex',
  severity: 'info',
  group: 'script',
  on: false,
  cause: 'A regular expression repeats a repetition, refers back to a group, or counts high.',
  effect:
    'in Kamailio such a pattern can take seconds on a text that a peer chose. kts bounds the time: a back-reference costs up to its limit of steps, a high count costs memory, all else is one pass over the text.',
  fix: 'Write one repetition, (a+)+ as a+, and anchor what is meant to be the whole value with ^ and $.',
  bad: `loadmodule "pv.so"
request_route {
  if ($fU =~ "^([0-9]+)+$") exit;
}`,
  good: `loadmodule "pv.so"
request_route {
  if ($fU =~ "^[0-9]+$") exit;
}`,
  *check(subject) {
    for (const { text, span } of patterns(subject)) {
      if (text.length > LONGEST) continue;
      const why = /\([^()]*[+*}][^()]*\)(?:[+*]|\{\d+,\})/.test(text)
        ? 'repeats what repeats'
        : /\\[1-9]/.test(text)
          ? 'refers back to a group'
          : /\{(?:\d+,)?\d{3,}\}/.test(text)
            ? 'counts to hundreds'
            : null;
      if (why) yield { span, title: `"${text}" ${why}` };
    }
  },
});

/** Longer patterns are not judged: looking at them would cost more than they do. */
const LONGEST = 1000;
