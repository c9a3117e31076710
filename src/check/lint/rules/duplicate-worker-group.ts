import { defineRule } from '../rule.js';
import { type GroupLine, groupLines } from '../worker-groups.js';

export const duplicateWorkerGroup = defineRule({
  code: 'KTS2015',
  name: 'duplicate-worker-group',
  group: 'async',
  on: true,
  trap: true,
  cause: 'Two async_workers_group lines have the same name.',
  effect: 'tasks go to the group declared last; the workers of the first never get one.',
  fix: 'Give each group a name of its own, or keep one line.',
  bad: `async_workers_group="name=db;workers=2"
async_workers_group="name=db;workers=8"
request_route { exit; }`,
  good: `async_workers_group="name=db;workers=2"
async_workers_group="name=http;workers=8"
request_route { exit; }`,
  *check(subject) {
    const seen = new Map<string, GroupLine>();
    for (const group of groupLines(subject)) {
      const first = seen.get(group.name);
      if (first && group.name !== '')
        yield {
          span: group.line.span,
          title: `worker group ${group.name} is declared twice`,
          related: [{ span: first.line.span, label: 'first here' }],
        };
      else seen.set(group.name, group);
    }
  },
});
