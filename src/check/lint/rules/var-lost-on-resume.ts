import { defineRule } from '../rule.js';

export const varLostOnResume = defineRule({
  code: 'KTS2007',
  name: 'var-lost-on-resume',
  group: 'async',
  on: true,
  trap: true,
  cause: 'A resume route reads a $var() that only the code before the suspension sets.',
  effect: '$var() belongs to the run that ended: the resume route finds 0, or what another message left there.',
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
    const seen = new Set<unknown>();
    for (const { node, by } of [...subject.resumeRoutes(), ...subject.dataRoutes()]) {
      if (seen.has(node)) continue;
      seen.add(node);
      const inside = graph.reach(node);
      const set = new Set<string>();
      for (const n of inside) for (const m of n.pvs) if (m.pv.name === 'var' && m.writes) set.add(m.pv.inner ?? '');
      for (const n of inside) {
        // Functions may leave their results in a variable that they are given by name.
        for (const { call } of n.calls)
          for (const arg of call.args)
            if (arg.kind === 'pv' || arg.kind === 'string')
              for (const m of n.pvs)
                if (m.span === arg.span && m.pv.name === 'var' && !isText(call.name)) set.add(m.pv.inner ?? '');
      }
      for (const n of inside) {
        for (const m of n.pvs) {
          const name = m.pv.inner ?? '';
          if (m.pv.name !== 'var' || set.has(name) || name.includes('$')) continue;
          const before = graph.nodes.find(
            (other) =>
              !inside.has(other) && other.pvs.some((w) => w.writes && w.pv.name === 'var' && w.pv.inner === name),
          );
          if (!before) continue;
          set.add(name);
          yield { span: m.span, title: `$var(${name}) is set before ${by}() and lost when route[${node.name}] runs` };
        }
      }
    }
  },
});

/** Functions that only read what they are given. */
const isText = (name: string): boolean =>
  /^x(?:log|dbg|info|notice|warn|err|crit|alert|bug)|reply|^route$|^append_hf$|^mq_add$/.test(name);
