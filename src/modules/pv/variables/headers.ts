import type { PvIndex, PvInner } from '../../../registry/module.js';
import type { ScriptContext } from '../../../script/context.js';
import type { Value } from '../../../script/value.js';
import { Hdr, type HeaderId, headerId } from '../../../sip/header-names.js';
import type { SipMessage } from '../../../sip/message.js';
import type { NameAddr } from '../../../sip/nameaddr.js';
import { splitList } from '../../../sip/params.js';
import { joinValues, keyedPv, orNull, type PvTable, pv, type Read, readPv } from '../define.js';
import type { PvState } from '../state.js';

/** Finds the next header of one name after index `i`; -1 when there is none. */
type Next = (msg: SipMessage, i: number) => number;

const anyHeader: Next = (msg, i) => (i + 1 < msg.headerCount ? i + 1 : -1);

function byName(name: string): Next {
  if (name === '*') return anyHeader;
  const id = headerId(name);
  return id === Hdr.OTHER ? (msg, i) => msg.nextHeaderNamed(i, name) : (msg, i) => msg.nextHeader(i, id);
}

/** The name in parentheses: fixed text, or a variable that gives it. */
function nameOf(inner: PvInner): { fixed: string } | { read: (ctx: ScriptContext) => string } {
  return !inner.fixed && inner.text.startsWith('$') ? { read: inner.format } : { fixed: inner.text };
}

function bodies(msg: SipMessage, next: Next): string[] {
  const list: string[] = [];
  for (let i = next(msg, -1); i >= 0; i = next(msg, i)) list.push(msg.headerBody(i));
  return list;
}

function count(msg: SipMessage, next: Next): number {
  let n = 0;
  for (let i = next(msg, -1); i >= 0; i = next(msg, i)) n++;
  return n;
}

function first(msg: SipMessage, next: Next): string | null {
  const i = next(msg, -1);
  return i < 0 ? null : msg.headerBody(i);
}

/** `list[index]`, negative from the end, null out of range. */
function at(list: readonly string[], index: number): string | null | undefined {
  if (Number.isNaN(index)) return undefined;
  return list[index < 0 ? list.length + index : index] ?? null;
}

/** Reads by name and index, given how to read one name. */
function indexed(
  inner: PvInner,
  index: PvIndex,
  firstOf: (msg: SipMessage, name: string) => string | null | undefined,
  allOf: (msg: SipMessage, name: string) => string[],
): Read {
  const name = nameOf(inner);
  const nameIn = 'fixed' in name ? () => name.fixed : name.read;
  if (index.kind === 'none') return (ctx) => firstOf(ctx.msg, nameIn(ctx));
  if (index.kind === 'all') {
    return (ctx) => {
      const list = allOf(ctx.msg, nameIn(ctx));
      return list.length === 0 ? null : joinValues(list, ',');
    };
  }
  return (ctx) => at(allOf(ctx.msg, nameIn(ctx)), index.index(ctx));
}

/** Headers whose bodies `$hfl` takes apart into the values of a list. */
const LISTS_56: ReadonlySet<HeaderId> = new Set([Hdr.VIA, Hdr.RECORD_ROUTE, Hdr.ROUTE, Hdr.CONTACT]);
const LISTS = { '5.6': LISTS_56, '6.x': new Set([...LISTS_56, Hdr.DIVERSION, Hdr.PPI, Hdr.PAI]) } as const;

function listValues(state: PvState): (msg: SipMessage, name: string) => string[] {
  const lists = LISTS[state.host.compat];
  return (msg, name) => {
    const all = bodies(msg, byName(name));
    return lists.has(headerId(name)) ? all.flatMap((body) => splitList(body)) : all;
  };
}

/** `$hdr(name)` and what counts or splits headers. */
export const headerPvs: PvTable = {
  hdr: pv({
    doc: 'Body of a header; [n] from the top, negative from the bottom, [*] all joined by commas. Name "*" is any header.',
    inner: 'required',
    index: true,
    writable: false,
    bind: (_state, inner, index) => {
      const name = nameOf(inner!);
      if (index.kind === 'none' && 'fixed' in name) {
        const next = byName(name.fixed);
        return { read: (ctx) => first(ctx.msg, next) };
      }
      return {
        read: indexed(
          inner!,
          index,
          (m, n) => first(m, byName(n)),
          (m, n) => bodies(m, byName(n)),
        ),
      };
    },
  }),
  hdrc: pv({
    doc: 'How many headers of a name there are.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (_state, inner) => {
      const name = nameOf(inner!);
      if (!('fixed' in name)) return { read: (ctx) => count(ctx.msg, byName(name.read(ctx))) };
      const next = byName(name.fixed);
      return { read: (ctx) => count(ctx.msg, next) };
    },
  }),
  hfl: pv({
    doc: 'One value of a header that holds lists (Via, Route, Record-Route, Contact, Diversion, P-…-Identity), over all headers of that name.',
    inner: 'required',
    index: true,
    writable: false,
    bind: (state, inner, index) => {
      const values = listValues(state);
      // [*] gives whole bodies, as $hdr does.
      const several = index.kind === 'all' ? (m: SipMessage, n: string) => bodies(m, byName(n)) : values;
      return { read: indexed(inner!, index, (m, n) => at(values(m, n), 0), several) };
    },
  }),
  hflc: pv({
    doc: 'How many values the headers of a name hold.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const name = nameOf(inner!);
      const values = listValues(state);
      return { read: (ctx) => values(ctx.msg, 'fixed' in name ? name.fixed : name.read(ctx)).length };
    },
  }),
};

function body(id: HeaderId) {
  return (): Read => (ctx) => ctx.msg.bodyOf(id);
}

function diversion(get: (addr: NameAddr) => Value) {
  return (): Read => (ctx) => {
    const addr = ctx.msg.addressesOf(Hdr.DIVERSION)?.[0];
    return addr === undefined ? null : get(addr);
  };
}

/** The addresses of P-Asserted-Identity or P-Preferred-Identity, by index; [*] is refused and below 0 is the first. */
function identity(doc: string, id: HeaderId, name: string, get: (addr: NameAddr) => Value) {
  return pv({
    doc,
    inner: 'none',
    index: true,
    writable: false,
    bind: (state: PvState, _inner, index) => ({
      read: (ctx) => {
        const list = ctx.msg.addressesOf(id);
        if (list === null || list.length === 0) return null;
        if (index.kind === 'all') {
          state.error(`Unable to return 'all' ${name} values`);
          return undefined;
        }
        const addr = list[index.kind === 'at' ? Math.max(0, index.index(ctx)) : 0];
        return addr === undefined ? null : get(addr);
      },
    }),
  });
}

/** Least and greatest expiry over Contact parameters and the Expires header; null when the message names none. */
function expiry(state: PvState, ctx: ScriptContext, pick: (...values: number[]) => number): number | null {
  const { msg } = ctx;
  const header = msg.expires;
  const values: number[] = [];
  const contacts = msg.contacts;
  if (contacts === null) {
    state.error('failed to parse Contact body');
    return null;
  }
  for (const contact of contacts.list) {
    const own = contact.addr.param('expires');
    if (own !== null && own !== '') {
      if (contact.expires < 0) {
        state.error('failed to parse expires');
        return null;
      }
      values.push(contact.expires);
    } else if (header >= 0) values.push(header);
  }
  if (values.length === 0 && header >= 0) values.push(header);
  return values.length === 0 ? null : pick(...values);
}

/** Single headers and their parts. */
export const knownHeaderPvs: PvTable = {
  ct: readPv('Body of the first Contact header.', () => (ctx) => orNull(ctx.msg.bodyOf(Hdr.CONTACT))),
  ctu: readPv('URI of the first contact.', () => (ctx) => ctx.msg.contacts?.list[0]?.uri ?? null),
  cts: readPv('1 when the Contact header is "*", else 0.', () => (ctx) => {
    const contacts = ctx.msg.contacts;
    return contacts === null || ctx.msg.firstHeader(Hdr.CONTACT) < 0 ? null : contacts.star ? 1 : 0;
  }),
  cT: readPv('Body of the Content-Type header.', body(Hdr.CONTENT_TYPE)),
  ua: readPv('Body of the User-Agent header.', body(Hdr.USER_AGENT)),
  rt: readPv('URI of the Refer-To header.', () => (ctx) => ctx.msg.addressOf(Hdr.REFER_TO)?.uri ?? null),
  re: readPv('URI of the Remote-Party-ID header.', () => (ctx) => ctx.msg.addressOf(Hdr.RPID)?.uri ?? null),
  di: readPv(
    'URI of the first Diversion.',
    diversion((a) => a.uri),
  ),
  dir: readPv(
    'Parameter reason of the first Diversion.',
    diversion((a) => a.param('reason')),
  ),
  dip: readPv(
    'Parameter privacy of the first Diversion.',
    diversion((a) => a.param('privacy')),
  ),
  dic: readPv(
    'Parameter counter of the first Diversion.',
    diversion((a) => a.param('counter')),
  ),
  ai: identity('URI of P-Asserted-Identity.', Hdr.PAI, 'PAI', (a) => a.uri),
  pu: identity('URI of P-Preferred-Identity.', Hdr.PPI, 'PPI', (a) => a.uri),
  pU: identity('User of P-Preferred-Identity.', Hdr.PPI, 'PPI', (a) => orNull(a.parsed?.user)),
  pd: identity('Host of P-Preferred-Identity.', Hdr.PPI, 'PPI', (a) => orNull(a.parsed?.host)),
  pn: identity('Display name of P-Preferred-Identity.', Hdr.PPI, 'PPI', (a) => orNull(a.display)),
  expires: keyedPv('Expiry in seconds over all contacts and the Expires header.', 'expires', {
    min: (state) => (ctx) => expiry(state, ctx, Math.min),
    max: (state) => (ctx) => expiry(state, ctx, Math.max),
  }),
};
