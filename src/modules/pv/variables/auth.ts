import type { ScriptContext } from '../../../script/context.js';
import type { Credentials } from '../../../sip/digest.js';
import { Hdr } from '../../../sip/header-names.js';
import { Method } from '../../../sip/methods.js';
import { orNull, type PvTable, type Read, readPv } from '../define.js';
import type { PvState } from '../state.js';

/** The first credentials, Proxy-Authorization before Authorization; null for ACK and CANCEL, which carry copies. */
function credentials(state: PvState, ctx: ScriptContext): Credentials | null {
  const { msg } = ctx;
  if (msg.methodId === Method.ACK || msg.methodId === Method.CANCEL) return null;
  const id = msg.firstHeader(Hdr.PROXY_AUTHORIZATION) >= 0 ? Hdr.PROXY_AUTHORIZATION : Hdr.AUTHORIZATION;
  const header = msg.firstHeader(id);
  if (header < 0) return null;
  const found = msg.credentials(id)[0];
  if (found !== undefined && found.headerIndex === header) return found;
  state.error('failed to parse credentials');
  return null;
}

function field(get: (c: Credentials) => string | null): (state: PvState) => Read {
  return (state) => (ctx) => {
    const found = credentials(state, ctx);
    return found === null ? null : get(found);
  };
}

/** Digest credentials of the request, whether checked or not. */
export const authPvs: PvTable = {
  ad: readPv(
    'Domain of the digest username.',
    field((c) => c.domain),
  ),
  au: readPv(
    'User part of the digest username.',
    field((c) => c.user),
  ),
  aU: readPv(
    'The whole digest username.',
    field((c) => c.username),
  ),
  ar: readPv(
    'Digest realm.',
    field((c) => c.realm),
  ),
  aa: readPv(
    'Digest algorithm as written.',
    field((c) => c.algorithm),
  ),
  adu: readPv(
    'Digest URI.',
    field((c) => orNull(c.uri)),
  ),
  adn: readPv(
    'Digest nonce.',
    field((c) => c.nonce),
  ),
  adc: readPv(
    'Digest cnonce.',
    field((c) => c.cnonce),
  ),
  adr: readPv(
    'Digest response.',
    field((c) => c.response),
  ),
  ado: readPv(
    'Digest opaque.',
    field((c) => c.opaque),
  ),
  AU: readPv('User for accounting: that of the From URI.', () => (ctx) => ctx.msg.from?.parsed?.user ?? null),
  Au: readPv('user@domain for accounting: that of the From URI.', () => (ctx) => {
    const uri = ctx.msg.from?.parsed;
    return uri ? `${uri.user}@${uri.host}` : '';
  }),
};
