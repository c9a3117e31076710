import { randomInt } from 'node:crypto';
import type { ScriptContext } from '../../script/context.js';
import { bytesOf } from '../../sip/bytes.js';
import { type Contact as ContactHeader, parseQ } from '../../sip/contact.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { methodSet } from '../../sip/methods.js';
import type { ListenSocket } from '../../sip/receive-info.js';
import { ALL_METHODS, type Contact, type ContactInfo } from '../usrloc/contact.js';
import type { Usrloc } from '../usrloc/index.js';
import { Refusal, RegError } from './errors.js';
import { NO_PATH, readPath } from './path.js';
import type { Settings } from './settings.js';

const MAX_CALL_ID = 255;
const MAX_USER_AGENT = 255;
const MAX_RECEIVED = 255;
const NO_USER_AGENT = 'n/a';

/** What all contacts of one REGISTER share. */
export type CommonInfo = Omit<ContactInfo, 'address' | 'expires' | 'q' | 'methods' | 'instance' | 'regId'>;

/** Reads the facts of a REGISTER that go with each of its contacts. */
export function commonInfo(
  ctx: ScriptContext,
  settings: Settings,
  usrloc: Usrloc,
  memoryOnly: boolean,
  now: number,
): CommonInfo | Refusal {
  const { msg } = ctx;
  const callId = msg.bodyCopyOf(Hdr.CALL_ID) ?? '';
  if (callId.length > MAX_CALL_ID) return new Refusal(RegError.CALL_ID_TOO_LONG, 'callid too long');
  const cseq = msg.cseq?.number;
  if (cseq === undefined) return new Refusal(RegError.INVALID_CSEQ, 'failed to convert cseq number');
  const path = settings.params.use_path !== 0 ? readPath(msg, settings.params.path_use_received !== 0) : NO_PATH;
  if (path instanceof Refusal) return path;
  const agent = msg.wordOf(Hdr.USER_AGENT) ?? '';
  const forcedConnection = settings.number(ctx, 'tcpconn_id') ?? 0;
  const { proto } = msg.received;
  const ownConnection = proto === 'udp' || proto === 'sctp' ? -1 : msg.received.connectionId;
  const natted = path.received !== '' ? usrloc.natFlag : 0;
  return {
    received: path.received,
    path: path.text,
    callId,
    cseq,
    flags: memoryOnly ? 1 : 0,
    cflags: (msg.bflags | natted) >>> 0,
    userAgent: agent !== '' && agent.length < MAX_USER_AGENT ? agent : NO_USER_AGENT,
    socket: socketText(ctx, settings, usrloc),
    lastModified: now,
    serverId: usrloc.host.settings.server_id,
    connectionId: forcedConnection > 0 ? forcedConnection : ownConnection,
    xavp: usrloc.attributesFor(ctx.attrs),
  };
}

/** Completes the facts for one contact. */
export function contactInfo(
  ctx: ScriptContext,
  common: CommonInfo,
  header: ContactHeader,
  expires: number,
  settings: Settings,
  useRegId: boolean,
  known: readonly Contact[],
): ContactInfo | Refusal {
  const q = contactQ(ctx, header, settings);
  if (q instanceof Refusal) return q;
  let received = common.received || (header.received ?? '');
  if (received === '') {
    received = settings.receivedOf(ctx);
    if (received.length > MAX_RECEIVED) return new Refusal(RegError.CONTACT_TOO_LONG, 'received too long');
  }
  const regIdText = header.addr.param('reg-id') ?? '';
  let regId = 0;
  if (useRegId && header.instance !== '' && regIdText !== '') {
    regId = header.regId;
    if (regId === 0) return new Refusal(RegError.INVALID_REG_ID, 'invalid reg-id value');
  }
  // Field by field: spreading an object this wide costs several microseconds.
  return {
    address: addressIn(known, ctx.msg, header),
    received,
    path: common.path,
    expires,
    q,
    callId: common.callId,
    cseq: common.cseq,
    flags: common.flags,
    cflags: common.cflags,
    userAgent: common.userAgent,
    socket: common.socket,
    lastModified: common.lastModified,
    methods: methodsOf(ctx.msg, header),
    instance: header.instance,
    regId,
    serverId: common.serverId,
    connectionId: common.connectionId,
    xavp: common.xavp,
  };
}

/** The address of a contact, as the very text that is stored when it is: such texts compare at a glance. */
function addressIn(known: readonly Contact[], msg: SipMessage, { addr }: ContactHeader): string {
  const length = addr.uriEnd - addr.uriStart;
  const bytes = bytesOf(msg.raw);
  for (const { address } of known) {
    if (address.length !== length) continue;
    // From the end: contacts of one user differ in host and port.
    let i = length;
    while (i > 0 && address.charCodeAt(i - 1) === bytes[addr.uriStart + i - 1]!) i--;
    if (i === 0) return address;
  }
  return addr.uri;
}

/** Methods that a contact takes: its own list, else what Allow says, else all. */
function methodsOf(msg: SipMessage, header: ContactHeader): number {
  if (header.methods !== -1) return header.methods >>> 0;
  let allowed = 0;
  for (let i = msg.firstHeader(Hdr.ALLOW); i >= 0; i = msg.nextHeader(i, Hdr.ALLOW))
    allowed |= methodSet(msg.headerBody(i));
  return msg.firstHeader(Hdr.ALLOW) < 0 ? ALL_METHODS : allowed >>> 0;
}

function contactQ(ctx: ScriptContext, header: ContactHeader, settings: Settings): number | Refusal {
  const forced = settings.number(ctx, 'q');
  if (forced !== null) {
    return forced >= 0 && forced <= 1000 ? forced : new Refusal(RegError.INVALID_Q, 'invalid q parameter');
  }
  const text = header.addr.param('q') ?? '';
  if (text === '') return settings.current.default_q;
  const q = parseQ(text);
  return q < 0 ? new Refusal(RegError.INVALID_Q, 'invalid q parameter') : q;
}

/** The socket to store: the one the script names under `sock_flag`, else the one the REGISTER came in on. */
function socketText(ctx: ScriptContext, settings: Settings, usrloc: Usrloc): string {
  const { msg } = ctx;
  if ((msg.flags & settings.socketFlag) !== 0) {
    const name = settings.params.sock_hdr_name;
    const header = name ? msg.firstHeaderNamed(name) : -1;
    const text = name ? (header < 0 ? '' : msg.headerBody(header)) : settings.text(ctx, 'socket');
    const socket = text === '' ? null : usrloc.findSocket(text);
    if (socket) return socket.text;
    if (text !== '') usrloc.host.log.error('registrar', `non-local socket <${text}>`);
  }
  const own = msg.received.socket;
  return (settings.params.sock_mode & 1) !== 0 && own.advertisedAddress ? advertised(own) : own.text;
}

function advertised(socket: ListenSocket): string {
  return `${socket.proto}:${socket.advertisedAddress}:${socket.advertisedPort ?? socket.port}`;
}

/** Unix seconds until which a contact is asked to stay; 0: it is to go. */
export function contactExpires(
  ctx: ScriptContext,
  header: ContactHeader,
  settings: Settings,
  now: number,
  variation: boolean,
): number | Refusal {
  const { seconds, range } = askedExpires(ctx, header, settings);
  if (seconds === 0) return 0;
  const least = settings.current.min_expires;
  let life = seconds;
  if (life < least) {
    if (settings.params.min_expires_mode !== 0)
      return new Refusal(RegError.TOO_BRIEF, 'expires lower than minimum value', 'info');
    life = least;
  }
  if (variation && range !== 0) life = Math.max(least, varied(life, range));
  const most = settings.current.max_expires;
  if (most !== 0 && life > most) life = most;
  return now + life;
}

function askedExpires(
  ctx: ScriptContext,
  header: ContactHeader,
  settings: Settings,
): { readonly seconds: number; readonly range: number } {
  const forced = settings.number(ctx, 'expires');
  if (forced !== null && forced >= 0) return { seconds: forced, range: 0 };
  const text = header.addr.param('expires') ?? '';
  const fallback = settings.current.default_expires_range;
  if (text === '') {
    const { expires } = ctx.msg;
    if (expires < 0) return { seconds: settings.current.default_expires, range: fallback };
    return { seconds: expires, range: settings.current.expires_range };
  }
  // RFC 3261 §10.3 step 6: a malformed value counts as an hour.
  return header.expires < 0
    ? { seconds: 3600, range: fallback }
    : { seconds: header.expires, range: settings.current.expires_range };
}

/** Somewhere between `seconds` and `range` percent less. */
function varied(seconds: number, range: number): number {
  const least = seconds * (1 - range / 100);
  return Math.floor(least + (randomInt(100) / 100) * (seconds - least));
}
