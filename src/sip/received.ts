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
  const info = msg.received;
  let inserted = '';
  let rport: ViaChange | null = null;
  let received: ViaChange | null = null;
  if (via.rportStart >= 0 || msg.forceRport) {
    const text = `;rport=${info.srcPort}`;
    if (via.rportStart < 0) inserted = text;
    else rport = { at: via.rportStart, length: via.rportEnd - via.rportStart, text };
  }
  if (needsReceived(msg, via)) {
    const text = `;received=${info.srcIp}`;
    if (via.receivedStart < 0) inserted += text;
    else received = { at: via.receivedStart, length: via.receivedEnd - via.receivedStart, text };
  }
  // Written out, not pushed: an array that grows makes room for seventeen.
  if (rport !== null && received !== null) return rport.at > received.at ? [received, rport] : [rport, received];
  const inPlace = rport ?? received;
  if (inserted === '') return inPlace === null ? [] : [inPlace];
  const added = { at: forReply ? via.end : via.paramsStart, length: 0, text: inserted };
  if (inPlace === null) return [added];
  return forReply ? [inPlace, added] : [added, inPlace];
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
