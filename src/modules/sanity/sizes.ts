import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import type { NameAddr } from '../../sip/nameaddr.js';
import { UNANSWERED, type Verdict } from './checks.js';

/** Most bytes of each part of a message; 0: any number. */
export interface SizeLimits {
  readonly message: number;
  readonly method: number;
  readonly ruri: number;
  readonly fromUri: number;
  readonly toUri: number;
  readonly contactUri: number;
  readonly routeUri: number;
  readonly pathUri: number;
  readonly paiUri: number;
  readonly header: number;
  readonly headers: number;
  readonly body: number;
}

/** False also for a list that cannot be read. */
function urisFit(list: readonly NameAddr[] | null, most: number): boolean {
  return most <= 0 || (list?.every((a) => a.uri.length <= most) ?? false);
}

function headersFit(msg: SipMessage, most: number): boolean {
  for (let i = 0; i < msg.headerCount; i++) if (msg.headerEnd(i) - msg.headerStart(i) > most) return false;
  return true;
}

/** Whether no part of a message is bigger than the config allows. */
export function sizes(msg: SipMessage, limits: SizeLimits): Verdict {
  const fits = (size: number, most: number): boolean => most <= 0 || size <= most;
  const method = msg.isRequest ? msg.method : (msg.cseq?.method ?? '');
  const passed =
    fits(msg.raw.length, limits.message) &&
    (!msg.isRequest || fits(msg.currentUri.length, limits.ruri)) &&
    fits(method.length, limits.method) &&
    (limits.header <= 0 || headersFit(msg, limits.header)) &&
    (limits.fromUri <= 0 || urisFit(msg.from && [msg.from], limits.fromUri)) &&
    (limits.toUri <= 0 || urisFit(msg.to && [msg.to], limits.toUri)) &&
    fits(msg.raw.length - msg.bodyStart, limits.body) &&
    fits(msg.headersEnd - msg.firstLineEnd, limits.headers) &&
    urisFit(msg.contacts?.list.map((c) => c.addr) ?? null, limits.contactUri) &&
    urisFit(msg.routes, limits.routeUri) &&
    urisFit(msg.recordRoutes, limits.routeUri) &&
    urisFit(msg.addressesOf(Hdr.PATH), limits.pathUri) &&
    urisFit(msg.addressesOf(Hdr.PAI), limits.paiUri);
  return passed ? 'passed' : UNANSWERED;
}
