import type { RouteRef } from '../registry/arguments.js';
import type { SipMessage } from '../sip/message.js';
import { Transaction } from './transaction.js';

/**
 * What the script arms for a transaction: routes, timers, switches. It can do so before the transaction exists; the
 * transaction then adopts the object. Times are milliseconds, 0 means the module's default.
 */
export class Arming {
  onFailure: RouteRef | null = null;
  onReply: RouteRef | null = null;
  onBranch: RouteRef | null = null;
  onBranchFailure: RouteRef | null = null;
  fr = 0;
  frInvite = 0;
  t1 = 0;
  t2 = 0;
  inviteLifetime = 0;
  nonInviteLifetime = 0;
  /** `TFlag` bits to set and to clear when the transaction is made. */
  setFlags = 0;
  clearFlags = 0;
}

/** The transaction that a message belongs to, as far as it was looked up. */
export function transactionOf(msg: SipMessage): Transaction | null {
  const found = msg.transaction;
  return found instanceof Transaction ? found : null;
}

/** What the script armed for the message's transaction, made when there is nothing yet. */
export function armingOf(msg: SipMessage): Arming {
  const found = msg.transaction;
  if (found instanceof Transaction) return found.arming;
  if (found instanceof Arming) return found;
  const arming = new Arming();
  msg.transaction = arming;
  return arming;
}

/** Takes what was armed for a message whose transaction is about to be made. */
export function takeArming(msg: SipMessage): Arming {
  return msg.transaction instanceof Arming ? msg.transaction : new Arming();
}
