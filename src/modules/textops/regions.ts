import type { SipMessage } from '../../sip/message.js';

/** A stretch of a message that functions search and edit. */
export interface Region {
  readonly text: string;
  /** Position of its first byte in the message. */
  readonly at: number;
}

/** Everything behind the first line. */
export function afterFirstLine(msg: SipMessage): Region {
  return { text: msg.raw.slice(msg.firstLineEnd), at: msg.firstLineEnd };
}

/** The headers, without the empty line. */
export function headers(msg: SipMessage): Region {
  return { text: msg.raw.slice(msg.firstLineEnd, msg.headersEnd), at: msg.firstLineEnd };
}

/** The body; null when it is empty. */
export function body(msg: SipMessage): Region | null {
  return msg.bodyStart < msg.raw.length ? { text: msg.raw.slice(msg.bodyStart), at: msg.bodyStart } : null;
}

/** The body of one header. */
export function headerBody(msg: SipMessage, i: number): Region {
  return { text: msg.headerBody(i), at: msg.headerBodyStart(i) };
}
