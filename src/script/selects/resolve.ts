import type { Host } from '../../registry/host.js';
import type { SelectNode, SelectRead } from './node.js';
import { parseSelectPath } from './path.js';
import { SELECTS } from './table.js';

/** A select ready to read, or why there is none, in upstream's words. */
export type ResolvedSelect = { readonly read: SelectRead } | { readonly error: string };

/** Resolves the path of `@path` or `$sel(path)`, once, when the config is read. */
export function resolveSelect(path: string, host: Host): ResolvedSelect {
  const steps = parseSelectPath(path);
  if (steps === null) return { error: `invalid select: '${path}'` };
  let node = null as SelectNode | null;
  for (const [level, step] of steps.entries()) {
    const reached: SelectNode | null =
      level === 0
        ? Object.hasOwn(SELECTS, step.name)
          ? SELECTS[step.name]!(step, host)
          : (host.selects.get(step.name)?.(step, host) ?? null)
        : (node?.step?.(step) ?? null);
    if (reached === null) return { error: `Unable to resolve select '${step.name}' at level ${level}` };
    node = reached;
  }
  if (node?.read === undefined) return { error: `Unable to resolve select '${path}': it is not complete` };
  return { read: node.read };
}
