import { bracketed } from '../../net/addresses.js';
import { literal, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { equalsIgnoreCase } from '../../sip/chars.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import type { NameAddr } from '../../sip/nameaddr.js';
import { parseParams } from '../../sip/params.js';
import type { Proto } from '../../sip/receive-info.js';
import { parseUri } from '../../sip/uri.js';
import { type Coded, decodeContactUri, encodeContactUri, fromParam, toParam } from './contact-coding.js';
import type { Siputils } from './state.js';
import { withoutUriParam } from './uri-functions.js';

const { fn } = entriesOf<Siputils>();

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';
const CODED = {
  '1': 'done',
  '-1': 'no Contact, or an empty one',
  '-4': 'Contact is malformed',
  '-22': 'and other codes below -20: the URI does not have that form',
};

/** Contacts of the first Contact header: upstream's functions of the older kind look no further. */
function firstContacts(state: Siputils, msg: SipMessage): readonly NameAddr[] | number {
  const header = msg.firstHeader(Hdr.CONTACT);
  if (header < 0) return state.error('no Contact header present');
  const { contacts } = msg;
  if (contacts === null) {
    state.error('contact parsing failed');
    return -4;
  }
  const end = msg.headerBodyEnd(header);
  return contacts.list.map((c) => c.addr).filter((addr) => addr.uriEnd <= end);
}

/** Puts what `code` makes of each contact URI in its place; the return code of the first that fails. */
function recode(state: Siputils, msg: SipMessage, what: string, code: (uri: string) => Coded): number {
  const contacts = firstContacts(state, msg);
  if (typeof contacts === 'number') return contacts;
  for (const { uri, uriStart } of contacts) {
    const coded = code(uri);
    if ('code' in coded) {
      state.error(`failed ${what} contact [${uri}] - return code ${coded.code}`);
      return coded.code;
    }
    msg.edits.replace(uriStart, uri.length, coded.uri);
  }
  return 1;
}

/** Numbers of transports in `alias` parameters. */
const PROTO_NUMBERS: Readonly<Record<Proto, number>> = { udp: 1, tcp: 2, tls: 3, sctp: 4, ws: 5, wss: 6 };

function withAlias(msg: SipMessage, uri: string): string {
  const { srcIp, srcPort, proto } = msg.received;
  return `${uri};alias=${bracketed(srcIp)}~${srcPort}~${PROTO_NUMBERS[proto]}`;
}

function encodeParam(state: Siputils, msg: SipMessage, name: string, address: string, alias: boolean): number {
  if (msg.firstHeader(Hdr.CONTACT) < 0) return 1;
  const contacts = firstContacts(state, msg);
  if (typeof contacts === 'number') return contacts;
  for (const { uri, uriStart, bracketed: inBrackets } of contacts) {
    if (uri.length <= 4) continue;
    const coded = `${address};${name}=${toParam(alias ? withAlias(msg, uri) : uri)}`;
    msg.edits.replace(uriStart, uri.length, inBrackets ? coded : `<${coded}>`);
  }
  return 1;
}

/** Calls `use` for each contact URI with parameters; the code of the first that is not a URI. */
function eachUri(state: Siputils, msg: SipMessage, use: (addr: NameAddr) => number | null): number | null {
  for (const { addr } of msg.contacts?.list ?? []) {
    if (addr.uri.length < 4) continue;
    if (addr.parsed === null) return state.error(`failed to parse contact uri [${addr.uri}]`);
    const code = use(addr);
    if (code !== null) return code;
  }
  return null;
}

const paramOf = (uri: string, name: string): string | null | undefined =>
  parseParams(parseUri(uri)?.params ?? '').find((p) => equalsIgnoreCase(p.name, name))?.value;

const param = text('param', 'name of a URI parameter');

function encodes(name: string, alias: boolean, doc: string): FunctionDef<Siputils> {
  return fn(
    [param, text('address', 'URI of ours')],
    {
      routes: ['REQUEST', 'ONREPLY'],
      doc: `${doc} ${NOT_VISIBLE}`,
      example: `${name}("dest", "sip:127.0.0.1:5060");`,
      returns: { '1': 'done, or there is no Contact', '-4': 'Contact is malformed' },
    },
    (state) => (ctx, paramName, address) => encodeParam(state, ctx.msg, paramName, address, alias),
  );
}

export const CONTACT: Readonly<Record<string, FunctionDef<Siputils>>> = {
  encode_contact: fn(
    [literal('prefix'), literal('address', 'host of ours')],
    {
      routes: ['REQUEST', 'ONREPLY'],
      doc: `Hides the addresses of contacts in the user part of addresses of ours. ${NOT_VISIBLE}`,
      example: 'encode_contact("enc", "127.0.0.1");',
      returns: CODED,
    },
    (state) => (ctx, prefix, address) =>
      recode(state, ctx.msg, 'encoding', (uri) => encodeContactUri(uri, prefix, address, state.settings.separator)),
  ),
  decode_contact: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Brings back the Request-URI that `encode_contact` hid.',
      example: 'decode_contact();',
      returns: CODED,
    },
    (state) => (ctx) => {
      const { msg } = ctx;
      const decoded = decodeContactUri(msg.currentUri, state.settings.separator);
      if ('code' in decoded) {
        state.error(`failed decoding contact [${msg.currentUri}] - return code ${decoded.code}`);
        return decoded.code;
      }
      msg.newUri = decoded.uri;
      return 1;
    },
  ),
  decode_contact_header: fn(
    [],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY'],
      doc: `Brings back the contacts that \`encode_contact\` hid. ${NOT_VISIBLE}`,
      example: 'decode_contact_header();',
      returns: CODED,
    },
    (state) => (ctx) => recode(state, ctx.msg, 'decoding', (uri) => decodeContactUri(uri, state.settings.separator)),
  ),
  contact_param_encode: encodes('contact_param_encode', false, 'Hides contact URIs in a parameter of a URI of ours.'),
  contact_param_encode_alias: {
    ...encodes(
      'contact_param_encode_alias',
      true,
      'Hides contact URIs, with where they came from as `alias`, in a parameter of a URI of ours.',
    ),
    since: '6.x',
  },
  contact_param_decode: fn(
    [param],
    {
      routes: ['REQUEST', 'ONREPLY'],
      doc: `Brings back the contacts that are hidden in a parameter. ${NOT_VISIBLE}`,
      example: 'contact_param_decode("dest");',
      returns: { '1': 'done, or there was nothing', '-1': 'a contact is not a URI, or nothing can be decoded' },
    },
    (state) => (ctx, name) => {
      const { msg } = ctx;
      const failed = eachUri(state, msg, ({ uri, uriStart }) => {
        const hidden = paramOf(uri, name);
        if (!hidden) return null;
        const decoded = fromParam(hidden);
        if (decoded === '') return state.error(`failed to decode contact uri [${uri}]`);
        msg.edits.replace(uriStart, uri.length, decoded);
        return null;
      });
      return failed ?? 1;
    },
  ),
  contact_param_decode_ruri: fn(
    [param],
    {
      routes: ['REQUEST'],
      doc: 'Brings back the Request-URI that is hidden in a parameter of it.',
      example: 'contact_param_decode_ruri("dest");',
      returns: { '1': 'done, or there was nothing', '-1': 'not a URI, or nothing can be decoded' },
    },
    (state) => (ctx, name) => {
      const { msg } = ctx;
      const uri = msg.currentUri;
      if (msg.parsedUri === null) return state.error(`failed to parse r-uri [${uri}]`);
      const hidden = paramOf(uri, name);
      if (!hidden) return 1;
      const decoded = fromParam(hidden);
      if (decoded === '') return state.error(`failed to decode uri [${uri}]`);
      msg.newUri = decoded;
      return 1;
    },
  ),
  contact_param_rm: fn(
    [param],
    {
      routes: ['REQUEST', 'ONREPLY'],
      doc: `Removes a parameter from the contact URIs. ${NOT_VISIBLE}`,
      example: 'contact_param_rm("dest");',
      returns: { '1': 'it is not there now', '-1': 'a contact is not a URI' },
    },
    (state) => (ctx, name) => {
      const { msg } = ctx;
      const failed = eachUri(state, msg, ({ uri, uriStart }) => {
        const without = withoutUriParam(uri, name);
        if (typeof without !== 'string') return null;
        const start = commonStart(uri, without);
        msg.edits.remove(uriStart + start, uri.length - without.length);
        return null;
      });
      return failed ?? 1;
    },
  ),
  contact_param_check: fn(
    [param],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Tests whether a contact URI has a parameter.',
      example: 'contact_param_check("dest");',
      returns: { '1': 'yes, or there is no Contact', '-1': 'no' },
    },
    (state) => (ctx, name) => {
      const { msg } = ctx;
      if (!msg.contacts || msg.firstHeader(Hdr.CONTACT) < 0) return 1;
      return eachUri(state, msg, ({ uri }) => (paramOf(uri, name) === undefined ? null : 1)) ?? -1;
    },
  ),
};

/** Length of what two texts start with alike. */
function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < b.length && a[i] === b[i]) i++;
  return i;
}
