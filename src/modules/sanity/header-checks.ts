import { hasMagicCookie } from '../../sip/branch.js';
import { isDigit, isTokenChar, skipSpace } from '../../sip/chars.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { parseParams, splitList } from '../../sip/params.js';
import { refuse, UNANSWERABLE, UNANSWERED, type Verdict } from './checks.js';

/** The version behind the `/` of the first line. */
export function sipVersion(msg: SipMessage): Verdict {
  // Upstream reads the third part of the first line whatever it is: that of a reply is its reason, which has no `/`.
  const version = msg.isRequest ? msg.version : msg.reason;
  if (version === '') return 'passed';
  const slash = version.indexOf('/');
  if (slash < 0) return UNANSWERED;
  return version.slice(slash + 1) === '2.0' ? 'passed' : refuse('Version Not Supported (R-URI)', 505);
}

export function uriScheme(msg: SipMessage): Verdict {
  return msg.parsedUri === null ? refuse('Bad Request URI') : 'passed';
}

/** True when From, To, Call-ID and CSeq are there and readable, as far as transactions need them. */
function identifiesTransaction(msg: SipMessage): boolean {
  return (
    msg.firstHeader(Hdr.FROM) >= 0 &&
    msg.firstHeader(Hdr.CALL_ID) >= 0 &&
    msg.firstHeader(Hdr.TO) >= 0 &&
    msg.to !== null &&
    msg.cseq !== null
  );
}

/** Headers that a message must have once. */
const ONCE = [Hdr.FROM, Hdr.TO, Hdr.CALL_ID, Hdr.CSEQ];

/** `once`: they may not be there twice (6.x). */
export function requiredHeaders(msg: SipMessage, once: boolean): Verdict {
  if (!identifiesTransaction(msg)) return UNANSWERABLE;
  if (!once) return 'passed';
  if (msg.via1 === null) return UNANSWERED;
  if (msg.malformedHeader >= 0) return refuse('Bad Headers');
  return ONCE.some((id) => msg.nextHeader(msg.firstHeader(id), id) >= 0) ? UNANSWERED : 'passed';
}

export function firstVia(msg: SipMessage): Verdict {
  const via = msg.via1;
  return via === null || via.host === '' || via.branch === '' ? UNANSWERABLE : 'passed';
}

/** The magic cookie, and `lr` on all Record-Route and Route URIs. */
export function rfc3261(msg: SipMessage): Verdict {
  const via = msg.via1;
  if (via === null) return UNANSWERABLE;
  if (!hasMagicCookie(via.branch)) return UNANSWERED;
  const { recordRoutes, routes } = msg;
  if (recordRoutes === null || routes === null) return UNANSWERED;
  return [...recordRoutes, ...routes].every((r) => r.parsed?.lr === true) ? 'passed' : UNANSWERED;
}

export function cseqMethod(msg: SipMessage): Verdict {
  const i = msg.firstHeader(Hdr.CSEQ);
  const { cseq } = msg;
  if (cseq === null) return i >= 0 ? UNANSWERABLE : UNANSWERED;
  if (cseq.method === '') return refuse('Missing method in CSeq header');
  const method = msg.isRequest ? msg.method : msg.version;
  return cseq.method === method ? 'passed' : refuse('CSeq method does not match request method');
}

/** `most`: the first number that is too high; RFC 3261 §8.1.1.5 has 2^31, 5.6 takes all of 32 bits. */
export function cseqValue(msg: SipMessage, most: number): Verdict {
  const i = msg.firstHeader(Hdr.CSEQ);
  if (i < 0) return UNANSWERABLE;
  const body = msg.headerBody(i);
  let end = 0;
  while (end < body.length && isDigit(body.charCodeAt(end))) end++;
  if (end === 0) return msg.cseq === null ? UNANSWERABLE : refuse('Missing number in CSeq header');
  return end > 10 || Number(body.slice(0, end)) >= most ? refuse('CSeq number is illegal') : 'passed';
}

/** Content-Length against the body that came; no header is no fault. */
export function contentLength(msg: SipMessage): Verdict {
  if (msg.firstHeader(Hdr.CONTENT_LENGTH) < 0) return 'passed';
  const stated = msg.contentLength;
  if (stated < 0) return refuse('Content-Length Failure');
  return msg.raw.length - msg.bodyStart === stated ? 'passed' : refuse('Content-Length mis-match');
}

export function expires(msg: SipMessage): Verdict {
  const body = msg.bodyOf(Hdr.EXPIRES);
  if (body === null) return 'passed';
  if (body === '') return refuse('Bad Expires Header');
  const [number = ''] = body.split(/\s/, 1);
  return /^\d{1,10}$/.test(number) && Number(number) <= 0xffffffff ? 'passed' : refuse('Expires value is illegal');
}

/** Each option tag must be one of those that the config lists; the first other one is named in the reply. */
export function proxyRequire(msg: SipMessage, known: readonly string[]): Verdict {
  const body = msg.bodyOf(Hdr.PROXY_REQUIRE);
  if (body === null) return 'passed';
  const tags = splitList(body);
  if (tags.length === 0) return refuse('Bad Proxy Require Header');
  const missing = tags.find((tag) => !known.includes(tag));
  return missing === undefined ? 'passed' : refuse('Bad Proxy Require Extension', 420, `Unsupported: ${missing}\r\n`);
}

const tags = (params: string): number => parseParams(params).filter((p) => p.name.toLowerCase() === 'tag').length;

export function duplicateTags(msg: SipMessage): Verdict {
  const { from, to } = msg;
  if (from === null || to === null) return UNANSWERABLE;
  if (tags(from.params) > 1) return refuse('Many From Tag Params');
  return tags(to.params) > 1 ? refuse('Many To Tag Params') : 'passed';
}

/** Whether a credentials body names another scheme than Digest. */
export function isOtherScheme(body: string): boolean {
  const start = skipSpace(body, 0, body.length);
  let end = start;
  while (end < body.length && isTokenChar(body.charCodeAt(end))) end++;
  return body.slice(start, end).toLowerCase() !== 'digest';
}
