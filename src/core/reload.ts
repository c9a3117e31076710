import type { Program } from '../check/program.js';

/**
 * What a running server cannot take over from a changed config, one phrase each; empty when only route blocks, flags and
 * defines differ. Modules keep what they hold (registrations, transactions, tables) because they stay as they are.
 */
export function restartNeeds(old: Program, next: Program): string[] {
  const needs: string[] = [];
  const settings = (p: Program): Readonly<Record<string, unknown>> => p.settings;
  for (const [name, value] of Object.entries(settings(next)))
    if (value !== settings(old)[name]) needs.push(`core parameter ${name}`);
  const params = new Map(old.modules.map((m) => [m.def.name, m.params]));
  for (const { def, params: values } of next.modules) {
    const before = params.get(def.name);
    params.delete(def.name);
    if (before === undefined) needs.push(`new module ${def.name}`);
    else
      for (const [name, value] of Object.entries(values))
        if (!same(value, before[name])) needs.push(`parameter ${name} of module ${def.name}`);
  }
  for (const name of params.keys()) needs.push(`module ${name}, which is gone`);
  if (!same(old.asyncGroups, next.asyncGroups)) needs.push('groups of worker threads');
  if (!same(old.listens, next.listens)) needs.push('addresses to listen on');
  if (!same(old.aliases, next.aliases)) needs.push('aliases');
  if (!same(old.customVariables, next.customVariables)) needs.push('variables (group.name = value)');
  return needs;
}

/** Whether two pieces of a program say the same, wherever they stand. */
function same(a: unknown, b: unknown): boolean {
  const bare = (v: unknown): string => JSON.stringify(v, (key, inner) => (/span$/i.test(key) ? undefined : inner));
  return bare(a) === bare(b);
}
