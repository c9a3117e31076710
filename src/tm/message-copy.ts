import { SipMessage } from '../sip/message.js';
import type { Transaction } from './transaction.js';

/** An independent message over the same text: routing state and edits can change without touching the original's. */
export function copyMessage(msg: SipMessage): SipMessage {
  const copy = Object.assign(Object.create(SipMessage.prototype) as SipMessage, msg);
  if (msg.hasEdits) copy.edits = msg.edits.fork();
  return copy;
}

/**
 * The request as failure routes see it: URIs as they were when the transaction was made, edits as they were at the first
 * relay, no further branches.
 */
export function failureRequest(t: Transaction, bflags: number): SipMessage | null {
  if (t.request === null) return null;
  const msg = copyMessage(t.request);
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
