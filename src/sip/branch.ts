/** The branch parameter's magic cookie (RFC 3261 §8.1.1.7). */

/** What every branch of an RFC 3261 element starts with. */
export const MAGIC_COOKIE = 'z9hG4bK';

/** True when the branch identifies the transaction by itself (RFC 3261 §17.2.3). The cookie's case is ignored, as upstream does. */
export function hasMagicCookie(branch: string): boolean {
  if (branch.startsWith(MAGIC_COOKIE)) return branch.length > MAGIC_COOKIE.length;
  return branch.length > 7 && branch.slice(0, 7).toLowerCase() === 'z9hg4bk';
}
