import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { type NameAddr, parseNameAddrList } from '../../sip/nameaddr.js';

/** One value of the Route headers and where it stands. */
export interface RouteValue {
  readonly addr: NameAddr;
  /** Index of its header. */
  readonly header: number;
}

/** All Route values from the top; null when a header is malformed. */
export function routeValues(msg: SipMessage): RouteValue[] | null {
  const values: RouteValue[] = [];
  for (let i = msg.firstHeader(Hdr.ROUTE); i >= 0; i = msg.nextHeader(i, Hdr.ROUTE)) {
    const list: NameAddr[] = [];
    if (!parseNameAddrList(msg.raw, msg.headerBodyStart(i), msg.headerBodyEnd(i), list)) return null;
    for (const addr of list) {
      // RFC 3261 §20.34: a Route is a name-addr, never a bare URI.
      if (!addr.bracketed) return null;
      values.push({ addr, header: i });
    }
  }
  return values;
}

/** Records the removal of the first `count` values; headers that lose all of theirs go whole. */
export function removeFirst(msg: SipMessage, values: readonly RouteValue[], count: number): void {
  let k = 0;
  while (k < count) {
    const { header } = values[k]!;
    let next = k;
    while (next < count && values[next]?.header === header) next++;
    const rest = values[next];
    if (rest?.header === header) {
      msg.edits.remove(msg.headerBodyStart(header), rest.addr.start - msg.headerBodyStart(header));
    } else removeHeader(msg, header);
    k = next;
  }
}

/** Records the removal of the last value, with the comma in front of it or with its header. */
export function removeLast(msg: SipMessage, values: readonly RouteValue[]): void {
  const last = values[values.length - 1]!;
  const before = values[values.length - 2];
  if (before?.header === last.header) msg.edits.remove(before.addr.end, last.addr.end - before.addr.end);
  else removeHeader(msg, last.header);
}

function removeHeader(msg: SipMessage, header: number): void {
  msg.edits.remove(msg.headerStart(header), msg.headerEnd(header) - msg.headerStart(header));
}
