import type { PvDef } from '../../../registry/module.js';
import type { ScriptContext } from '../../../script/context.js';
import type { Value } from '../../../script/value.js';
import { AT, SP } from '../../../sip/chars.js';
import type { SipMessage } from '../../../sip/message.js';
import type { NameAddr } from '../../../sip/nameaddr.js';
import type { Uri } from '../../../sip/uri.js';
import { givenText, orNull, type PvTable, type Read, readPv, type Write, writablePv } from '../define.js';
import type { PvState } from '../state.js';

/** From or To: which header a variable is about. */
interface Side {
  readonly name: 'From' | 'To';
  readonly of: (msg: SipMessage) => NameAddr | null;
}

const FROM: Side = { name: 'From', of: (msg) => msg.from };
const TO: Side = { name: 'To', of: (msg) => msg.to };

function address(side: Side, get: (addr: NameAddr) => Value): (state: PvState) => Read {
  const of = side.of;
  return (state) => (ctx) => {
    const addr = of(ctx.msg);
    if (addr !== null) return get(addr);
    state.error(`cannot parse ${side.name} header`);
    return null;
  };
}

function uriPart(side: Side, get: (uri: Uri) => Value): (state: PvState) => Read {
  const of = side.of;
  return (state) => (ctx) => {
    const addr = of(ctx.msg);
    if (addr === null) {
      state.error(`cannot parse ${side.name} header`);
      return null;
    }
    const uri = addr.parsed;
    if (uri !== null) return get(uri);
    state.error(`cannot parse ${side.name} URI`);
    return null;
  };
}

type Change = (ctx: ScriptContext, addr: NameAddr, uri: Uri, text: string | null) => void;

/**
 * Assigns a part of the header: an edit, seen by reads only after `msg_apply_changes()`. Texts of messages say "To" for
 * both headers, as upstream's do. `keep` refuses null with a warning instead of removing the part.
 */
function rewrite(state: PvState, side: Side, what: string, keep: string | null, change: Change): Write {
  return (ctx, value) => {
    const addr = side.of(ctx.msg);
    if (addr === null) return state.error(`cannot parse ${side.name} header`);
    const uri = addr.parsed;
    if (uri === null) return state.error(`cannot parse ${side.name} header URI`);
    if (value === null || value === undefined) {
      if (keep !== null) state.warn(`To header ${keep} cannot be deleted`);
      else change(ctx, addr, uri, null);
      return true;
    }
    const text = givenText(value);
    if (text === null) return state.error(`attempt to assign non-str value to To header ${what}`);
    change(ctx, addr, uri, text);
    return true;
  };
}

const changeUri: Change = (ctx, addr, _uri, text) => {
  // Without brackets a parameter of the new URI would read as a header parameter.
  const enclosed = !addr.bracketed && (text ?? '').includes(';') ? `<${text}>` : (text ?? '');
  ctx.msg.edits.replace(addr.uriStart, addr.uriEnd - addr.uriStart, enclosed);
};

const changeUser: Change = (ctx, addr, uri, text) => {
  const at = addr.uriStart + uri.userStart;
  const length = uri.user.length;
  if (text === null) {
    if (length === 0) return;
    const separator = ctx.msg.raw.charCodeAt(at + length) === AT ? 1 : 0;
    ctx.msg.edits.remove(at, length + separator);
  } else if (length === 0) ctx.msg.edits.insertAfter(addr.uriStart + uri.hostStart, `${text}@`);
  else ctx.msg.edits.replace(at, length, text);
};

const changeHost: Change = (ctx, addr, uri, text) => {
  ctx.msg.edits.replace(addr.uriStart + uri.hostStart, uri.hostEnd - uri.hostStart, text ?? '');
};

const changeDisplay: Change = (ctx, addr, _uri, text) => {
  const { edits, raw } = ctx.msg;
  const length = addr.display.length;
  if (text === null) {
    if (length > 0) edits.remove(addr.start, length + (raw.charCodeAt(addr.start + length) === SP ? 1 : 0));
    return;
  }
  if (length > 0) edits.replace(addr.start, length, text);
  else edits.insertAfter(addr.start, `${text} `);
  if (!addr.bracketed) {
    edits.insertAfter(addr.uriStart, '<');
    edits.insertAfter(addr.uriEnd, '>');
  }
};

/** The variables of one side, by what they are: each is exported under its short and its long name. */
function family(side: Side) {
  const { name } = side;
  const writable = (doc: string, read: (state: PvState) => Read, write: (state: PvState) => Write): PvDef<PvState> =>
    writablePv(`${doc} Assignments are seen after msg_apply_changes().`, (state) => ({
      read: read(state),
      write: write(state),
    }));
  return {
    uri: writable(
      `URI of the ${name} header.`,
      address(side, (a) => a.uri),
      (state) => rewrite(state, side, 'URI', 'URI', changeUri),
    ),
    user: writable(
      `User of the ${name} URI.`,
      uriPart(side, (u) => orNull(u.user)),
      (state) => rewrite(state, side, 'display name', null, changeUser),
    ),
    host: writable(
      `Host of the ${name} URI.`,
      uriPart(side, (u) => orNull(u.host)),
      (state) => rewrite(state, side, 'URI domain', 'URI domain', changeHost),
    ),
    display: writable(
      `Display name of the ${name} header, as written.`,
      address(side, (a) => orNull(a.display)),
      (state) => rewrite(state, side, 'display name', null, changeDisplay),
    ),
    tag: readPv(
      `Tag of the ${name} header.`,
      address(side, (a) => orNull(a.tag)),
    ),
    userLength: uriPart(side, (u) => u.user.length),
  };
}

const from = family(FROM);
const to = family(TO);

/** `$fu`, `$tU` and so on. */
export const fromToPvs: PvTable = {
  fu: from.uri,
  from: from.uri,
  ful: readPv(
    'Length of the From URI.',
    address(FROM, (a) => a.uri.length),
  ),
  fU: from.user,
  'from.user': from.user,
  fUl: readPv("Length of the From URI's user.", from.userLength),
  fd: from.host,
  'from.domain': from.host,
  fn: from.display,
  ft: from.tag,
  tu: to.uri,
  to: to.uri,
  tU: to.user,
  'to.user': to.user,
  // Upstream lets a script assign the length, and takes the value for the user.
  tUl: writablePv("Length of the To URI's user; an assignment sets the user.", (state) => ({
    read: to.userLength(state),
    write: rewrite(state, TO, 'display name', null, changeUser),
  })),
  td: to.host,
  'to.domain': to.host,
  tn: to.display,
  tt: to.tag,
  tts: readPv('1 when the To header has a tag, else 0.', () => (ctx) => ((ctx.msg.to?.tag ?? '') === '' ? 0 : 1)),
};
