import { queueLines } from '../queues.js';
import { defineRule } from '../rule.js';

export const dbmodeEmptiesTable = defineRule({
  code: 'KTS2023',
  name: 'dbmode-empties-table',
  group: 'queue',
  on: true,
  trap: true,
  cause: 'A queue has dbmode=2: its items are loaded at start and not saved at the end.',
  effect: 'the table is emptied once it is loaded, so that the next start finds nothing.',
  fix: 'Use dbmode=1 to save at the end as well, or dbmode=4 (kts only), where a crash loses nothing either.',
  bad: `loadmodule "db_sqlite.so"
loadmodule "mqueue.so"
modparam("mqueue", "db_url", "sqlite:///tmp/q.sqlite")
modparam("mqueue", "mqueue", "name=seed;size=100;dbmode=2")
request_route { mq_fetch("seed"); }`,
  good: `loadmodule "db_sqlite.so"
loadmodule "mqueue.so"
modparam("mqueue", "db_url", "sqlite:///tmp/q.sqlite")
modparam("mqueue", "mqueue", "name=seed;size=100;dbmode=1")
request_route { mq_fetch("seed"); }`,
  *check(subject) {
    for (const { name, dbMode, span } of queueLines(subject))
      if (dbMode === 2) yield { span, title: `dbmode=2 empties the table of queue ${name} at start` };
  },
});
