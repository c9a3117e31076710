import { defineRule } from '../rule.js';
import { ownCalls, type Spot } from '../walk.js';

export const exitInPreRouting = defineRule({
  code: 'KTS2003',
  name: 'exit-in-pre-routing',
  group: 'async',
  on: true,
  trap: true,
  cause: 'exit ends event_route[core:pre-routing] early.',
  effect: 'the message goes on to request_route all the same: only drop stops it there.',
  fix: 'Write drop to stop the message, return to let it go on.',
  bad: `event_route[core:pre-routing] {
  if ($ua =~ "scanner") {
    exit;
  }
}
request_route { exit; }`,
  good: `event_route[core:pre-routing] {
  if ($ua =~ "scanner") {
    drop;
  }
}
request_route { exit; }`,
  *check(subject) {
    const start = subject.graph.find('event_route', 'core:pre-routing');
    if (!start) return;
    for (const node of subject.graph.reach(start)) {
      // A route that requests take as well means its exit for them.
      if (node !== start && subject.requestRoutes.has(node)) continue;
      for (const { statement, spot } of node.statements) {
        if (statement.kind !== 'exit') continue;
        const ends = spot.parent === null && spot.index === spot.block.length - 1;
        if ((ends && node === start) || isDelegated(spot)) continue;
        yield { span: statement.span, title: 'exit does not stop a message in event_route[core:pre-routing]' };
      }
    }
  },
});

/** Behind sworker_task(), which has a rule of its own for what must follow. */
function isDelegated({ block, index, parent }: Spot): boolean {
  const before = [...block.slice(0, index), ...(parent ? [parent.block[parent.index]!] : [])];
  return before.some((s) => [...ownCalls(s)].some((call) => call.name === 'sworker_task'));
}
