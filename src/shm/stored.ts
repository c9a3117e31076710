import type { Stored } from './zone.js';

/**
 * A copy that nobody can change, so that a reader in the same thread is no closer to the zone than one in another thread.
 * Scalars are their own copies.
 */
export function frozenCopy<V extends Stored>(value: V): V {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as unknown as V;
  // Spread makes all fields the copy's own, even one called __proto__, which an assignment alone would not.
  const copy: Record<string, Stored> = { ...(value as Record<string, Stored>) };
  for (const name of Object.keys(copy)) copy[name] = frozenCopy(copy[name]!);
  return Object.freeze(copy) as V;
}
