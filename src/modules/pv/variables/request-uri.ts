import type { PvDef } from '../../../registry/module.js';
import { toText, type Value } from '../../../script/value.js';
import { parseUri, type Uri } from '../../../sip/uri.js';
import { setHost, setPort, setUser } from '../../../sip/uri-rewrite.js';
import { givenText, type PvTable, type Read, readPv, type Write, writablePv } from '../define.js';
import type { PvState } from '../state.js';
import { part } from './uri-parts.js';

type UriPart = (uri: Uri) => Value;

/** One part of the current Request-URI; null in replies, and with an error when the URI is malformed. */
function current(get: UriPart): (state: PvState) => Read {
  return (state) => (ctx) => {
    if (!ctx.msg.isRequest) return null;
    const uri = ctx.msg.parsedUri;
    return uri !== null ? get(uri) : malformed(state);
  };
}

/** The same of the Request-URI as received. */
function original(get: UriPart): (state: PvState) => Read {
  return (state) => (ctx) => {
    if (!ctx.msg.isRequest) return null;
    const uri = ctx.msg.parsedRequestUri;
    return uri !== null ? get(uri) : malformed(state);
  };
}

/** The same of the destination URI; null when there is none. */
function destination(get: UriPart): (state: PvState) => Read {
  return (state) => (ctx) => {
    const text = ctx.msg.dstUri;
    if (text === '') return null;
    const uri = parseUri(text);
    if (uri !== null) return get(uri);
    state.error('failed to parse dst uri');
    return null;
  };
}

function malformed(state: PvState): null {
  state.error('failed to parse the R-URI');
  return null;
}

/** Rewrites a part of the Request-URI. `required` names the part in the message about a value without text. */
function rewrite(state: PvState, required: string, change: (uri: string, text: string) => string | null): Write {
  return (ctx, value) => {
    const text = givenText(value);
    if (text === null) return state.error(`str value required to set ${required}`);
    const changed = ctx.msg.parsedUri === null ? null : change(ctx.msg.currentUri, text);
    if (changed === null) return state.error('failed to parse the R-URI');
    ctx.msg.newUri = changed;
    return true;
  };
}

const uri: PvDef<PvState> = writablePv('Request-URI.', (state) => ({
  read: state.is56
    ? (ctx) => {
        const msg = ctx.msg;
        if (!msg.isRequest) return null;
        return msg.parsedUri === null ? malformed(state) : msg.currentUri;
      }
    : (ctx) => (ctx.msg.isRequest ? ctx.msg.currentUri : null),
  write: (ctx, value) => {
    if (value === null || value === undefined) return state.error('bad parameters');
    const text = givenText(value);
    if (text === null) return state.error('str value required to set R-URI');
    ctx.msg.newUri = text;
    return true;
  },
}));

const user = writablePv('User of the Request-URI; "" or $null removes it.', (state) => {
  const write = rewrite(state, 'R-URI user', setUser);
  return { read: current(part.user)(state), write: (ctx, value) => write(ctx, value ?? '') };
});

const host = writablePv('Host of the Request-URI.', (state) => {
  const write = rewrite(state, 'R-URI hostname', setHost);
  return {
    read: current(part.host)(state),
    write: (ctx, value) => (value === null || value === undefined ? state.error('bad parameters') : write(ctx, value)),
  };
});

const port = writablePv('Port of the Request-URI, 5060 or 5061 when it has none; $null removes it.', (state) => {
  const write = rewrite(state, 'R-URI port', setPort);
  return {
    read: current(part.port)(state),
    write: (ctx, value) =>
      ctx.msg.parsedUri?.scheme.startsWith('tel')
        ? state.error('port number of a tel: URI cannot be set')
        : write(ctx, toText(value)),
  };
});

const dst = writablePv('Destination URI: the next hop in place of the Request-URI; $null resets it.', (state) => ({
  read: (ctx) => (ctx.msg.dstUri === '' ? null : ctx.msg.dstUri),
  write: (ctx, value) => {
    const text = givenText(value ?? '');
    if (text === null) return state.error('error - str value required to set dst uri');
    ctx.msg.dstUri = text;
    return true;
  },
}));

const received = readPv('Request-URI as received.', () => (ctx) => (ctx.msg.isRequest ? ctx.msg.requestUri : null));

/** `$ru`, `$ou` and `$du` with their parts. */
export const requestUriPvs: PvTable = {
  ru: uri,
  ruri: uri,
  rul: readPv('Length of the Request-URI.', () => (ctx) => (ctx.msg.isRequest ? ctx.msg.currentUri.length : null)),
  rU: user,
  'ruri.user': user,
  rUl: readPv("Length of the Request-URI's user.", current(part.userLength)),
  rd: host,
  'ruri.domain': host,
  rp: port,
  rP: readPv('Transport parameter of the Request-URI, UDP when it has none.', current(part.transport)),
  rz: readPv('Scheme of the Request-URI.', current(part.scheme)),
  ou: received,
  ouri: received,
  oU: readPv('User of the received Request-URI.', original(part.user)),
  oUl: readPv("Length of the received Request-URI's user.", original(part.userLength)),
  od: readPv('Host of the received Request-URI.', original(part.host)),
  op: readPv('Port of the received Request-URI.', original(part.port)),
  oP: readPv('Transport parameter of the received Request-URI.', original(part.transport)),
  du: dst,
  duri: dst,
  dd: readPv('Host of the destination URI.', destination(part.host)),
  dp: readPv('Port of the destination URI.', destination(part.port)),
  dP: readPv('Transport parameter of the destination URI.', destination(part.transport)),
};
