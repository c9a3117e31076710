import type { Statement } from '../../../../grammar/ast.js';
import type { Span } from '../../../../grammar/source.js';
import { Way } from '../flow.js';
import { defineRule } from '../rule.js';
import type { Subject } from '../subject.js';

export const unreachableCode = defineRule({
  code: 'KTS2064',
  name: 'unreachable-code',
  group: 'script',
  on: true,
  cause: 'Statements follow exit, drop, return or break, or the call of a route that never comes back.',
  effect: 'they never run.',
  fix: 'Take them away, or move them before the statement that ends the run.',
  bad: `loadmodule "xlog.so"
request_route {
  exit;
  xlog("never");
}`,
  good: `loadmodule "xlog.so"
request_route {
  xlog("now");
  exit;
}`,
  *check(subject) {
    const { flow, graph } = subject;
    const seen = new Set<unknown>();
    for (const node of graph.nodes) {
      for (const { statement, spot } of node.statements) {
        const next = spot.block[spot.index + 1];
        if (!next || seen.has(spot.block) || flow.statement(statement) & Way.NEXT || statement.kind === 'async')
          continue;
        seen.add(spot.block);
        // An exit or return after what ends the run by itself is how careful people write.
        const rest = spot.block.slice(spot.index + 1).filter((s) => s.kind !== 'empty');
        const closing = rest.every((s) => /^(?:exit|return|drop|break)$/.test(s.kind));
        if (rest.length === 0 || closing) continue;
        // With other defines the statement between may not be there.
        if (subject.conditionBetween(statement.span, rest[0]!.span) || endsByDefine(subject, statement)) continue;
        yield {
          span: rest[0]!.span,
          title: 'this never runs',
          related: [{ span: statement.span, label: 'the run ends here' }],
        };
      }
    }
  },
});

/** True when what ends the run stands among preprocessor conditions: with other defines it may come back. */
function endsByDefine(subject: Subject, s: Statement): boolean {
  if (s.kind === 'exit' || s.kind === 'drop' || s.kind === 'return' || s.kind === 'break') return false;
  if (hasCondition(subject, s.span)) return true;
  const target = s.kind === 'call-statement' ? subject.graph.target(s.call) : undefined;
  return target !== undefined && [...subject.graph.reach(target)].some((n) => hasCondition(subject, n.block.span));
}

const hasCondition = (subject: Subject, { at, end }: Span): boolean =>
  subject.conditionBetween({ at, end: at }, { at: end, end });
