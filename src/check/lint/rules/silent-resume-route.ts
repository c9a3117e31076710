import { OPAQUE, RELAYS, REPLIES, SETTLES, SUSPENDERS } from '../facts.js';
import type { Node } from '../graph.js';
import { defineRule } from '../rule.js';
import type { Subject } from '../subject.js';

export const silentResumeRoute = defineRule({
  code: 'KTS2013',
  name: 'silent-resume-route',
  group: 'async',
  on: true,
  trap: true,
  cause: 'A route that resumes a suspended request neither relays nor replies nor suspends again.',
  effect: 'the transaction has no branch left and is ended with 500.',
  fix: 'Relay or reply in the resume route. For work that the caller does not wait for, use async_task_data().',
  bad: `async_workers=2
request_route {
  async_task_route("WORK");
}
route[WORK] {
  xlog("done");
}`,
  good: `async_workers=2
request_route {
  async_task_route("WORK");
}
route[WORK] {
  xlog("done");
  t_relay();
}`,
  *check(subject) {
    const seen = new Set<Node>();
    for (const { node, by, span } of subject.resumeRoutes()) {
      // A reply that was suspended goes on by itself, and HTTP queries may leave the transaction alone.
      const leaves =
        by === 't_continue' ? suspendsReplies(subject) : by === 'http_async_query' && choosesSuspend(subject);
      if (seen.has(node) || leaves) continue;
      seen.add(node);
      const acts = [...subject.graph.reach(node)].some(
        (n) =>
          n.calls.some(
            ({ name }) =>
              RELAYS.has(name) || REPLIES.has(name) || SETTLES.has(name) || SUSPENDERS.has(name) || OPAQUE.has(name),
          ) || n.statements.some(({ statement }) => statement.kind === 'async'),
      );
      if (!acts)
        yield {
          span: node.block.nameSpan,
          title: `route[${node.name}] resumes a request and neither relays nor replies`,
          related: [{ span, label: 'resumed from here' }],
        };
    }
  },
});

function suspendsReplies({ graph }: Subject): boolean {
  const replies = [...graph.ofKind('onreply_route'), ...graph.ofKind('reply_route')];
  return [...graph.reachAll(replies)].some((n) => n.calls.some((c) => c.name === 't_suspend'));
}

const choosesSuspend = ({ graph }: Subject): boolean =>
  [...graph.pvs('http_req')].some((m) => m.writes && m.pv.inner === 'suspend');
