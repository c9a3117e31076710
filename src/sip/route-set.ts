/** Route sets (RFC 3261 §12.1, §16.12): reading them and putting them into headers. */
import type { NameAddr } from './nameaddr.js';

/** `<uri>, <uri>` as one header body; the parameters behind the brackets are kept. Empty for an empty set. */
export function routeSetText(routes: readonly NameAddr[]): string {
  let out = '';
  for (const r of routes) {
    out += `${out === '' ? '' : ', '}<${r.uri}>${r.params === '' ? '' : `;${r.params}`}`;
  }
  return out;
}

/** The route set that the caller of a dialog uses: the reply's Record-Route values in reverse order (RFC 3261 §12.1.2). */
export function callerRouteSet(recordRoutes: readonly NameAddr[]): NameAddr[] {
  return [...recordRoutes].reverse();
}

/** True when the element that `route` names routes loosely (RFC 3261 §19.1.1 `lr`). */
export function isLooseRouter(route: NameAddr): boolean {
  return route.parsed?.lr ?? false;
}
