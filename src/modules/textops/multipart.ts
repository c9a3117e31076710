import { Hdr, headerId } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { paramValue } from '../../sip/params.js';
import { contentType } from './mime.js';
import type { Textops } from './state.js';

/** Marks the edits that are worked out anew whenever another part comes or goes. */
const MULTIPART = 0x6d70;

const DEFAULT_TYPE = 'text/plain';
const DEFAULT_BOUNDARY = 'unique-boundary-1';

/** The boundary parameter of the message's Content-Type; null without one. */
function boundaryOf(msg: SipMessage): string | null {
  const text = msg.bodyOf(Hdr.CONTENT_TYPE);
  const semi = text === null ? -1 : text.indexOf(';');
  return text === null || semi < 0 ? null : paramValue(text, 'boundary', semi + 1);
}

/** Where the first part whose Content-Type starts with `type` stands. Positions are into the message. */
interface PartSpot {
  /** Of its Content-Type header. */
  readonly start: number;
  /** Behind its Content-Type line. */
  readonly content: number;
  /** Of the boundary line behind it. */
  readonly boundary: number;
  /** Behind that line. */
  readonly end: number;
}

function findPart(state: Textops, msg: SipMessage, type: string, boundary: string): PartSpot | null {
  const { raw } = msg;
  const refuse = (why: string): null => {
    state.error(why);
    return null;
  };
  for (let line = msg.bodyStart; line < raw.length; ) {
    const colon = raw.indexOf(':', line);
    const next = raw.indexOf('\r\n', line);
    if (colon > 0 && colon < next && headerId(raw.slice(line, colon).trim()) === Hdr.CONTENT_TYPE) {
      const body = raw.slice(colon + 1, next).trimStart();
      if (body.slice(0, type.length).toLowerCase() === type.toLowerCase()) {
        if (body.length !== type.length) return refuse('no CRLF found after content type');
        const at = startOfLine(raw, boundary, next + 2);
        if (at < 0) return refuse('boundary not found after content');
        const eol = raw.indexOf('\r\n', at);
        return { start: line, content: next + 2, boundary: at, end: eol < 0 ? raw.length : eol + 2 };
      }
    }
    if (next < 0) return refuse('No CRLF found');
    line = next + 2;
  }
  return null;
}

/** Position of the next line that starts with `text`; -1 when there is none. `from` is a line's start. */
function startOfLine(raw: string, text: string, from: number): number {
  for (let at = from; ; ) {
    if (raw.startsWith(text, at)) return at;
    const next = raw.indexOf('\r\n', at);
    if (next < 0) return -1;
    at = next + 2;
  }
}

/** Leaves only the content of the first part of a type. */
export function filterBody(state: Textops, msg: SipMessage, type: string): number {
  if (msg.bodyStart >= msg.raw.length) return -1;
  if (contentType(msg) !== 'multipart/mixed') {
    state.host.log.warn('textops', 'body not multipart');
    return -1;
  }
  const boundary = boundaryOf(msg);
  const part = boundary === null ? null : findPart(state, msg, type, `--${boundary}`);
  if (part === null) return -1;
  const { raw, edits } = msg;
  let start = part.content;
  while (raw[start] === '\r' || raw[start] === '\n') start++;
  edits.remove(msg.bodyStart, start - msg.bodyStart);
  edits.remove(part.boundary - 2, raw.length - part.boundary + 2);
  return 1;
}

/** The content of the first part of a type, or the whole of a body that has no parts; null when there is none. */
export function bodyPart(state: Textops, msg: SipMessage, type: string, raw: boolean): string | null {
  if (msg.bodyStart >= msg.raw.length) return null;
  const boundary = boundaryOf(msg);
  if (boundary === null) return msg.raw.slice(msg.bodyStart);
  const part = findPart(state, msg, type, `--${boundary}`);
  if (part === null) return null;
  return raw ? msg.raw.slice(part.start, part.end) : msg.raw.slice(part.content, part.boundary);
}

/** What became of a multipart body so far. */
interface Changes {
  readonly removed: { readonly from: number; readonly end: number }[];
  readonly appended: string[];
}

const changes = new WeakMap<SipMessage, { readonly raw: string; readonly changes: Changes }>();

function changesOf(msg: SipMessage): Changes {
  const known = changes.get(msg);
  // Edits that were dropped, or applied, leave nothing of what was remembered.
  if (known !== undefined && known.raw === msg.raw && msg.hasEdits && msg.edits.hasKind(MULTIPART))
    return known.changes;
  const fresh = { removed: [], appended: [] };
  changes.set(msg, { raw: msg.raw, changes: fresh });
  return fresh;
}

/** Removes the first part of a type, with the boundary behind it. */
export function removePart(state: Textops, msg: SipMessage, type: string): number {
  if (msg.bodyStart >= msg.raw.length) return -1;
  const boundary = boundaryOf(msg);
  if (boundary === null) return state.error('Cannot get boundary from Content type header. Is body multipart?');
  const part = findPart(state, msg, type, `--${boundary}`);
  if (part === null) return -1;
  const all = changesOf(msg);
  all.removed.push({ from: part.start, end: part.end });
  rewrite(msg, boundary, all);
  return 1;
}

/** Adds a part behind the others. */
export function appendPart(
  state: Textops,
  msg: SipMessage,
  content: string,
  type: string,
  disposition: string,
): number {
  if (content === '') return state.error('invalid body parameter');
  if (type === '') return state.error('invalid content-type parameter');
  if (msg.bodyStart >= msg.raw.length) return -1;
  const mime = contentType(msg);
  if (mime === '') return state.error('missing Content-Type header for existing message body');
  if (mime !== 'multipart/mixed') return state.error('message body is not multipart/mixed');
  const boundary = boundaryOf(msg);
  if (boundary === null) return state.error('Cannot get boundary. Is body multipart?');
  const all = changesOf(msg);
  all.appended.push(partText(content, type, disposition));
  rewrite(msg, boundary, all);
  return 1;
}

function partText(content: string, type: string, disposition: string): string {
  const more = disposition === '' ? '' : `Content-Disposition: ${disposition}\r\n`;
  return `Content-Type: ${type}\r\n${more}\r\n${content}${content.endsWith('\r\n\r\n') ? '' : '\r\n'}`;
}

/** Records the edits that make the body what the changes ask for: only the last boundary line ends with `--`. */
function rewrite(msg: SipMessage, boundary: string, { removed, appended }: Changes): void {
  const { raw, edits } = msg;
  const open = `--${boundary}\r\n`;
  const closing = `--${boundary}--\r\n`;
  edits.dropKind(MULTIPART);
  const lines: { readonly at: number; readonly end: number }[] = [];
  for (let at = startOfLine(raw, `--${boundary}`, msg.bodyStart); at >= 0; ) {
    const eol = raw.indexOf('\r\n', at);
    const end = eol < 0 ? raw.length : eol + 2;
    if (!removed.some((r) => r.from <= at && at < r.end)) lines.push({ at, end });
    at = end < raw.length ? startOfLine(raw, `--${boundary}`, end) : -1;
  }
  for (const { from, end } of removed) edits.remove(from, end - from, MULTIPART);
  lines.forEach(({ at, end }, i) => {
    const wanted = appended.length === 0 && i === lines.length - 1 ? closing : open;
    if (raw.slice(at, end) !== wanted) edits.replace(at, end - at, wanted, MULTIPART);
  });
  appended.forEach((part, i) => {
    edits.insertAfter(raw.length, part + (i === appended.length - 1 ? closing : open), MULTIPART);
  });
}

/** Turns the body, or a new one, into the only part of a multipart body. */
export function makeMultipart(
  state: Textops,
  msg: SipMessage,
  content: string,
  type: string,
  boundary: string,
): number {
  const already = contentType(msg) === 'multipart/mixed';
  if (already && content === '') return 1;
  const delimiter = boundary || DEFAULT_BOUNDARY;
  const { raw, edits } = msg;
  const old = msg.bodyStart < raw.length ? raw.slice(msg.bodyStart) : '';
  if (old !== '') edits.remove(msg.bodyStart, old.length);
  if (content === '' && old === '') {
    state.host.log.warn('textops', 'no body to be set in the message');
    return -1;
  }
  if (delimiter.startsWith('-')) return state.error("delimiter with initial '-'. Invalid parameter.");
  const header = msg.firstHeader(Hdr.CONTENT_TYPE);
  const oldType = content === '' && header >= 0 ? msg.headerBody(header) : '';
  const part = partText(content || old, oldType || type || DEFAULT_TYPE, '');
  if (!already) {
    if (header >= 0) edits.remove(msg.headerStart(header), msg.headerEnd(header) - msg.headerStart(header));
    edits.insertAfter(msg.headersEnd, `Content-Type: multipart/mixed;boundary="${delimiter}"\r\n`);
    edits.insertAfter(msg.headersEnd, 'Mime-Version: 1.0\r\n');
  }
  edits.insertAfter(msg.bodyStart, `--${delimiter}\r\n${part}--${delimiter}\r\n`);
  return 1;
}
