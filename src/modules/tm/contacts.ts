import { XavpList } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { type BranchTarget, branchTarget } from '../../sip/branches.js';
import type { SipMessage } from '../../sip/message.js';
import { protoFromText } from '../../sip/uri.js';
import type { Tm } from './state.js';

/** Marks the last contact of its q class. */
const LAST_OF_CLASS = 4;

export const LoadMode = { STANDARD: 0, PROPORTIONAL: 1 } as const;

/** A contact of the destination set with what q says about its turn. */
interface Ranked {
  readonly target: BranchTarget;
  readonly attributes: XavpList | null;
}

/**
 * `t_load_contacts()`: moves the destination set into the XAVP of `contacts_avp`, best contacts on top.
 * Every contact is a list of `uri`, `dst_uri`, `path`, `sock`, `flags`, `q_flag`, `instance`, `ruid`, `ua`, as upstream's.
 */
export function loadContacts(tm: Tm, ctx: ScriptContext, mode: number): number {
  const name = tm.params.contacts_avp;
  if (!name) {
    tm.error('feature has been disabled - to enable define contacts_avp module parameter');
    return -1;
  }
  if (mode !== LoadMode.STANDARD && mode !== LoadMode.PROPORTIONAL) {
    tm.error(`invalid load_contact mode: ${mode}, please use 0 (standard) or 1 (proportional)`);
    return -1;
  }
  const { msg } = ctx;
  const count = msg.otherBranches.length;
  if (count === 0 || (count === 1 && !msg.uriFresh)) return 1;
  const contacts = destinationSet(tm, ctx);
  const ordered = mode === LoadMode.PROPORTIONAL ? byChance(contacts) : byQuality(contacts);
  for (const { contact, last } of ordered) {
    ctx.attrs.xavps.push(name, asXavp(contact, last, tm.params.xavp_contact));
  }
  msg.clearBranches();
  if (tm.params.xavp_contact) ctx.attrs.xavps.removeAll(tm.params.xavp_contact);
  return 1;
}

function destinationSet(tm: Tm, ctx: ScriptContext): Ranked[] {
  const { msg } = ctx;
  const name = tm.params.xavp_contact;
  const attributesAt = (i: number): XavpList | null => {
    const value = name ? ctx.attrs.xavps.get(name, i) : undefined;
    return value instanceof XavpList ? value : null;
  };
  const list: Ranked[] = [];
  if (msg.uriFresh) list.push({ target: uriTarget(msg), attributes: attributesAt(0) });
  msg.otherBranches.forEach((target, i) => {
    list.push({ target, attributes: attributesAt(i + 1) });
  });
  return list;
}

/** Lowest q first, so that the last one pushed is the best; contacts with a path come before their equals. */
function byQuality(contacts: readonly Ranked[]): { contact: Ranked; last: boolean }[] {
  const sorted: Ranked[] = [];
  for (const contact of contacts) {
    let at = 0;
    while (at < sorted.length) {
      const q = sorted[at]!.target.q;
      if (q > contact.target.q || (q === contact.target.q && contact.target.path !== '')) break;
      at++;
    }
    sorted.splice(at, 0, contact);
  }
  return sorted.map((contact, i) => ({ contact, last: i > 0 && sorted[i - 1]!.target.q < contact.target.q }));
}

/** Drawn one after the other with q as weight, worst turn first; contacts without weight come last of all. */
function byChance(contacts: readonly Ranked[]): { contact: Ranked; last: boolean }[] {
  const weighted = contacts.filter((c) => c.target.q > 0);
  const order: Ranked[] = [];
  while (weighted.length > 0) {
    let draw = Math.random() * weighted.reduce((sum, c) => sum + c.target.q, 0);
    const at = weighted.findIndex((c) => (draw -= c.target.q) < 0);
    order.push(...weighted.splice(Math.max(0, at), 1));
  }
  order.push(...contacts.filter((c) => c.target.q <= 0));
  return order.reverse().map((contact) => ({ contact, last: true }));
}

function asXavp(contact: Ranked, last: boolean, attributesName: string | null): XavpList {
  const { target } = contact;
  const list = new XavpList();
  list.push('uri', target.uri);
  if (target.dstUri !== '') list.push('dst_uri', target.dstUri);
  if (target.path !== '') list.push('path', target.path);
  if (target.forceSocket !== null) list.push('sock', target.forceSocket.text);
  list.push('flags', target.flags);
  list.push('q_flag', last ? LAST_OF_CLASS : 0);
  if (target.instance !== '') list.push('instance', target.instance);
  if (target.ruid !== '') list.push('ruid', target.ruid);
  if (target.locationUa !== '') list.push('ua', target.locationUa);
  if (contact.attributes !== null && attributesName) list.push(attributesName, contact.attributes);
  return list;
}

/** `t_next_contacts()`: the contacts of the highest class become the destination set; -2 when there are none left. */
export function nextContacts(tm: Tm, ctx: ScriptContext): number {
  const name = tm.params.contacts_avp;
  if (!name) {
    tm.error('feature has been disabled - to enable define contacts_avp module parameter');
    return -1;
  }
  const { xavps } = ctx.attrs;
  const first = xavps.get(name);
  if (!(first instanceof XavpList)) return -2;
  const seen = new Set<string>();
  let last = false;
  for (let n = 0; !last; n++) {
    const record = xavps.get(name);
    if (!(record instanceof XavpList)) break;
    xavps.remove(name);
    last = record.get('q_flag') === LAST_OF_CLASS;
    const target = readTarget(tm, record);
    if (target === null) return -1;
    if (n === 0) {
      takeAsUri(ctx.msg, target);
      if (!last && tm.params.contact_flows_avp) xavps.removeAll(tm.params.contact_flows_avp);
    } else if (target.instance !== '' && seen.has(target.instance)) {
      if (tm.params.contact_flows_avp) xavps.push(tm.params.contact_flows_avp, record);
      continue;
    } else if (!ctx.msg.addBranch(target, tm.host.settings.max_branches)) {
      tm.error('appending branch failed');
      return -1;
    }
    if (target.instance !== '') seen.add(target.instance);
    restoreAttributes(tm, ctx, record);
  }
  return 1;
}

/** `t_next_contact_flow()`: another flow of the failed branch's instance; -2 when there is none. */
export function nextContactFlow(tm: Tm, ctx: ScriptContext): number {
  const name = tm.params.contact_flows_avp;
  if (!name) {
    tm.error('feature has been disabled - to enable define contact_flows_avp module parameter');
    return -1;
  }
  const t = tm.known(ctx);
  const instance = ctx.kind === RouteKind.BRANCH_FAILURE ? (t?.branches[t.picked]?.instance ?? '') : '';
  if (instance === '') return -2;
  const { xavps } = ctx.attrs;
  const flows = xavps.all(name);
  if (flows.length === 0) return -2;
  for (let i = 0; i < flows.length; i++) {
    const record = flows[i];
    if (!(record instanceof XavpList) || record.get('instance') !== instance) continue;
    const target = readTarget(tm, record);
    xavps.remove(name, i);
    if (target === null || !ctx.msg.addBranch(target, tm.host.settings.max_branches)) {
      tm.error('appending branch failed');
      return -1;
    }
    restoreAttributes(tm, ctx, record);
    return 1;
  }
  return -1;
}

function readTarget(tm: Tm, record: XavpList): BranchTarget | null {
  const text = (field: string): string => {
    const value = record.get(field);
    return typeof value === 'string' ? value : '';
  };
  const target = branchTarget(text('uri'));
  target.dstUri = text('dst_uri');
  target.path = text('path');
  target.flags = Number(record.get('flags') ?? 0);
  target.instance = text('instance');
  target.ruid = text('ruid');
  target.locationUa = text('ua');
  const socket = text('sock');
  if (socket !== '') {
    const match = /^(\w+):\[?([^\]]+?)\]?:(\d+)$/.exec(socket);
    target.forceSocket = match && tm.host.network.findSocket(protoFromText(match[1]!), match[2]!, Number(match[3]));
    if (target.forceSocket === null) return null;
  }
  return target;
}

function takeAsUri(msg: SipMessage, target: BranchTarget): void {
  msg.newUri = target.uri;
  msg.dstUri = target.dstUri;
  msg.pathVector = target.path;
  msg.forceSocket = target.forceSocket;
  msg.bflags = target.flags;
  msg.instance = target.instance;
  msg.ruid = target.ruid;
  msg.locationUa = target.locationUa;
}

function restoreAttributes(tm: Tm, ctx: ScriptContext, record: XavpList): void {
  const name = tm.params.xavp_contact;
  const value = name ? record.get(name) : undefined;
  if (name && value !== undefined) ctx.attrs.xavps.append(name, value);
}

function uriTarget(msg: SipMessage): BranchTarget {
  return {
    uri: msg.currentUri,
    dstUri: msg.dstUri,
    path: msg.pathVector,
    q: msg.q,
    flags: msg.bflags,
    forceSocket: msg.forceSocket,
    instance: msg.instance,
    ruid: msg.ruid,
    locationUa: msg.locationUa,
    otcpid: 0,
  };
}
