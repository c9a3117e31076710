import { didYouMean } from '../../suggest.js';
import { defineRule } from '../rule.js';
import type { Subject } from '../subject.js';
import { variable, variablesSet } from '../variables.js';

export const variableNeverSet = defineRule({
  code: 'KTS2074',
  name: 'variable-never-set',
  group: 'script',
  on: true,
  cause: 'A $var() is read that nothing in the config sets.',
  effect: 'it is 0 (as text, "0") for ever: mostly its name, or that of the variable that is set, is misspelt.',
  fix: 'Mend the name, or set the variable.',
  bad: `loadmodule "pv.so"
request_route {
  $var(target) = "sip:10.0.0.1";
  $du = $var(traget);
}`,
  good: `loadmodule "pv.so"
request_route {
  $var(target) = "sip:10.0.0.1";
  $du = $var(target);
}`,
  *check(subject) {
    const { nodes } = subject.graph;
    const set = new Set(nodes.flatMap((n) => [...variablesSet(n)]));
    // A name that only a run knows may be any.
    if (nodes.some((n) => n.pvs.some((m) => m.writes && /^v(?:ar|n|z)$/.test(m.pv.name) && variable(m) === null)))
      return;
    const told = new Set<string>();
    for (const m of nodes.flatMap((n) => n.pvs)) {
      const name = variable(m);
      if (name === null || set.has(name) || told.has(name) || isSetElsewhere(subject, name)) continue;
      told.add(name);
      const meant = didYouMean(name, set);
      yield {
        span: m.span,
        title: `nothing sets $var(${name})`,
        notes: [meant ? `Did you mean $var(${meant})?` : this.fix],
      };
    }
  },
});

/** With other defines, or by a module that is given its name. */
function isSetElsewhere(subject: Subject, name: string): boolean {
  const text = `var(${name})`;
  if (subject.paramLines.some(({ value }) => `${value.value}`.includes(text))) return true;
  return subject.input.files.some((file) =>
    subject.lines(file).some((line) => {
      const at = line.indexOf(`$${text}`);
      return at >= 0 && /^\s*=[^=~]/.test(line.slice(at + text.length + 1));
    }),
  );
}
