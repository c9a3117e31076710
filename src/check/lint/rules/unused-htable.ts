import { defineRule } from '../rule.js';
import { tableLines, tableNames } from '../tables.js';

export const unusedHtable = defineRule({
  code: 'KTS2068',
  name: 'unused-htable',
  severity: 'info',
  group: 'unused',
  on: false,
  cause: 'No route reads or writes the hash table.',
  effect: 'it takes memory, and time to load when it has a dbtable; only RPC can reach it.',
  fix: 'Take the htable line away, or mend the name in routes.',
  bad: `loadmodule "htable.so"
modparam("htable", "htable", "bans=>size=8;")
request_route { exit; }`,
  good: `loadmodule "htable.so"
modparam("htable", "htable", "bans=>size=8;")
request_route { if ($sht(bans=>$si) != $null) exit; }`,
  *check(subject) {
    const used = new Set<string>();
    for (const { name } of tableNames(subject)) {
      if (name === null) return;
      used.add(name);
    }
    for (const { name, span } of tableLines(subject))
      if (!used.has(name)) yield { span, title: `no route uses hash table ${name}` };
  },
});
