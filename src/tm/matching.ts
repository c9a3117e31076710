import type { Log } from '../observe/log.js';
import { hasMagicCookie } from '../sip/branch.js';
import { equalsIgnoreCase } from '../sip/chars.js';
import type { SipMessage } from '../sip/message.js';
import { Method } from '../sip/methods.js';
import type { Via } from '../sip/via.js';
import type { Branch } from './branch.js';
import { readBranchId } from './branch-id.js';
import type { TmSettings } from './settings.js';
import { LOCAL_REPLY, type Transaction } from './transaction.js';
import type { TransactionTable } from './transaction-table.js';

/** How a request relates to a transaction. */
export const Match = {
  /** Headers that matching needs are missing. */
  ERROR: 0,
  /** A retransmission, the ACK to a negative reply, or the ACK to a 2xx of our own. */
  FOUND: 1,
  NONE: -1,
  /** The ACK of a relayed 2xx that somebody waits for: `t` is the INVITE's transaction. */
  E2E_ACK: -2,
} as const;

export interface RequestMatch {
  status: number;
  t: Transaction | null;
  /** A CANCEL for this very request came earlier. */
  canceled: boolean;
}

/** Finds transactions for messages (RFC 3261 §17.2.3, §17.1.3; RFC 2543 for peers without the magic cookie). */
export class Matcher {
  constructor(
    private readonly table: TransactionTable,
    private readonly settings: TmSettings,
    private readonly log: Log,
  ) {}

  /** The transaction that a request is part of. */
  request(msg: SipMessage): RequestMatch {
    const result: RequestMatch = { status: Match.ERROR, t: null, canceled: false };
    const cseq = msg.cseq;
    const via = msg.via1;
    if (cseq === null || via === null || msg.callId === null || msg.from === null || msg.to === null) {
      this.log.error('tm', 'too few headers');
      return result;
    }
    result.status = Match.NONE;
    const isAck = msg.methodId === Method.ACK;
    const modern = hasMagicCookie(via.branch);
    for (let t = this.table.ofCall(msg.callId, cseq.number); t !== null; t = t.next) {
      const request = t.request;
      if (request === null) continue;
      if (isAck) {
        if (!t.isInvite) continue;
        if (t.status < 300) {
          const e2e = this.ackTo2xx(t, msg);
          if (e2e === Match.FOUND) return found(result, t);
          if (e2e === Match.E2E_ACK && result.t === null) {
            result.status = Match.E2E_ACK;
            result.t = t;
          }
          continue;
        }
        if (modern ? sameBranch(t, via) : this.oldAck(request, msg)) return found(result, t);
        continue;
      }
      const isCancelOf = t.methodId === Method.CANCEL && msg.methodId !== Method.CANCEL;
      if (t.method !== msg.method && !isCancelOf) continue;
      if (!(modern ? sameBranch(t, via) : this.oldRequest(request, msg))) continue;
      if (isCancelOf) result.canceled = true;
      else return found(result, t);
    }
    return result;
  }

  /**
   * The INVITE (or other) transaction whose topmost Via this request repeats: what a CANCEL is for (RFC 3261 §9.2).
   */
  sameBranch(msg: SipMessage): Transaction | null {
    const cseq = msg.cseq;
    const via = msg.via1;
    if (cseq === null || via === null || msg.callId === null) return null;
    const modern = hasMagicCookie(via.branch);
    for (let t = this.table.ofCall(msg.callId, cseq.number); t !== null; t = t.next) {
      const request = t.request;
      if (request === null || t.methodId === Method.CANCEL || t.methodId === Method.ACK) continue;
      if (modern ? sameBranch(t, via) : this.oldRequest(request, msg)) return t;
    }
    return null;
  }

  /** The client transaction that a reply answers. */
  reply(msg: SipMessage): Branch | null {
    const via = msg.via1;
    const cseq = msg.cseq;
    if (via === null || cseq === null || msg.callId === null) return null;
    const address = readBranchId(via.branch);
    if (address === null) return null;
    const t = this.table.at(address.index, address.label);
    if (t === null) return null;
    const branch = t.branches[address.branch];
    if (branch === undefined) return null;
    const method = cseq.method;
    if (method !== t.method && !(cseq.methodId === Method.CANCEL && t.isInvite && branch.cancel !== null)) return null;
    if (this.settings.callid_matching !== 0 && t.callId !== msg.callId) {
      this.log.error(
        'tm',
        `matching transaction found but callids don't match (received: ${msg.callId} stored: ${t.callId})`,
      );
      return null;
    }
    return branch;
  }

  /** The first INVITE transaction of a Call-ID and CSeq number. */
  byCallId(callId: string, cseq: number): Transaction | null {
    for (let t = this.table.ofCall(callId, cseq); t !== null; t = t.next) if (t.isInvite) return t;
    return null;
  }

  /** An ACK against an INVITE that was answered with a 2xx, or not finally at all. */
  private ackTo2xx(t: Transaction, ack: SipMessage): number {
    const request = t.request;
    if (request === null || t.fromTag !== ack.fromTag) return Match.NONE;
    if (t.relayedBranch === LOCAL_REPLY) return ack.toTag === (request.toTag || t.localTag) ? Match.FOUND : Match.NONE;
    return t.relayedTags?.has(ack.toTag) === true && awaitsAck(t) ? Match.E2E_ACK : Match.NONE;
  }

  /** RFC 2543 matching of anything but an ACK. */
  private oldRequest(request: SipMessage, msg: SipMessage): boolean {
    return (
      request.from?.uri === msg.from?.uri &&
      request.fromTag === msg.fromTag &&
      request.to?.uri === msg.to?.uri &&
      request.toTag === msg.toTag &&
      this.sameOrigin(request, msg)
    );
  }

  /** RFC 2543 matching of the ACK to a negative reply: To only by URI, since its tag is the reply's. */
  private oldAck(request: SipMessage, ack: SipMessage): boolean {
    return (
      request.from?.uri === ack.from?.uri &&
      request.fromTag === ack.fromTag &&
      request.to?.uri === ack.to?.uri &&
      this.sameOrigin(request, ack)
    );
  }

  private sameOrigin(request: SipMessage, msg: SipMessage): boolean {
    if (this.settings.ruri_matching !== 0 && request.requestUri !== msg.requestUri) return false;
    return this.settings.via1_matching === 0 || request.via1?.text === msg.via1?.text;
  }
}

function awaitsAck(t: Transaction): boolean {
  return t.observers?.some((o) => o.ackReceived !== undefined) === true;
}

function found(result: RequestMatch, t: Transaction): RequestMatch {
  result.status = Match.FOUND;
  result.t = t;
  return result;
}

/** RFC 3261 §17.2.3: same branch from the same sent-by over the same transport. */
function sameBranch(t: Transaction, via: Via): boolean {
  if (t.viaBranch !== via.branch) return false;
  const own = t.request?.via1 ?? null;
  return (
    own !== null &&
    own.host === via.host &&
    own.portOrDefault === via.portOrDefault &&
    equalsIgnoreCase(own.transport, via.transport)
  );
}
