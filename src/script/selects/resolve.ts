import type { Host } from '../../registry/host.js';
import type { SelectNode, SelectRead } from './node.js';
import { parseSelectPath } from './path.js';
import { SELECTS } from './table.js';

/** A select ready to read, or why there is none, in upstream's words. */
export type ResolvedSelect = { readonly read: SelectRead } | { readonly error: string };

/** First steps that upstream's modules add and that are not here. */
const OWNERS: Readonly<Record<string, string>> = {
  attribute: 'avp',
  avp: 'avp',
  db_fetch: 'db2_ops',
  nathelper: 'nathelper',
  tls: 'tls',
  tm: 'tm',
  xmlrpc: 'xmlrpc',
};

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
    if (reached === null) {
      const owner =
        level === 0 && Object.hasOwn(OWNERS, step.name) ? `: it belongs to module ${OWNERS[step.name]}` : '';
      return { error: `Unable to resolve select '${step.name}' at level ${level}${owner}` };
    }
    node = reached;
  }
  if (node?.read === undefined) return { error: `Unable to resolve select '${path}': it is not complete` };
  return { read: node.read };
}
