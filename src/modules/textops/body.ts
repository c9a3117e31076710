import { ArgumentError, literal, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { parseUint } from '../../sip/chars.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { parseSdp, type SdpAttribute } from '../../sip/sdp.js';
import { contentType, mimeType } from './mime.js';
import { filterBody } from './multipart.js';
import type { Textops } from './state.js';

const { fn } = entriesOf<Textops>();

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

/** Hexadecimal digits, blanks anywhere between pairs, as bytes; null when it is not. */
export function fromHex(hex: string): string | null {
  let out = '';
  for (let i = 0; i < hex.length; i++) {
    if (hex[i] === ' ' || hex[i] === '\t') continue;
    const pair = hex.slice(i, i + 2);
    if (!/^[0-9a-fA-F]{2}$/.test(pair)) return null;
    out += String.fromCharCode(Number.parseInt(pair, 16));
    i++;
  }
  return out;
}

/** Puts `body` in the place of the message's, with its Content-Type. */
function setBody(state: Textops, msg: SipMessage, body: string, type: string): number {
  if (body === '') return state.error('invalid body parameter');
  if (type === '') return state.error('invalid content-type parameter');
  const { edits, raw } = msg;
  edits.remove(msg.bodyStart, raw.length - msg.bodyStart);
  const at = msg.firstHeader(Hdr.CONTENT_TYPE);
  if (at < 0 || msg.headerBody(at) !== type) {
    if (at >= 0) edits.remove(msg.headerStart(at), msg.headerEnd(at) - msg.headerStart(at));
    edits.insertAfter(msg.headersEnd, `Content-Type: ${type}\r\n`);
  }
  edits.insertAfter(msg.bodyStart, body);
  return 1;
}

function setReplyBody(state: Textops, msg: SipMessage, body: string, type: string): number {
  if (body === '') return state.error('invalid body parameter');
  if (type === '') return state.error('invalid content-type parameter');
  msg.replyEdits.setBody(body, type);
  return 1;
}

type Set = typeof setBody;

function sets(name: string, routes: FunctionDef<Textops>['routes'], doc: string, set: Set, hex: boolean) {
  return fn(
    [text('body'), text('type')],
    {
      routes,
      doc,
      example: hex ? `${name}("68 69", "text/plain");` : `${name}("hi", "text/plain");`,
      returns: { '1': 'set', '-1': hex ? 'empty, or not hexadecimal' : 'empty' },
    },
    (state) => (ctx, body, type) => {
      if (!hex) return set(state, ctx.msg, body, type);
      if (body === '') return state.error('invalid body parameter');
      const bytes = fromHex(body);
      return bytes === null ? state.error(`invalid input hex data [${body}]`) : set(state, ctx.msg, bytes, type);
    },
  );
}

const REQUEST_SIDE = ['REQUEST', 'FAILURE', 'BRANCH'] as const;

/** A Content-Length above 0, and the type where one is asked for; a message without Content-Type counts as SDP. */
function hasBody(state: Textops, msg: SipMessage, wanted: string): number {
  const i = msg.firstHeader(Hdr.CONTENT_LENGTH);
  if (i < 0 || parseUint(msg.raw, msg.headerBodyStart(i), msg.headerBodyEnd(i)) === 0) return -1;
  if (wanted === '') return 1;
  const type = contentType(msg);
  if (type === null) return state.error('failed to extract content type hdr');
  return (type || 'application/sdp') === wanted ? 1 : -1;
}

const PRIVACY = ['header', 'session', 'user', 'none', 'critical', 'id', 'history'];

/** The privacy values of a message (RFC 3323, RFC 3325); null when there is no such header or it is malformed. */
function privacyOf(state: Textops, msg: SipMessage): ReadonlySet<string> | null {
  const body = msg.bodyOf(Hdr.PRIVACY);
  if (body === null) return null;
  const values = body.split(';').map((v) => v.trim().toLowerCase());
  if (!values.every((v) => PRIVACY.includes(v))) {
    state.error('invalid privacy value');
    return null;
  }
  if (values.includes('none') && values.some((v) => v !== 'none')) {
    state.error("no other privacy values allowed with 'none'");
    return null;
  }
  return new Set(values);
}

const HOLD_ADDRESSES = new Set(['0.0.0.0', '::']);

const onHold = (attributes: readonly SdpAttribute[]): boolean =>
  attributes.some((a) => a.name === 'sendonly' || a.name === 'inactive');

/** What `is_audio_on_hold` says: by a null address (RFC 2543), by direction (RFC 3264 §8.4), or no. */
const Hold = { ADDRESS: 1, DIRECTION: 2, NO: -1 } as const;

/** Whether some audio stream is on hold. */
function audioOnHold(msg: SipMessage): number {
  const sessions = msg.body === '' ? null : parseSdp(msg.body);
  for (const session of sessions ?? []) {
    for (const stream of session.streams) {
      if (stream.media !== 'audio') continue;
      const address = stream.connections[0] ?? session.connections[0];
      if (onHold(stream.attributes) || onHold(session.attributes)) return Hold.DIRECTION;
      if (address !== undefined && HOLD_ADDRESSES.has(address.address.text)) return Hold.ADDRESS;
    }
  }
  return Hold.NO;
}

export const BODY: Readonly<Record<string, FunctionDef<Textops> | readonly FunctionDef<Textops>[]>> = {
  set_body: sets(
    'set_body',
    ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
    `Sets body and Content-Type. ${NOT_VISIBLE}`,
    setBody,
    false,
  ),
  set_body_hex: {
    ...sets('set_body_hex', ['ANY'], `As \`set_body\`, from hexadecimal. ${NOT_VISIBLE}`, setBody, true),
    since: '6.x',
  },
  set_reply_body: sets(
    'set_reply_body',
    REQUEST_SIDE,
    'Sets body and Content-Type of the replies that are made for the request.',
    setReplyBody,
    false,
  ),
  set_reply_body_hex: {
    ...sets('set_reply_body_hex', REQUEST_SIDE, 'As `set_reply_body`, from hexadecimal.', setReplyBody, true),
    since: '6.x',
  },
  filter_body: fn(
    [literal('type')],
    {
      routes: ['ANY'],
      doc: `Leaves of a multipart body only the content of the first part of a type. ${NOT_VISIBLE}`,
      example: 'filter_body("application/sdp");',
      returns: { '1': 'filtered', '-1': 'no multipart body, or no such part' },
    },
    (state) => (ctx, type) => filterBody(state, ctx.msg, type),
  ),
  has_body: [
    fn(
      [],
      { routes: ['ANY'], doc: 'Tests whether Content-Length is there and above 0.', example: 'has_body();' },
      (state) => (ctx) => hasBody(state, ctx.msg, ''),
    ),
    fn(
      [
        parsed('type', (word: string) => {
          if (word === '') return '';
          const type = mimeType(word);
          if (type === null) throw new ArgumentError(`unsupported mime <${word}>`);
          return type;
        }),
      ],
      {
        routes: ['ANY'],
        doc: 'Tests whether there is a body of a type; without Content-Type it counts as SDP.',
        example: 'has_body("application/sdp");',
        literalOnly: true,
      },
      (state) => (ctx, type) => hasBody(state, ctx.msg, type),
    ),
  ],
  is_privacy: fn(
    [
      parsed('value', (word: string) => {
        if (word === '') throw new ArgumentError('empty privacy value');
        if (!PRIVACY.includes(word.toLowerCase())) throw new ArgumentError('invalid privacy value');
        return word.toLowerCase();
      }),
    ],
    {
      routes: ['ANY'],
      doc: 'Tests whether Privacy has a value.',
      example: 'is_privacy("id");',
      literalOnly: true,
      returns: { '1': 'yes', '-1': 'no' },
    },
    (state) => (ctx, value) => (privacyOf(state, ctx.msg)?.has(value) ? 1 : -1),
  ),
  is_audio_on_hold: fn(
    [],
    {
      routes: ['ANY'],
      doc: 'Tests whether an audio stream of the SDP is on hold.',
      example: 'is_audio_on_hold();',
      returns: { '1': 'yes, by a null address', '2': 'yes, by its direction', '-1': 'no' },
    },
    () => (ctx) => audioOnHold(ctx.msg),
  ),
};
