import { SUSPENDERS } from '../facts.js';
import { defineRule } from '../rule.js';
import { literal, type Spot } from '../walk.js';

export const repeatedSuspension = defineRule({
  code: 'KTS2014',
  name: 'repeated-suspension',
  group: 'async',
  on: false,
  cause: 'A route suspends the request again and again: it names itself as the resume route, or sleeps in a loop.',
  effect: 'each suspension takes a branch of the transaction; after max_branches of them the next one fails.',
  fix: 'Count the rounds in an $avp() and give up in time, or raise max_branches.',
  bad: `request_route { async_route("POLL", "2"); }
route[POLL] {
  if ($sht(done=>$ci) == $null) {
    async_route("POLL", "2");
  }
  t_relay();
}`,
  good: `request_route { async_route("WAIT", "2"); }
route[WAIT] {
  t_relay();
}`,
  *check(subject) {
    for (const use of subject.graph.calls(...SUSPENDERS)) {
      const target = use.name.endsWith('_route') ? literal(use.call, 0) : undefined;
      const resumed = target === undefined ? undefined : subject.graph.route(target);
      if (resumed && subject.graph.reach(resumed).has(subject.graph.node(use.spot.route)))
        yield { span: use.call.span, title: `route[${target}] suspends itself again: each round takes a branch` };
      else if (inLoop(use.spot))
        yield { span: use.call.span, title: `${use.name}() in a loop takes a branch each time` };
    }
  },
});

function inLoop(spot: Spot): boolean {
  for (let at: Spot | null = spot; at; at = at.parent) if (at.role === 'loop') return true;
  return false;
}
