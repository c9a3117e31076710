import type { RouteBlockKind } from '../../../grammar/ast.js';
import { ANY_ROUTE, RouteKind } from '../../script/route-kind.js';
import type { Node } from './graph.js';
import type { Subject } from './subject.js';
import { literal } from './walk.js';

/** What runs in each kind of block. Event routes run in many ways, so that nothing is said about them. */
const ENTERS: Readonly<Record<Exclude<RouteBlockKind, 'route'>, number>> = {
  request_route: RouteKind.REQUEST,
  reply_route: RouteKind.CORE_ONREPLY,
  onreply_route: RouteKind.TM_ONREPLY,
  failure_route: RouteKind.FAILURE,
  branch_route: RouteKind.BRANCH,
  onsend_route: RouteKind.ONSEND,
  event_route: ANY_ROUTE,
};

/**
 * The kinds of runs that can reach each block, as `RouteKind` bits. Blocks that a function or parameter names, and all
 * blocks when a name is computed, may be run in any way.
 */
export function routeKinds(subject: Subject): ReadonlyMap<Node, number> {
  const { graph } = subject;
  const kinds = new Map<Node, number>();
  const spread = (from: Node, mask: number): void => {
    for (const node of graph.reach(from)) kinds.set(node, (kinds.get(node) ?? 0) | mask);
  };
  for (const node of graph.nodes) if (node.kind !== 'route') spread(node, ENTERS[node.kind]);
  for (const name of namedElsewhere(subject)) {
    const node = graph.route(name);
    if (node) spread(node, ANY_ROUTE);
  }
  return kinds;
}

/** Words that functions other than `route()`, and parameters, are given. */
function namedElsewhere({ graph, paramLines }: Subject): ReadonlySet<string> {
  const words = new Set<string>();
  for (const node of graph.nodes) {
    for (const { call, name } of node.calls)
      if (name !== 'route') for (const i of call.args.keys()) words.add(literal(call, i) ?? '');
    for (const { statement } of node.statements)
      if ((statement.kind === 'async' || statement.kind === 'launch') && statement.route) words.add(statement.route);
  }
  for (const { value } of paramLines) for (const word of `${value.value}`.split(/[^\w:-]+/)) words.add(word);
  return words;
}
