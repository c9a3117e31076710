import { int, type Regex, regex, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import type { Textopsx } from './state.js';

const { fn } = entriesOf<Textopsx>();

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

/** Headers that `keep_hf` never removes: routing needs them. */
const NEEDED = new Set<number>([
  ...[Hdr.FROM, Hdr.TO, Hdr.CALL_ID, Hdr.CSEQ, Hdr.VIA, Hdr.CONTACT],
  ...[Hdr.CONTENT_LENGTH, Hdr.CONTENT_TYPE, Hdr.ROUTE, Hdr.RECORD_ROUTE, Hdr.MAX_FORWARDS],
]);

/** Removes all headers but the needed ones and those whose names match. Never true: upstream's returns -1. */
function keepHeaders(msg: SipMessage, keep: Regex | null): -1 {
  for (let i = 0; i < msg.headerCount; i++) {
    if (NEEDED.has(msg.headerId(i)) || (keep?.test(msg.headerName(i)) ?? false)) continue;
    msg.edits.remove(msg.headerStart(i), msg.headerEnd(i) - msg.headerStart(i));
  }
  return -1;
}

/**
 * Changes the status of a reply, at once. Failures may become other failures; any other status keeps its class.
 * The new reason phrase is an edit of the first line.
 */
function changeStatus(state: Textopsx, msg: SipMessage, status: number, reason: string | null): number {
  if (reason === '') return state.error('invalid reason parameter');
  if (status < 100 || status > 699) return state.error(`wrong status code: ${status}`);
  const sameClass = Math.floor(status / 100) === Math.floor(msg.status / 100);
  if ((status < 300 || msg.status < 300) && !sameClass) return -1;
  const at = msg.version.length + 1;
  msg.raw = `${msg.raw.slice(0, at)}${status}${msg.raw.slice(at + 3)}`;
  msg.status = status;
  if (reason !== null) msg.edits.replace(at + 4, msg.reason.length, reason);
  return 1;
}

const STATUS_RETURNS = { '1': 'changed', '-1': 'not 100 to 699, or of another class' };

const PATTERN_RETURNS = { '1': 'yes', '-1': 'no' };

export const MESSAGE: Readonly<Record<string, FunctionDef<Textopsx> | readonly FunctionDef<Textopsx>[]>> = {
  msg_apply_changes: fn(
    [],
    {
      routes: ['REQUEST', 'ONREPLY'],
      doc: 'Makes all changes so far what reads see.',
      example: 'msg_apply_changes();',
      returns: { '1': 'done', '-1': 'not in a request or reply route' },
    },
    (state) => (ctx) => state.applyChanges(ctx),
  ),
  msg_changed_route: fn(
    [text('route')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Runs a route over a copy of the message that has all changes so far applied.',
      example: 'msg_changed_route("LOOK");',
      suspends: true,
      returns: { '1': 'done', '-1': 'no such route' },
    },
    (state) => (ctx, name) => state.runOverChanged(ctx, name),
  ),
  msg_set_buffer: fn(
    [text('text')],
    {
      routes: ['REQUEST', 'ONREPLY'],
      doc: 'Takes a text as the message from now on.',
      example: 'msg_set_buffer("$mb");',
      returns: { '1': 'done', '-1': 'not a message, or not in a request or reply route' },
    },
    (state) => (ctx, buffer) => state.setBuffer(ctx, buffer),
  ),
  change_reply_status: fn(
    [int('status'), text('reason')],
    {
      routes: ['ONREPLY'],
      doc: 'Changes status and reason of a reply.',
      example: 'change_reply_status("480", "Not Now");',
      returns: STATUS_RETURNS,
    },
    (state) => (ctx, status, reason) => changeStatus(state, ctx.msg, status, reason),
  ),
  change_reply_status_code: fn(
    [int('status')],
    {
      routes: ['ONREPLY'],
      doc: 'Changes the status of a reply and leaves its reason.',
      example: 'change_reply_status_code("480");',
      returns: STATUS_RETURNS,
    },
    (state) => (ctx, status) => changeStatus(state, ctx.msg, status, null),
  ),
  remove_body: fn(
    [],
    { routes: ['ANY'], doc: `Removes the body. ${NOT_VISIBLE}`, example: 'remove_body();' },
    () => (ctx) => {
      const { msg } = ctx;
      msg.edits.remove(msg.bodyStart, msg.raw.length - msg.bodyStart);
      return 1;
    },
  ),
  keep_hf: [
    fn(
      [],
      { routes: ['ANY'], doc: `Removes all headers that routing does not need. ${NOT_VISIBLE}`, example: 'keep_hf();' },
      () => (ctx) => keepHeaders(ctx.msg, null),
    ),
    fn(
      [regex('names')],
      {
        routes: ['ANY'],
        doc: `Removes all headers that routing does not need and whose names do not match. ${NOT_VISIBLE}`,
        example: 'keep_hf("^User-Agent$");',
      },
      () => (ctx, keep) => keepHeaders(ctx.msg, keep),
    ),
  ],
  fnmatch: [
    fn(
      [text('text'), text('pattern')],
      {
        routes: ['ANY'],
        doc: 'Tests whether a text matches a shell pattern.',
        example: 'fnmatch("$rU", "b*");',
        literalOnly: true,
        returns: PATTERN_RETURNS,
      },
      (state) => (_ctx, input, pattern) => (state.shellPattern(pattern, false).matches(input) ? 1 : -1),
    ),
    fn(
      [text('text'), text('pattern'), text('flags', '`i`: ignore case')],
      {
        routes: ['ANY'],
        doc: 'Tests whether a text matches a shell pattern.',
        example: 'fnmatch("$rU", "B*", "i");',
        literalOnly: true,
        returns: PATTERN_RETURNS,
      },
      (state) => (_ctx, input, pattern, flags) => {
        // Debian's 5.6 is built without the flag.
        const ignoreCase = /^i/i.test(flags) && state.host.compat !== '5.6';
        return state.shellPattern(pattern, ignoreCase).matches(input) ? 1 : -1;
      },
    ),
  ],
};
