import type { Expr } from '../../../../grammar/ast.js';
import { defineRule } from '../rule.js';

export const assignmentInCondition = defineRule({
  code: 'KTS2061',
  name: 'assignment-in-condition',
  group: 'script',
  on: true,
  cause: 'A condition assigns a constant or another variable where it seems to compare.',
  effect: 'the condition is always true, and the variable has a new value.',
  fix: 'Write == to compare.',
  bad: `loadmodule "pv.so"
request_route {
  if (($var(x) = 1)) exit;
}`,
  good: `loadmodule "pv.so"
request_route {
  if ($var(x) == 1) exit;
}`,
  *check(subject) {
    for (const node of subject.graph.nodes) {
      for (const { statement } of node.statements) {
        if (statement.kind !== 'if' && statement.kind !== 'while') continue;
        for (const assign of assignments(statement.condition)) {
          const { kind } = assign.assign.value;
          if (kind === 'int' || kind === 'string' || kind === 'pv')
            yield { span: assign.span, title: `this assigns ${assign.assign.target.text}, and is always true` };
        }
      }
    }
  },
});

function* assignments(e: Expr): Iterable<Extract<Expr, { kind: 'assign-expr' }>> {
  if (e.kind === 'assign-expr') yield e;
  else if (e.kind === 'unary' && e.op === '!') yield* assignments(e.operand);
  else if (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) {
    yield* assignments(e.left);
    yield* assignments(e.right);
  }
}
