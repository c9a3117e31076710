import type { SipMessage } from '../sip/message.js';
import type { Branch } from './branch.js';
import type { Transaction } from './transaction.js';

/**
 * Who wants to know what happens to a transaction: accounting, dialogs, tracing. Methods are called in the order in
 * which observers were added; each is optional.
 */
export interface TransactionObserver {
  /** A retransmission of the request was absorbed. */
  requestRetransmitted?(t: Transaction, msg: SipMessage): void;
  /** A branch's request left. */
  requestSent?(t: Transaction, branch: Branch): void;
  /** A reply matched, before its onreply_route. */
  replyReceived?(t: Transaction, branch: Branch, reply: SipMessage): void;
  /** A reply to the request left; `reply` is null when it was made here. */
  replySent?(t: Transaction, status: number, text: string, reply: SipMessage | null): void;
  /** The winning negative reply before failure_route; null for a timeout or another reply of our own. */
  failed?(t: Transaction, status: number, reply: SipMessage | null): void;
  /** A CANCEL for this INVITE came in. */
  cancelReceived?(t: Transaction, msg: SipMessage): void;
  /** The ACK to a relayed 2xx came by for the first time. */
  ackReceived?(t: Transaction, msg: SipMessage): void;
  /** The ACK to a negative final reply was absorbed. */
  negativeAckReceived?(t: Transaction, msg: SipMessage): void;
  /** A request of our own got its final reply (null: none came). Provisional ones only with `pass_provisional_replies`. */
  localReply?(t: Transaction, status: number, reply: SipMessage | null): void;
  /** Its memory is let go. */
  destroyed?(t: Transaction): void;
}
