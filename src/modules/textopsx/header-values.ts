import { isSpace } from '../../sip/chars.js';
import type { SipMessage } from '../../sip/message.js';
import { DEEPEST, type HeaderExpression } from './header-expression.js';

/** One of the comma-separated values of a header. Positions are into the message. */
export interface HeaderValue {
  /** Index of its header. */
  readonly header: number;
  /** The value without blanks around it. */
  readonly start: number;
  readonly end: number;
  /** With the blanks in front of it and the comma behind it. */
  readonly from: number;
  readonly to: number;
}

/** The values of one header in order; commas in quotes do not separate. */
export function valuesOf(msg: SipMessage, header: number): HeaderValue[] {
  const { raw } = msg;
  const stop = msg.headerBodyEnd(header);
  const list: HeaderValue[] = [];
  let at = msg.headerBodyStart(header);
  do {
    const from = at;
    while (at < stop && isSpace(raw.charCodeAt(at))) at++;
    const start = at;
    let quoted = false;
    for (; at < stop && (quoted || raw[at] !== ','); at++) {
      if (raw[at] === '"' && (!quoted || raw[at - 1] !== '\\')) quoted = !quoted;
    }
    let end = at;
    while (end > start && isSpace(raw.charCodeAt(end - 1))) end--;
    if (at < stop) at++;
    list.push({ header, start, end, from, to: at });
  } while (at < stop);
  return list;
}

/** Indexes of the headers of a name. */
export function headersOf(msg: SipMessage, name: string): number[] {
  const list: number[] = [];
  for (let i = msg.firstHeaderNamed(name); i >= 0; i = msg.nextHeaderNamed(i, name)) list.push(i);
  return list;
}

/** What an index stands for among the items of a name; undefined when there are not so many. */
export function pick<T>(items: readonly T[], index: number): T | undefined {
  if (index > 0) return items[index - 1];
  return -index > DEEPEST ? undefined : items[items.length + index];
}

/** The value that an expression addresses. */
export function valueAt(msg: SipMessage, e: HeaderExpression): HeaderValue | undefined {
  return pick(
    headersOf(msg, e.name).flatMap((i) => valuesOf(msg, i)),
    e.index,
  );
}

/** Adds a header behind all others. */
export function addHeader(msg: SipMessage, name: string, body: string): 1 {
  msg.edits.insertBefore(msg.headersEnd, `${name}: ${body}\r\n`);
  return 1;
}

/** Inserts a value into a header at a place between values or at its end. */
export function insertValue(msg: SipMessage, header: number, at: number, value: string): 1 {
  msg.edits.insertBefore(at, at === msg.headerBodyEnd(header) ? `,${value}` : `${value},`);
  return 1;
}

/** Removes a value with its comma; the whole header when it is its only one. */
export function removeValue(msg: SipMessage, value: HeaderValue): 1 {
  const { header, to } = value;
  const bodyStart = msg.headerBodyStart(header);
  const bodyEnd = msg.headerBodyEnd(header);
  const from = to === bodyEnd && value.from > bodyStart ? value.from - 1 : value.from;
  if (from === bodyStart && to === bodyEnd) return removeHeader(msg, header);
  msg.edits.remove(from, to - from);
  return 1;
}

export function removeHeader(msg: SipMessage, header: number): 1 {
  const at = msg.headerStart(header);
  msg.edits.remove(at, msg.headerEnd(header) - at);
  return 1;
}

/** Puts text in the place of a range. */
export function assignRange(msg: SipMessage, start: number, end: number, text: string): 1 {
  msg.edits.remove(start, end - start);
  if (text !== '') msg.edits.insertBefore(start, text);
  return 1;
}
