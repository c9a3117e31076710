import type { Destination } from '../net/transport.js';
import type { Transaction } from './transaction.js';

const NOWHERE: readonly Destination[] = [];

/**
 * Lets go of what a transaction in its wait state no longer needs: five seconds of them are most of what a busy server
 * has in memory. What stays is what late messages are matched and answered with.
 */
export function letGo(t: Transaction): void {
  const { request } = t;
  if (request !== null) {
    t.noteMatching();
    request.letGo();
  }
  t.routing = null;
  if (t.isLocal) return;
  for (const branch of t.branches) {
    // Refusals of an INVITE are acknowledged whenever they come, from the request that was sent (RFC 3261 §17.1.1.3).
    if (branch.status >= 200 && !t.isInvite) branch.packet.text = '';
    branch.alternatives = NOWHERE;
  }
}
