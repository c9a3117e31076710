import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';

/** Types and subtypes that upstream tells apart; all others of a kind are the same to it. */
const TYPES = new Set(['text', 'message', 'application', 'multipart', '*']);
const SUBTYPES = new Set([
  ...['plain', 'sdp', 'cpim', 'isup', 'mixed', 'related', 'external-body', '*'],
  ...['pidf+xml', 'cpim-pidf+xml', 'cpl+xml', 'rlmi+xml', 'lpidf+xml', 'xpidf+xml', 'watcherinfo+xml'],
  'xml+msrtc.pidf',
]);

/** A media type without parameters as it is compared; null when it is not one. */
export function mimeType(text: string): string | null {
  const end = text.search(/[;,]/);
  const m = /^\s*([^\s/;,]+)\s*\/\s*([^\s/;,]+)\s*$/.exec(end < 0 ? text : text.slice(0, end));
  if (m === null) return null;
  const type = m[1]!.toLowerCase();
  const subtype = m[2]!.toLowerCase();
  if (type === '*' && subtype !== '*') return null;
  return `${TYPES.has(type) ? type : 'unknown'}/${SUBTYPES.has(subtype) ? subtype : 'unknown'}`;
}

/** The message's media type; '' without Content-Type, null when malformed. */
export function contentType(msg: SipMessage): string | null {
  const text = msg.bodyOf(Hdr.CONTENT_TYPE);
  return text === null ? '' : mimeType(text);
}
