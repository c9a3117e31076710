/**
 * What a receiver writes into the topmost Via: `received` (RFC 3261 §18.2.1) and `rport` (RFC 3581 §4), and where a
 * reply goes because of it (RFC 3261 §18.2.2).
 */
import { equalsIgnoreCase, LBRACKET } from './chars.js';
import type { SipMessage } from './message.js';
import type { Via } from './via.js';

/** `length` bytes at `at` give way to `text`. */
export interface ViaChange {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** Whether `received` must be written: sent-by is not the source address, or the peer asked for `rport`. */
export function needsReceived(msg: SipMessage, via: Via): boolean {
  return via.rportStart >= 0 || !hostIs(via.host, msg.received.srcIp);
}

/** True when a Via host, IPv6 in brackets or not, is the address `ip`. A domain name never is. */
export function hostIs(host: string, ip: string): boolean {
  if (host === ip) return true;
  const bare = host.charCodeAt(0) === LBRACKET ? host.slice(1, -1) : host;
  return equalsIgnoreCase(bare, ip);
}

/**
 * The changes of the topmost Via, in order of position. New parameters go in front of the others when the request is
 * forwarded and behind them in a reply, as upstream places them; parameters that are there change in place.
 */
export function viaChanges(msg: SipMessage, via: Via, forReply: boolean): ViaChange[] {
  const changes: ViaChange[] = [];
  const info = msg.received;
  let inserted = '';
  if (via.rportStart >= 0 || msg.forceRport) {
    const rport = `;rport=${info.srcPort}`;
    if (via.rportStart < 0) inserted = rport;
    else changes.push({ at: via.rportStart, length: via.rportEnd - via.rportStart, text: rport });
  }
  if (needsReceived(msg, via)) {
    const received = `;received=${info.srcIp}`;
    if (via.receivedStart < 0) inserted += received;
    else changes.push({ at: via.receivedStart, length: via.receivedEnd - via.receivedStart, text: received });
  }
  if (changes.length === 2 && changes[0]!.at > changes[1]!.at) changes.reverse();
  if (inserted !== '') {
    if (forReply) changes.push({ at: via.end, length: 0, text: inserted });
    else changes.unshift({ at: via.paramsStart, length: 0, text: inserted });
  }
  return changes;
}

/** Where the reply to a request over a datagram transport goes. */
export interface ReplyAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * RFC 3261 §18.2.2 with RFC 3581: to `maddr` if there is one, else to the source address; to the source port when
 * `rport` was asked for or forced, else to sent-by's port. `replyToVia` is upstream's core parameter `reply_to_via`.
 */
export function replyAddress(msg: SipMessage, via: Via, replyToVia = false): ReplyAddress {
  const info = msg.received;
  const { maddr } = via;
  if (maddr) return { host: maddr, port: via.portOrDefault };
  if (via.rportStart >= 0 || msg.forceRport) return { host: info.srcIp, port: info.srcPort };
  return { host: replyToVia ? via.host : info.srcIp, port: via.portOrDefault };
}
