import { queueLines } from '../queues.js';
import { defineRule } from '../rule.js';

export const dbmodeWithoutUrl = defineRule({
  code: 'KTS2021',
  name: 'dbmode-without-url',
  severity: 'error',
  group: 'queue',
  on: true,
  cause: 'A queue has a dbmode, and mqueue has no db_url.',
  effect: 'the server does not start. Kamailio starts and crashes when it first needs the database.',
  fix: 'Set modparam("mqueue", "db_url", "sqlite:///var/lib/kamailio/queues.sqlite"), or take dbmode away.',
  bad: `loadmodule "mqueue.so"
modparam("mqueue", "mqueue", "name=cdrs;size=1000;dbmode=1")
request_route { mq_add("cdrs", "$ci", "x"); }`,
  good: `loadmodule "db_sqlite.so"
loadmodule "mqueue.so"
modparam("mqueue", "db_url", "sqlite:///tmp/queues.sqlite")
modparam("mqueue", "mqueue", "name=cdrs;size=1000;dbmode=1")
request_route { mq_add("cdrs", "$ci", "x"); }`,
  *check(subject) {
    if (subject.textParam('mqueue', 'db_url')) return;
    for (const { name, dbMode, span } of queueLines(subject))
      if (dbMode > 0) yield { span, title: `queue ${name} has dbmode=${dbMode}, and there is no db_url` };
  },
});
