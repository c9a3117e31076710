import type { SipMessage } from '../sip/message.js';
import type { Transaction } from './transaction.js';

/**
 * The request as failure routes see it: URIs as they were when the transaction was made, edits as they were at the first
 * relay, no further branches.
 */
export function failureRequest(t: Transaction, bflags: number): SipMessage | null {
  if (t.request === null) return null;
  const msg = t.request.copy();
  if (t.editMark >= 0 && msg.hasEdits) msg.edits.rollback(t.editMark);
  const saved = t.routing;
  if (saved !== null) {
    msg.newUri = saved.newUri;
    msg.dstUri = saved.dstUri;
    msg.pathVector = saved.path;
    msg.forceSocket = saved.forceSocket;
    msg.msgFlags = saved.msgFlags;
  }
  msg.flags = t.messageFlags;
  msg.bflags = bflags;
  msg.clearBranches();
  msg.transaction = t;
  return msg;
}
