import type { Statement } from '../../../../grammar/ast.js';
import { SUSPENDERS } from '../facts.js';
import { following } from '../flow.js';
import { defineRule } from '../rule.js';
import { ownCalls } from '../walk.js';

/** What a script does when a function has failed. */
const HANDLES_FAILURE = /^(?:x(?:log|dbg|info|notice|warn|err|crit|alert|bug)[lm]?|.*reply.*|mq_add|route)$/;

export const deadAfterAsync = defineRule({
  code: 'KTS2006',
  name: 'dead-after-async',
  group: 'async',
  on: true,
  trap: true,
  cause: 'Statements follow async_route(), async_task_route() or an async() statement.',
  effect: 'they run only when the function has failed: on success the run ends there and goes on in the resume route.',
  fix: 'Move them into the resume route, or test the result: if (!async_route(…)) { … }.',
  bad: `request_route {
  async_route("LATER", "2");
  t_relay();
}
route[LATER] { t_relay(); }`,
  good: `request_route {
  if (!async_route("LATER", "2")) {
    sl_send_reply("500", "Later Failed");
  }
  exit;
}
route[LATER] { t_relay(); }`,
  *check(subject) {
    const goesOn = subject.intParam('async', 'return', 0) !== 0;
    for (const node of subject.graph.nodes) {
      for (const { statement, spot } of node.statements) {
        if (statement.kind === 'async') {
          const next = spot.block[spot.index + 1];
          if (
            next &&
            next.kind !== 'empty' &&
            next.kind !== 'exit' &&
            !subject.conditionBetween(statement.span, next.span)
          )
            yield {
              span: next.span,
              title: 'nothing after an async() statement runs',
              related: [{ span: statement.span, label: 'the run ends here' }],
            };
        } else if (!goesOn && statement.kind === 'call-statement' && suspends(statement.call.name)) {
          const dead = firstThatIsNoHandling(following(spot));
          if (dead)
            yield {
              span: dead.span,
              title: `this runs only when ${statement.call.name}() has failed`,
              related: [{ span: statement.span, label: 'on success the run ends here' }],
            };
        }
      }
    }
  },
});

const suspends = (name: string): boolean => SUSPENDERS.has(name) && !name.endsWith('_sleep');

function firstThatIsNoHandling(statements: Iterable<Statement>): Statement | null {
  for (const s of statements) {
    if (s.kind === 'exit' || s.kind === 'return' || s.kind === 'drop' || s.kind === 'break') return null;
    if (s.kind === 'empty') continue;
    // A test, of the result for example, is handling.
    if (s.kind !== 'call-statement') return s.kind === 'assign' ? s : null;
    if (![...ownCalls(s)].every((call) => HANDLES_FAILURE.test(call.name))) return s;
    if (s.call.name === 'route') return null;
  }
  return null;
}
