import type { Statement } from '../../../../grammar/ast.js';
import type { Node } from '../graph.js';
import { defineRule } from '../rule.js';
import { variable, variablesGiven, variablesSet } from '../variables.js';
import type { Spot } from '../walk.js';

export const varLostOnResume = defineRule({
  code: 'KTS2007',
  name: 'var-lost-on-resume',
  group: 'async',
  on: true,
  trap: true,
  cause: 'A resume route, or what follows async_sleep(), reads a $var() that only the code before the suspension sets.',
  effect: '$var() belongs to the run that ended: what goes on finds 0, or what another message left there.',
  fix: 'Keep the value in $avp() or $xavp(): they belong to the transaction and come along.',
  bad: `request_route {
  $var(gw) = "10.0.0.1";
  async_route("LATER", "2");
}
route[LATER] {
  $du = "sip:" + $var(gw);
  t_relay();
}`,
  good: `request_route {
  $avp(gw) = "10.0.0.1";
  async_route("LATER", "2");
}
route[LATER] {
  $du = "sip:" + $avp(gw);
  t_relay();
}`,
  *check(subject) {
    const { graph } = subject;
    const setBy = new Map(graph.nodes.map((n) => [n, variablesSet(n)]));
    const setIn = (nodes: Iterable<Node>, name: string): boolean => [...nodes].some((n) => setBy.get(n)!.has(name));
    const seen = new Set<unknown>();
    for (const { node, by } of [...subject.resumeRoutes(), ...subject.dataRoutes()]) {
      if (seen.has(node)) continue;
      seen.add(node);
      const inside = graph.reach(node);
      const outside = graph.nodes.filter((n) => !inside.has(n));
      const told = new Set<string>();
      for (const m of [...inside].flatMap((n) => n.pvs)) {
        const name = variable(m);
        if (name === null || told.has(name) || setIn(inside, name) || !setIn(outside, name)) continue;
        told.add(name);
        yield { span: m.span, title: `$var(${name}) is set before ${by}() and lost when route[${node.name}] runs` };
      }
    }
    if (subject.intParam('async', 'continuation', 0) === 1) return;
    for (const { name: by, spot } of graph.calls('async_sleep', 'async_ms_sleep')) {
      const node = graph.node(spot.route);
      const later = node.pvs.filter((m) => indexIn(spot.block, m.spot) > spot.index);
      const setLater = new Set(later.filter((m) => m.writes).map(variable));
      for (const { call, spot: at } of node.calls) {
        if (indexIn(spot.block, at) <= spot.index) continue;
        for (const name of variablesGiven(call)) setLater.add(name);
        const target = call.name === 'route' ? graph.target(call) : undefined;
        for (const n of target ? graph.reach(target) : []) for (const name of setBy.get(n)!) setLater.add(name);
      }
      const told = new Set<string>();
      for (const m of later) {
        const name = variable(m);
        if (name === null || told.has(name) || setLater.has(name) || !setIn(graph.nodes, name)) continue;
        told.add(name);
        yield { span: m.span, title: `$var(${name}) is set before ${by}() and lost behind it` };
      }
    }
  },
});

/** The position in a block of the statement that a place is in; -1 when it is not in that block. */
function indexIn(block: readonly Statement[], spot: Spot): number {
  for (let at: Spot | null = spot; at; at = at.parent) if (at.block === block) return at.index;
  return -1;
}
