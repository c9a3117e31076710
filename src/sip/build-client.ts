/** Requests that a client INVITE transaction makes from the INVITE it sent: ACK and CANCEL. */
import { AT_BODY, AT_BODY_END, AT_ID, AT_START, STRIDE, scanHeaders } from './header-index.js';
import { Hdr } from './header-names.js';
import type { SipMessage } from './message.js';
import { parseVia } from './via.js';

const CRLF = '\r\n';

/**
 * The ACK for a final reply other than 2xx (RFC 3261 §17.1.1.3): Request-URI, topmost Via, From, Call-ID, Route and
 * Max-Forwards of the INVITE as sent, To of the reply. Null when `sent` has no Via or no CSeq.
 */
export function buildAck(sent: string, reply: SipMessage): string | null {
  const to = reply.firstHeader(Hdr.TO);
  return fromSent(sent, 'ACK', to < 0 ? '' : reply.raw.slice(reply.headerStart(to), reply.headerEnd(to)), '');
}

/**
 * The CANCEL of an INVITE (RFC 3261 §9.1). `headers` are whole lines with CRLF to add, such as `Reason` (RFC 3326).
 * Null when `sent` has no Via or no CSeq.
 */
export function buildCancel(sent: string, headers = ''): string | null {
  return fromSent(sent, 'CANCEL', '', headers);
}

function fromSent(sent: string, method: string, to: string, headers: string): string | null {
  const lineEnd = sent.indexOf('\n') + 1;
  const uriStart = sent.indexOf(' ');
  if (lineEnd === 0 || uriStart < 0 || uriStart >= lineEnd) return null;
  const scan = scanHeaders(sent, lineEnd);
  const records = scan.records;
  let out = method + sent.slice(uriStart, lineEnd);
  let hasVia = false;
  let hasCSeq = false;
  for (let k = 0; k < scan.count * STRIDE; k += STRIDE) {
    const start = records[k + AT_START]!;
    const body = records[k + AT_BODY]!;
    const bodyEnd = records[k + AT_BODY_END]!;
    const end = k + STRIDE < scan.count * STRIDE ? records[k + STRIDE + AT_START]! : scan.headersEnd;
    switch (records[k + AT_ID]) {
      case Hdr.VIA: {
        if (hasVia) break;
        const via = parseVia(sent, body, bodyEnd, 0);
        if (via === null) return null;
        out += sent.slice(start, via.end) + CRLF;
        hasVia = true;
        break;
      }
      case Hdr.CSEQ: {
        let digits = body;
        while (sent.charCodeAt(digits) >= 48 && sent.charCodeAt(digits) <= 57) digits++;
        out += `${sent.slice(start, digits)} ${method}${CRLF}`;
        hasCSeq = true;
        break;
      }
      case Hdr.TO:
        out += to === '' ? sent.slice(start, end) : to;
        break;
      case Hdr.FROM:
      case Hdr.CALL_ID:
      case Hdr.ROUTE:
      case Hdr.MAX_FORWARDS:
        out += sent.slice(start, end);
        break;
    }
  }
  return hasVia && hasCSeq ? `${out}${headers}Content-Length: 0${CRLF}${CRLF}` : null;
}
