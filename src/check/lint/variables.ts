import type { Call } from '../../../grammar/ast.js';
import type { Node } from './graph.js';
import { formatPvs, type PvMention } from './walk.js';

/** Three ways to one store, which differ in what a variable is that nothing has set. */
const SCRIPT_VARIABLES = new Set(['var', 'vn', 'vz']);

/** The name of a `$var()`; null for other variables and for names that only a run knows. */
export function variable({ pv }: PvMention): string | null {
  return SCRIPT_VARIABLES.has(pv.name) && pv.inner !== null && !pv.inner.includes('$') ? pv.inner : null;
}

/** The variables that a block may set: by assignment, or as what it gives a function for its result. */
export function variablesSet(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (const m of node.pvs) {
    const name = m.writes ? variable(m) : null;
    if (name !== null) names.add(name);
  }
  for (const { call } of node.calls) for (const name of variablesGiven(call)) names.add(name);
  return names;
}

/** The variables that a function may leave a result in. */
export function* variablesGiven(call: Call): Iterable<string> {
  if (ONLY_READS.test(call.name)) return;
  for (const arg of call.args)
    if (arg.kind === 'pv' || arg.kind === 'string')
      for (const pv of formatPvs(arg.kind === 'pv' ? arg.text : arg.value))
        if (SCRIPT_VARIABLES.has(pv.name) && pv.inner !== null) yield pv.inner;
}

/** Functions that only read what they are given. */
const ONLY_READS = /^x(?:log|dbg|info|notice|warn|err|crit|alert|bug)|reply|^route$|^append_hf$|^mq_add$/;
