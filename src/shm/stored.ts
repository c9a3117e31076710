import type { Stored } from './zone.js';

/**
 * A copy that nobody can change, so that a reader in the same thread is no closer to the zone than one in another thread.
 * Scalars are their own copies.
 */
export function frozenCopy<V extends Stored>(value: V): V {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as unknown as V;
  const copy: Record<string, Stored> = {};
  for (const [name, field] of Object.entries(value)) copy[name] = frozenCopy(field as Stored);
  return Object.freeze(copy) as V;
}
