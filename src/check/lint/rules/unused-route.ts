import { defineRule } from '../rule.js';
import type { Subject } from '../subject.js';

export const unusedRoute = defineRule({
  code: 'KTS2065',
  name: 'unused-route',
  group: 'unused',
  on: false,
  cause: 'No route() call, function or parameter names this route block.',
  effect: 'it never runs.',
  fix: 'Call it, or take it away.',
  bad: `request_route { exit; }
route[OLD] { drop; }`,
  good: `request_route { route(NEW); }
route[NEW] { drop; }`,
  *check(subject) {
    if (subject.graph.computed) return;
    const words = wordsOf(subject);
    for (const node of subject.graph.nodes) {
      const { kind, name, block } = node;
      if (kind === 'event_route' || name === '' || kind === 'request_route' || kind === 'reply_route') continue;
      const called = kind === 'route' && subject.graph.callersOf(block).some((c) => c.spot.route !== block);
      if (called || words.has(name)) continue;
      yield { span: block.nameSpan, title: `nothing runs ${kind}[${name}]` };
    }
  },
});

/** Every word of literal texts that functions and parameters are given: any of them may be the name of a route. */
function wordsOf(subject: Subject): ReadonlySet<string> {
  const words = new Set<string>();
  const add = (text: string): void => {
    words.add(text);
    for (const word of text.split(/[^\w:-]+/)) words.add(word);
  };
  for (const node of subject.graph.nodes) {
    for (const { call, name } of node.calls)
      for (const arg of call.args) if (name !== 'route' && arg.kind !== 'int' && 'value' in arg) add(`${arg.value}`);
    for (const { expr } of node.exprs) if (expr.kind === 'string') add(expr.value);
    for (const { statement } of node.statements)
      if ((statement.kind === 'async' || statement.kind === 'launch') && statement.route) words.add(statement.route);
  }
  for (const { value } of subject.paramLines) add(`${value.value}`);
  for (const item of subject.input.ast.items) if (item.kind === 'core-param') add(`${item.value.value}`);
  return words;
}
