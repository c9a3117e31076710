import type { MessageDraft, ReplyDraft } from './case.js';

/** SIP text for the harness. Deliberately not kts's own parser: what is under test must not judge itself. */

/** Values of a header, in order, without the name. */
export function headerValues(message: string, name: string): string[] {
  const head = message.slice(0, headEnd(message));
  const wanted = name.toLowerCase();
  return head
    .split('\r\n')
    .slice(1)
    .filter((line) => line.slice(0, line.indexOf(':')).trim().toLowerCase() === wanted)
    .map((line) => line.slice(line.indexOf(':') + 1).trim());
}

export function headEnd(message: string): number {
  const end = message.indexOf('\r\n\r\n');
  return end < 0 ? message.length : end;
}

export function methodOf(message: string): string {
  return message.startsWith('SIP/2.0 ') ? '' : message.slice(0, message.indexOf(' '));
}

/** What a draft's defaults depend on. */
export interface Sender {
  /** `127.0.0.1:5299`, as it stands in Via and Contact. */
  readonly hostPort: string;
  readonly transport: 'UDP' | 'TCP';
  /** Counts this run's requests from 1; gives branch and CSeq. */
  readonly serial: number;
  /** The last INVITE sent from here, whose transaction an ACK or CANCEL belongs to. */
  readonly invite: { readonly branch: string; readonly serial: number; readonly uri: string } | null;
  /** The last message received here, for `{{Header}}`. */
  readonly lastReceived: string | null;
}

export function buildRequest(
  draft: MessageDraft,
  sender: Sender,
): { text: string; branch: string; uri: string; serial: number } {
  const joins = (draft.method === 'ACK' || draft.method === 'CANCEL') && sender.invite !== null;
  const serial = joins ? sender.invite!.serial : sender.serial;
  const branch = joins ? sender.invite!.branch : `z9hG4bK-d${serial}`;
  const uri = fill(draft.uri ?? (joins ? sender.invite!.uri : 'sip:bob@biloxi.example.com'), sender);
  const headers: [string, string][] = [
    ['Via', `SIP/2.0/${sender.transport} ${sender.hostPort};branch=${branch}`],
    ['From', '"Alice A" <sip:alice@atlanta.example.com;x=y>;tag=ft1'],
    ['To', '<sip:bob@biloxi.example.com>'],
    ['Call-ID', 'case-1@test'],
    ['CSeq', `${serial} ${draft.method}`],
    ['Contact', `<sip:alice@${sender.hostPort}>`],
    ['Max-Forwards', '70'],
    ['User-Agent', 'tester'],
  ];
  const text = assemble(`${draft.method} ${uri} SIP/2.0`, headers, draft.headers, draft.body, sender);
  return { text, branch: /branch=([^;\s,]+)/.exec(text)?.[1] ?? branch, uri, serial };
}

export function buildReply(request: string, draft: ReplyDraft, sender: Sender): string {
  const headers: [string, string][] = headerValues(request, 'Via').map((v) => ['Via', v]);
  headers.push(...headerValues(request, 'Record-Route').map((v): [string, string] => ['Record-Route', v]));
  headers.push(['From', headerValues(request, 'From')[0] ?? '']);
  const to = headerValues(request, 'To')[0] ?? '';
  headers.push([
    'To',
    to.includes(';tag=') || draft.status === 100 ? to : `${to};tag=peer${sender.hostPort.replace(/^.*:/, '')}`,
  ]);
  headers.push(
    ['Call-ID', headerValues(request, 'Call-ID')[0] ?? ''],
    ['CSeq', headerValues(request, 'CSeq')[0] ?? ''],
  );
  if (draft.status > 100 && draft.status < 300) headers.push(['Contact', `<sip:peer@${sender.hostPort}>`]);
  const reason = draft.reason ?? REASONS[draft.status] ?? 'Reply';
  return assemble(`SIP/2.0 ${draft.status} ${reason}`, headers, draft.headers, draft.body, sender);
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  302: 'Moved Temporarily',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  500: 'Server Error',
  503: 'Service Unavailable',
  603: 'Decline',
};

function assemble(
  first: string,
  defaults: readonly (readonly [string, string])[],
  edits: readonly string[],
  body: string,
  sender: Sender,
): string {
  let headers = [...defaults];
  for (const raw of edits) {
    const edit = fill(raw, sender);
    const colon = edit.indexOf(':');
    if (edit.startsWith('-')) {
      headers = headers.filter(([name]) => name.toLowerCase() !== edit.slice(1).trim().toLowerCase());
      continue;
    }
    const add = edit.startsWith('+');
    const name = edit.slice(add ? 1 : 0, colon).trim();
    const value = edit.slice(colon + 1).trim();
    const at = add ? -1 : headers.findIndex(([n]) => n.toLowerCase() === name.toLowerCase());
    if (at >= 0) headers[at] = [name, value];
    else headers.push([name, value]);
  }
  const filled = fill(body, sender);
  const hasLength =
    headers.some(([n]) => /^(content-length|l)$/i.test(n)) || edits.some((e) => /^-content-length/i.test(e));
  if (!hasLength) headers.push(['Content-Length', String(filled.length)]);
  return `${[first, ...headers.map(([n, v]) => `${n}: ${v}`)].join('\r\n')}\r\n\r\n${filled}`;
}

/** `{{Name}}` is a header of the last message received (several joined by commas), `{{Contact-URI}}` the URI in it. */
function fill(text: string, sender: Sender): string {
  return text.replace(/\{\{([\w-]+)\}\}/g, (_, name: string) => {
    const last = sender.lastReceived ?? '';
    if (name.endsWith('-URI')) {
      const value = headerValues(last, name.slice(0, -4))[0] ?? '';
      return /<([^>]*)>/.exec(value)?.[1] ?? value;
    }
    if (name.endsWith('-reversed')) return headerValues(last, name.slice(0, -9)).reverse().join(', ');
    return headerValues(last, name).join(', ');
  });
}
