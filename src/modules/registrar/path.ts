import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { type NameAddr, parseNameAddrList } from '../../sip/nameaddr.js';
import { Refusal, RegError } from './errors.js';

/** The Path of a REGISTER (RFC 3327): all its values as one text. */
export interface PathVector {
  readonly text: string;
  /** `received` of the first URI, unescaped; empty when there is none or it does not count. */
  readonly received: string;
}

export const NO_PATH: PathVector = { text: '', received: '' };

export function readPath(msg: SipMessage, useReceived: boolean): PathVector | Refusal {
  const bodies: string[] = [];
  for (let i = msg.firstHeader(Hdr.PATH); i >= 0; i = msg.nextHeader(i, Hdr.PATH)) bodies.push(msg.headerBody(i));
  if (bodies.length === 0) return NO_PATH;
  const text = bodies.join(',');
  const first = pathValues(text)?.[0];
  if (first === undefined) return new Refusal(RegError.PATH_PARSE, 'failed to parse Path body, no head found');
  if (first.parsed === null) return new Refusal(RegError.PATH_PARSE, 'failed to parse the first Path URI');
  if (!first.parsed.lr) {
    return new Refusal(RegError.PATH_PARSE, 'first Path URI is not a loose-router, not supported');
  }
  const received = useReceived ? (first.parsed.param('received') ?? '') : '';
  return {
    text,
    received: received.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  };
}

/** The values of a path; null when it is malformed. */
export function pathValues(text: string): NameAddr[] | null {
  const values: NameAddr[] = [];
  return parseNameAddrList(text, 0, text.length, values) && values.length > 0 ? values : null;
}

/** Where a contact with a path is reached first, and the path that the request carries. */
export interface PathHop {
  readonly next: string;
  readonly path: string;
}

/** The first hop of a stored path; passes over one that is this server when asked to. Null when there is none. */
export function firstHop(text: string, isLocal: ((host: string) => boolean) | null): PathHop | null | 'malformed' {
  const values = pathValues(text);
  if (values === null) return 'malformed';
  const [first, second] = values;
  if (isLocal === null) return { next: first!.uri, path: text };
  if (first!.parsed === null) return 'malformed';
  if (!isLocal(first!.parsed.host)) return { next: first!.uri, path: text };
  return second === undefined ? null : { next: second.uri, path: text.slice(second.start) };
}
