import { Hdr, headerId } from '../sip/header-names.js';

/** A request to be made here. Header values are text as it stands in the message. */
export interface LocalRequest {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  /** URI to send to in place of the first route or the Request-URI; absent or '': none. */
  readonly nextHop?: string;
  /** From and To values; a From without a tag gets one. */
  readonly from: string;
  readonly to: string;
  /** Absent or '': a new one. */
  readonly callId?: string;
  /** 0 or absent: 10. */
  readonly cseq?: number;
  /** Route header value; absent or '': none. */
  readonly route?: string;
  /** Further header lines with CRLF. */
  readonly headers?: string;
  readonly body?: string;
}

/** The facts of a local request that its maker fills in. */
export interface LocalIdentity {
  readonly via: string;
  readonly fromTag: string;
  readonly callId: string;
  readonly cseq: number;
  /** `User-Agent: …` line with CRLF; '' for none. */
  readonly userAgent: string;
}

/** The request's text, headers in upstream's order. */
export function localMessage(request: LocalRequest, own: LocalIdentity): string {
  const headers = request.headers ?? '';
  const body = request.body ?? '';
  const from = /;\s*tag=/i.test(request.from) ? request.from : `${request.from};tag=${own.fromTag}`;
  const route = request.route ? `Route: ${request.route}\r\n` : '';
  const maxForwards = hasHeader(headers, Hdr.MAX_FORWARDS) ? '' : 'Max-Forwards: 70\r\n';
  const agent = hasHeader(headers, Hdr.USER_AGENT) ? '' : own.userAgent;
  return (
    `${request.method} ${request.uri} SIP/2.0\r\n${own.via}To: ${request.to}\r\nFrom: ${from}\r\n` +
    `CSeq: ${own.cseq} ${request.method}\r\nCall-ID: ${own.callId}\r\n${route}${maxForwards}` +
    `Content-Length: ${body.length}\r\n${agent}${headers}\r\n${body}`
  );
}

/** What header lines written by hand say of a request's identity, and the lines that remain. */
export interface HandWritten {
  from: string;
  to: string;
  callId: string;
  cseq: number;
  route: string;
  rest: string;
}

/** Splits header lines as RPC callers and scripts write them; line ends may be LF or CRLF. Null without From or To. */
export function readHeaders(text: string): HandWritten | null {
  const result: HandWritten = { from: '', to: '', callId: '', cseq: 0, route: '', rest: '' };
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const value = line.slice(colon + 1).trim();
    switch (headerId(line.slice(0, colon).trim())) {
      case Hdr.FROM:
        result.from = value;
        break;
      case Hdr.TO:
        result.to = value;
        break;
      case Hdr.CALL_ID:
        result.callId = value;
        break;
      case Hdr.CSEQ:
        result.cseq = Number.parseInt(value, 10) || 0;
        break;
      case Hdr.ROUTE:
        result.route += `${result.route === '' ? '' : ', '}${value}`;
        break;
      case Hdr.VIA:
      case Hdr.CONTENT_LENGTH:
        break;
      default:
        result.rest += `${line}\r\n`;
    }
  }
  return result.from === '' || result.to === '' ? null : result;
}

function hasHeader(lines: string, id: number): boolean {
  return lines.split('\n').some((line) => headerId(line.slice(0, Math.max(0, line.indexOf(':'))).trim()) === id);
}
