import { createHash } from 'node:crypto';
import { Hdr, type HeaderId } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { Method } from '../../sip/methods.js';

/** Headers that have one name for a command, compact or not. */
const CANONICAL: ReadonlyMap<HeaderId, string> = new Map([
  [Hdr.VIA, 'VIA'],
  [Hdr.CONTENT_TYPE, 'CONTENT_TYPE'],
  [Hdr.FROM, 'FROM'],
  [Hdr.CALL_ID, 'CALLID'],
  [Hdr.SUPPORTED, 'SUPPORTED'],
  [Hdr.CONTENT_LENGTH, 'CONTENT_LENGTH'],
  [Hdr.CONTACT, 'CONTACT'],
  [Hdr.TO, 'TO'],
  [Hdr.EVENT, 'EVENT'],
]);

/** What bash before its repair of 2014 took for the definition of a function. */
const FUNCTION_START = '() {';

/**
 * The environment variables that tell a command about a request: `SIP_HF_<NAME>` for each header (values of one name
 * joined by commas), `SIP_TID`, `SIP_DID`, `SIP_SRCIP`, `SIP_RURI`, `SIP_ORURI`, `SIP_USER`, `SIP_OUSER`.
 * `bashSafe` takes away what old versions of bash would run.
 */
export function variablesOf(msg: SipMessage, bashSafe: boolean): Record<string, string> {
  const variables = headerVariables(msg, bashSafe);
  variables.SIP_SRCIP = msg.received.srcIp;
  variables.SIP_RURI = msg.currentUri;
  const user = msg.parsedUri?.user;
  if (user !== undefined) variables.SIP_USER = user;
  // The second name is what upstream sets, against its documentation.
  variables.SIP_ORURI = msg.requestUri;
  variables.SIP_ORUI = msg.requestUri;
  const originalUser = msg.parsedRequestUri?.user;
  if (originalUser !== undefined) variables.SIP_OUSER = originalUser;
  variables.SIP_TID = transactionId(msg);
  variables.SIP_DID = msg.toTag;
  for (const [name, value] of Object.entries(variables)) variables[name] = beforeNul(value);
  return variables;
}

function headerVariables(msg: SipMessage, bashSafe: boolean): Record<string, string> {
  const names = new Map<HeaderId | string, string>();
  const variables: Record<string, string> = {};
  for (let i = 0; i < msg.headerCount; i++) {
    const id = msg.headerId(i);
    const kind = id > Hdr.OTHER ? id : msg.headerName(i).toLowerCase();
    const body = msg.headerBody(i);
    const value = bashSafe && body.startsWith(FUNCTION_START) ? body.slice(2) : body;
    const name = names.get(kind);
    if (name !== undefined) {
      variables[name] += `,${value}`;
      continue;
    }
    const first = `SIP_HF_${CANONICAL.get(id) ?? upperCased(msg.headerName(i))}`;
    names.set(kind, first);
    variables[first] = value;
  }
  return variables;
}

/** Every character that no name of a variable can have becomes `_`. */
function upperCased(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

function beforeNul(value: string): string {
  const nul = value.indexOf('\0');
  return nul < 0 ? value : value.slice(0, nul);
}

/** What retransmissions of a request, its ACK and its CANCEL have in common. Empty when the request lacks a part of it. */
function transactionId(msg: SipMessage): string {
  const { via1, cseq, callId } = msg;
  if (via1 === null || cseq === null || callId === null || msg.from === null || msg.to === null) return '';
  const ofInvite = msg.methodId === Method.INVITE || msg.methodId === Method.ACK || msg.methodId === Method.CANCEL;
  const parts = [msg.fromTag, ofInvite ? '' : msg.toTag, callId, msg.requestUri];
  parts.push(cseq.numberText, via1.host, via1.port === 0 ? '' : `${via1.port}`, via1.branch);
  return createHash('md5').update(parts.join(''), 'latin1').digest('hex');
}
