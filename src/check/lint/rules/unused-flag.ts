import { defineRule } from '../rule.js';

export const unusedFlag = defineRule({
  code: 'KTS2070',
  name: 'unused-flag',
  severity: 'info',
  group: 'unused',
  on: false,
  cause: 'A name of a flags line is used nowhere else.',
  effect: 'the flag is never set nor tested.',
  fix: 'Take the name away, or mend it where it is meant.',
  bad: `flags ACC:1, NAT:2
request_route { setflag(ACC); exit; }`,
  good: `flags ACC:1, NAT:2
request_route { setflag(ACC); if (isflagset(NAT)) exit; }`,
  *check(subject) {
    const words = new Set<string>();
    for (const node of subject.graph.nodes)
      for (const { call } of node.calls)
        for (const arg of call.args)
          if (arg.kind === 'word' || arg.kind === 'string') for (const w of arg.value.split(/\W+/)) words.add(w);
    for (const { value } of subject.paramLines) for (const w of `${value.value}`.split(/\W+/)) words.add(w);
    for (const item of subject.input.ast.items) {
      if (item.kind !== 'flags') continue;
      for (const { name, span } of item.flags) if (!words.has(name)) yield { span, title: `nothing uses flag ${name}` };
    }
  },
});
