import { didYouMean } from '../../suggest.js';
import { defineRule } from '../rule.js';
import { tableLines, tableNames } from '../tables.js';

export const undefinedHtable = defineRule({
  code: 'KTS2069',
  name: 'undefined-htable',
  severity: 'error',
  group: 'script',
  on: true,
  trap: true,
  cause: 'A function or pseudo-variable names a hash table that no htable line declares.',
  effect: 'reads give $null and writes fail, with an error in the log each time.',
  fix: 'Declare it with modparam("htable", "htable", "NAME=>size=8;"), or mend the name.',
  bad: `loadmodule "htable.so"
modparam("htable", "htable", "bans=>size=8;")
request_route { sht_rm_name_re("ban=>.*"); }`,
  good: `loadmodule "htable.so"
modparam("htable", "htable", "bans=>size=8;")
request_route { sht_rm_name_re("bans=>.*"); }`,
  *check(subject) {
    if (!subject.loaded('htable')) return;
    const known = tableLines(subject).map((t) => t.name);
    for (const { name, span } of tableNames(subject)) {
      if (name === null || name === '' || known.includes(name)) continue;
      const meant = didYouMean(name, known);
      yield { span, title: `no hash table is named ${name}`, notes: [meant ? `Did you mean ${meant}?` : this.fix] };
    }
  },
});
