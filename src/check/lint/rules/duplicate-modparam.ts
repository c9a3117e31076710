import type { ModParam } from '../../../../grammar/ast.js';
import { defineRule } from '../rule.js';

export const duplicateModparam = defineRule({
  code: 'KTS2071',
  name: 'duplicate-modparam',
  group: 'script',
  on: true,
  cause: 'A module parameter that holds one value is set twice, to different values.',
  effect: 'the last line wins; the first has no effect.',
  fix: 'Keep the line that is meant.',
  bad: `loadmodule "tm.so"
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_timer", 30000)
request_route { exit; }`,
  good: `loadmodule "tm.so"
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", 30000)
request_route { exit; }`,
  *check(subject) {
    const defs = new Map(subject.program.modules.map((m) => [m.def.name, m.def]));
    const last = new Map<string, ModParam>();
    for (const line of subject.paramLines) {
      // Whether a parameter of a module that is not here collects values is not known.
      const def = defs.get(line.module)?.params[line.param];
      if (!def || def.type === 'list' || ORDERED.has(`${line.module}.${line.param}`)) continue;
      const key = `${line.module}.${line.param}`;
      const first = last.get(key);
      last.set(key, line);
      // A line of another file may well mean to override.
      if (first && first.value.value !== line.value.value && first.span.at.file === line.span.at.file)
        yield {
          span: line.span,
          title: `${key} is set to ${JSON.stringify(first.value.value)} first, which this line undoes`,
          related: [{ span: first.span, label: 'set first here' }],
        };
    }
  },
});

/** Hold for the lines below them, so that setting them again is how they are used. */
const ORDERED = new Set(['mqueue.mqueue_size', 'mqueue.mqueue_addmode', 'rtimer.default_interval', 'timer.timer']);
