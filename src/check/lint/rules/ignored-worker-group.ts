import { attributes } from '../attributes.js';
import { defineRule } from '../rule.js';
import { groupLines } from '../worker-groups.js';

const KNOWN = new Set(['name', 'workers', 'nonblock', 'usleep', 'queue']);

export const ignoredWorkerGroup = defineRule({
  code: 'KTS2018',
  name: 'ignored-worker-group',
  severity: 'error',
  group: 'async',
  on: true,
  trap: true,
  cause: 'An async_workers_group line has no name, no workers, or an attribute that does not exist.',
  effect: 'the server starts without the group, or the attribute is passed over; what is handed to the group fails.',
  fix: 'Write "name=NAME;workers=N;nonblock=0;usleep=0" with N above 0.',
  bad: `async_workers_group="name=db;worker=4"
request_route { exit; }`,
  good: `async_workers_group="name=db;workers=4"
request_route { exit; }`,
  *check(subject) {
    for (const { name, workers, line } of groupLines(subject)) {
      const odd = attributes(`${line.value.value}`).find((a) => !KNOWN.has(a.name));
      const title =
        name === ''
          ? 'a worker group without name= does not exist'
          : workers <= 0
            ? `worker group ${name} has no workers and does not exist`
            : odd
              ? `there is no attribute ${odd.name} of worker groups`
              : null;
      if (title) yield { span: line.span, title };
    }
  },
});
