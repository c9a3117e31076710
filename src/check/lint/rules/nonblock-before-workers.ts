import { defineRule } from '../rule.js';

export const nonblockBeforeWorkers = defineRule({
  code: 'KTS2016',
  name: 'nonblock-before-workers',
  group: 'async',
  on: true,
  trap: true,
  cause: 'async_nonblock or async_usleep stands above async_workers.',
  effect: 'the value is lost: it is put on a group that does not exist yet.',
  fix: 'Move the line below async_workers.',
  bad: `async_nonblock=1
async_workers=4
request_route { exit; }`,
  good: `async_workers=4
async_nonblock=1
request_route { exit; }`,
  *check(subject) {
    const { items } = subject.input.ast;
    const declares = items.findIndex(
      (i) => i.kind === 'core-param' && (i.name === 'async_workers' || i.name === 'async_workers_group'),
    );
    for (const name of ['async_nonblock', 'async_usleep']) {
      for (const line of subject.core(name)) {
        if (line.value.value === 0 || (declares !== -1 && items.indexOf(line) > declares)) continue;
        yield { span: line.span, title: `${name} stands before the workers that it is for, and is lost` };
      }
    }
  },
});
