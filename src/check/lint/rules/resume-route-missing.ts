import { didYouMean } from '../../suggest.js';
import { defineRule } from '../rule.js';
import { DATA_ROUTES, RESUMES } from '../subject.js';
import { literal } from '../walk.js';

export const resumeRouteMissing = defineRule({
  code: 'KTS2035',
  name: 'resume-route-missing',
  severity: 'error',
  group: 'async',
  on: true,
  trap: true,
  cause:
    'A function names a route to resume in that does not exist. The name may be computed, so the parser lets it pass.',
  effect: 'the call fails with -1, or the suspended transaction waits for its timeout.',
  fix: 'Mend the name, or add the route[…] block.',
  bad: `async_workers=2
request_route { async_task_route("LATR"); }
route[LATER] { t_relay(); }`,
  good: `async_workers=2
request_route { async_task_route("LATER"); }
route[LATER] { t_relay(); }`,
  *check({ graph }) {
    const positions = { ...RESUMES, ...DATA_ROUTES };
    const names = graph.ofKind('route').map((n) => n.name);
    for (const { call, name } of graph.calls(...Object.keys(positions))) {
      const wanted = literal(call, positions[name]!);
      if (wanted === undefined || graph.route(wanted)) continue;
      const meant = didYouMean(wanted, names);
      yield {
        span: call.span,
        title: `${name}() is to go on in route[${wanted}], which does not exist`,
        notes: [meant ? `Did you mean ${meant}?` : this.fix],
      };
    }
  },
});
