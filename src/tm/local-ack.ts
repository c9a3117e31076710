import { Hdr } from '../sip/header-names.js';
import { SipMessage } from '../sip/message.js';
import { callerRouteSet, isLooseRouter, routeSetText } from '../sip/route-set.js';

/** The ACK to a 2xx of an INVITE that was sent from here, but for its Via. */
export interface LocalAck {
  /** URI it is sent to: the first route or the remote target. */
  readonly nextHop: string;
  /** The text with this Via line and `User-Agent` line ('' for none). */
  text(via: string, userAgent: string): string;
}

/**
 * RFC 3261 §13.2.2.4: to the Contact of the reply, along its Record-Route, in the dialog that the reply makes. Null
 * when the reply has no Contact.
 */
export function localAck(invite: string, reply: SipMessage, headers: string, body: string): LocalAck | null {
  const contact = reply.contacts?.list[0]?.uri;
  const sent = SipMessage.parse(invite, reply.received);
  if (contact === undefined || !(sent instanceof SipMessage) || sent.cseq === null) return null;
  const routes = callerRouteSet(reply.recordRoutes ?? []);
  const top = routes[0];
  // A strict router takes the Request-URI; the remote target goes to the end of the routes (RFC 3261 §12.2.1.1).
  const strict = top !== undefined && !isLooseRouter(top);
  const uri = strict ? top.uri : contact;
  const route = strict
    ? [routeSetText(routes.slice(1)), `<${contact}>`].filter((part) => part !== '').join(', ')
    : routeSetText(routes);
  const { numberText } = sent.cseq;
  const dialog =
    `From: ${sent.bodyOf(Hdr.FROM) ?? ''}\r\nCall-ID: ${sent.callId ?? ''}\r\n` +
    `To: ${reply.bodyOf(Hdr.TO) ?? ''}\r\nCSeq: ${numberText} ACK\r\n`;
  return {
    nextHop: top?.uri ?? contact,
    text: (via, userAgent) =>
      `ACK ${uri} SIP/2.0\r\n${via}${dialog}${route === '' ? '' : `Route: ${route}\r\n`}${userAgent}` +
      `${headers}Content-Length: ${body.length}\r\n\r\n${body}`,
  };
}
