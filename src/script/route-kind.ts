/** The kinds of route block as bits: what a function may be called from, and what a run is in right now. */
export const RouteKind = {
  REQUEST: 1,
  FAILURE: 2,
  TM_ONREPLY: 4,
  BRANCH: 8,
  ONSEND: 16,
  ERROR: 32,
  LOCAL: 64,
  CORE_ONREPLY: 128,
  BRANCH_FAILURE: 256,
  EVENT: 512,
} as const;

/** Both reply kinds. */
export const ONREPLY = RouteKind.TM_ONREPLY | RouteKind.CORE_ONREPLY;
/** Every kind. */
export const ANY_ROUTE = 0x3ff;

/** Route kinds by the names that upstream's documentation and the catalog use. */
export type RouteName = keyof typeof RouteKind | 'ONREPLY' | 'ANY';

/** The bit mask of a list of route kind names. */
export function routeMask(names: readonly RouteName[]): number {
  let mask = 0;
  for (const name of names) mask |= name === 'ANY' ? ANY_ROUTE : name === 'ONREPLY' ? ONREPLY : RouteKind[name];
  return mask;
}
