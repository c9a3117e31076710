import { normaliseIp } from '../../net/addresses.js';
import { XavpList } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { slotHash } from '../../shm/slot-hash.js';
import { type BranchTarget, branchTarget } from '../../sip/branches.js';
import type { SipMessage } from '../../sip/message.js';
import { parseUri } from '../../sip/uri.js';
import { sameInstance } from '../usrloc/contact.js';
import { andThen, type Contact, type Domain, type Eventually, isValid, StoreFailure } from '../usrloc/index.js';
import { extractAor } from './aor.js';
import { Refusal, RegError } from './errors.js';
import { firstHop, type PathHop } from './path.js';
import { GRUU_SEPARATOR } from './reply.js';
import type { Registrar } from './state.js';

/** Return codes of `lookup()`. */
const Lookup = { FOUND: 1, NOT_FOUND: -1, METHOD: -2, ERROR: -3 } as const;

/** Bits of `lookup_filter_mode`. */
const FILTER_FLAGS = 1;
const FILTER_CONNECTION = 2;

/**
 * Puts the contacts of the Request-URI, or of `uri`, in its place: the first as Request-URI, the others as branches. With
 * `keepUri` all become branches.
 */
export function lookup(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  uri: string | null,
  keepUri: boolean,
): Eventually<number> {
  const owner = extractAor(uri ?? ctx.msg.currentUri, registrar.settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(owner);
    registrar.log(new Refusal(owner.error, 'failed to extract address of record'));
    return Lookup.ERROR;
  }
  const { gr, user } = owner.uri;
  if (gr === '') return lookupTemporary(registrar, ctx, domain, user, keepUri);
  return andThen(domain.contactsOf(owner.aor), (contacts) => {
    if (contacts === undefined || contacts instanceof StoreFailure) return Lookup.NOT_FOUND;
    return apply(registrar, ctx, contacts, gr ?? '', keepUri);
  });
}

/** A temporary GRUU (RFC 5627): `<contact id>-<hash of the owner, lowest digit first>`. */
function lookupTemporary(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  user: string,
  keepUri: boolean,
): Eventually<number> {
  const cut = user.lastIndexOf(GRUU_SEPARATOR);
  const digits = user.slice(cut + 1);
  if (cut < 0 || !/^[0-9a-fA-F]*$/.test(digits)) {
    registrar.log(
      new Refusal(RegError.AOR_PARSE, `failed to extract temp gruu - invalid ${cut < 0 ? 'format' : 'hash'}`),
    );
    return Lookup.ERROR;
  }
  const hash = Number.parseInt([...digits].reverse().join('') || '0', 16);
  return andThen(domain.contactByRuid(user.slice(0, cut)), (contact) => {
    if (contact === undefined || contact instanceof StoreFailure || slotHash(contact.aor) !== hash)
      return Lookup.NOT_FOUND;
    if (!counts(registrar, contact)) return Lookup.NOT_FOUND;
    if (!takesMethod(registrar, ctx.msg, contact)) return Lookup.METHOD;
    return keepUri || toRequestUri(registrar, ctx, contact) ? Lookup.FOUND : Lookup.ERROR;
  });
}

function apply(
  registrar: Registrar,
  ctx: ScriptContext,
  contacts: readonly Contact[],
  instance: string,
  keepUri: boolean,
): number {
  const { msg } = ctx;
  const filter = connectionAndFlagFilter(registrar, ctx);
  let code: number = Lookup.NOT_FOUND;
  const first = contacts.findIndex((contact) => {
    if (!counts(registrar, contact)) return false;
    if (!takesMethod(registrar, msg, contact)) {
      code = Lookup.METHOD;
      return false;
    }
    return instance === '' ? filter(contact) : sameInstance(instance, contact.instance);
  });
  if (first < 0) return code;
  let next = first;
  if (!keepUri) {
    if (!toRequestUri(registrar, ctx, contacts[first]!)) return Lookup.ERROR;
    next++;
  }
  if (instance !== '' || registrar.settings.current.append_branches === 0) return Lookup.FOUND;
  for (const contact of contacts.slice(next)) {
    if (!counts(registrar, contact) || !takesMethod(registrar, msg, contact) || !filter(contact)) continue;
    const branch = toBranch(registrar, contact);
    if (branch === null || !msg.addBranch(branch, registrar.maxBranches)) {
      registrar.log(new Refusal(RegError.FINE, 'failed to append a branch'));
      continue;
    }
    registrar.usrloc.restoreAttributes(contact, ctx.attrs, true);
  }
  return Lookup.FOUND;
}

function counts(registrar: Registrar, contact: Contact): boolean {
  return isValid(contact, registrar.usrloc.now()) || registrar.settings.current.use_expired_contacts !== 0;
}

/** Requests inside a dialog go to whoever is in it. */
function takesMethod(registrar: Registrar, msg: SipMessage, contact: Contact): boolean {
  if (registrar.settings.params.method_filtering === 0) return true;
  return (msg.methodId & contact.methods) !== 0 || msg.toTag !== '';
}

function connectionAndFlagFilter(registrar: Registrar, ctx: ScriptContext): (contact: Contact) => boolean {
  const mode = registrar.settings.params.lookup_filter_mode;
  if (mode === 0) return () => true;
  const flags = (mode & FILTER_FLAGS) !== 0 ? (registrar.settings.number(ctx, 'rlf_bflags') ?? 0) : 0;
  const { network } = registrar.host;
  return (contact) => {
    if (flags !== 0 && (flags & contact.cflags) === 0) return false;
    if ((mode & FILTER_CONNECTION) === 0 || contact.connectionId <= 0) return true;
    return network.connection(contact.connectionId) !== null;
  };
}

/** The first hop towards a contact; `false` when its path is unusable. */
function hopOf(registrar: Registrar, contact: Contact): PathHop | null | false {
  if (contact.path === '') return null;
  const { host, settings } = registrar;
  const isLocal = settings.params.path_check_local > 0 ? (name: string) => host.isMyself(name, 0, null) : null;
  const hop = firstHop(contact.path, isLocal);
  if (hop !== 'malformed') return hop;
  registrar.log(new Refusal(RegError.PATH_PARSE, 'failed to get dst_uri for Path'));
  return false;
}

function toRequestUri(registrar: Registrar, ctx: ScriptContext, contact: Contact): boolean {
  const { msg } = ctx;
  msg.newUri = contact.address;
  msg.dstUri = '';
  registrar.found.note(ctx, contact, registrar.usrloc.now());
  const hop = hopOf(registrar, contact);
  if (hop === false) return false;
  msg.dstUri = hop?.next ?? contact.received;
  if (hop) msg.pathVector = hop.path;
  if (contact.instance !== '') msg.instance = contact.instance;
  if (contact.ruid !== '') msg.ruid = contact.ruid;
  if (contact.userAgent !== '') msg.locationUa = contact.userAgent;
  msg.q = contact.q;
  msg.bflags |= contact.cflags;
  msg.forceSocket = registrar.usrloc.socketOf(contact) ?? msg.forceSocket;
  registrar.usrloc.restoreAttributes(contact, ctx.attrs);
  return true;
}

function toBranch(registrar: Registrar, contact: Contact): BranchTarget | null {
  const hop = hopOf(registrar, contact);
  if (hop === false) return null;
  return {
    ...branchTarget(contact.address),
    dstUri: hop?.next ?? contact.received,
    path: hop?.path ?? '',
    q: contact.q,
    flags: contact.cflags,
    forceSocket: registrar.usrloc.socketOf(contact),
    instance: contact.instance,
    ruid: contact.ruid,
    locationUa: contact.userAgent,
  };
}

/** Looks up the Request-URI, and then every branch that was there before and has nothing but its URI set. */
export function lookupBranches(registrar: Registrar, ctx: ScriptContext, domain: Domain): Eventually<number> {
  const { msg } = ctx;
  const before = msg.otherBranches;
  return andThen(lookup(registrar, ctx, domain, null, false), (first) => {
    if (before.length === 0) return first;
    return lookupEach(registrar, ctx, domain, before, 0, first > 0, first);
  });
}

function lookupEach(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  branches: readonly BranchTarget[],
  from: number,
  found: boolean,
  last: number,
): Eventually<number> {
  for (let i = from; i < branches.length; i++) {
    const branch = branches[i]!;
    if (
      branch.uri === '' ||
      branch.dstUri !== '' ||
      branch.path !== '' ||
      branch.forceSocket !== null ||
      branch.flags !== 0
    )
      continue;
    const done = lookupBranch(registrar, ctx, domain, branch);
    if (done instanceof Promise) {
      return done.then((code) => lookupEach(registrar, ctx, domain, branches, i + 1, found || code > 0, code));
    }
    found ||= done > 0;
    last = done;
  }
  return found ? Lookup.FOUND : last;
}

/** Replaces a branch's target by what its URI looks up to; further contacts become further branches. */
function lookupBranch(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  branch: BranchTarget,
): Eventually<number> {
  const owner = extractAor(branch.uri, registrar.settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(owner);
    return Lookup.ERROR;
  }
  return andThen(domain.contactsOf(owner.aor), (contacts) => {
    if (contacts === undefined || contacts instanceof StoreFailure) return Lookup.NOT_FOUND;
    const filter = connectionAndFlagFilter(registrar, ctx);
    const usable = contacts.filter((c) => counts(registrar, c) && takesMethod(registrar, ctx.msg, c) && filter(c));
    const targets = usable.map((c) => toBranch(registrar, c)).filter((b) => b !== null);
    const [first, ...others] = targets;
    if (first === undefined)
      return usable.length === 0 && contacts.some((c) => counts(registrar, c)) ? Lookup.METHOD : Lookup.NOT_FOUND;
    Object.assign(branch, first);
    if (registrar.settings.current.append_branches !== 0) {
      for (const other of others) ctx.msg.addBranch(other, registrar.maxBranches);
    }
    return Lookup.FOUND;
  });
}

/** Bits of the match flags and of the action flags of `registered()`. */
const Match = { CALL_ID: 1, RECEIVED: 2, CONTACT: 4 } as const;
const Action = { RESTORE_XAVP: 1, NO_RECORD: 2 } as const;

/** Whether the Request-URI (of a reply: its To), or `uri`, has a contact. */
export function registered(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  uri: string | null,
  match: number,
  action: number,
): Eventually<number> {
  const { msg } = ctx;
  const { settings, usrloc } = registrar;
  const owner = extractAor(uri ?? (msg.isRequest ? msg.currentUri : (msg.to?.uri ?? '')), settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(owner);
    registrar.log(new Refusal(owner.error, 'failed to extract address of record'));
    return Lookup.NOT_FOUND;
  }
  const wanted = (bit: number, field: string): string => ((match & bit) !== 0 ? settings.text(ctx, field) : '');
  const callId = wanted(Match.CALL_ID, 'match_callid');
  const received = wanted(Match.RECEIVED, 'match_received');
  const address = wanted(Match.CONTACT, 'match_contact');
  return andThen(domain.contactsOf(owner.aor), (contacts) => {
    if (contacts instanceof StoreFailure) {
      registrar.log(new Refusal(RegError.GET_RECORD, 'failed to query usrloc'));
      return Lookup.NOT_FOUND;
    }
    const hit = contacts?.find(
      (c) =>
        counts(registrar, c) &&
        (callId === '' || c.callId === callId) &&
        (received === '' || c.received === received) &&
        (address === '' || c.address === address),
    );
    if (hit === undefined) return Lookup.NOT_FOUND;
    if ((action & Action.NO_RECORD) === 0) registrar.found.note(ctx, hit, usrloc.now());
    if ((action & Action.RESTORE_XAVP) !== 0) usrloc.restoreAttributes(hit, ctx.attrs);
    return Lookup.FOUND;
  });
}

/** Writes the contacts of an address of record into xavps: one about the record, one per contact. */
export function lookupXavp(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  uri: string,
  recordName: string,
  contactName: string,
): Eventually<number> {
  const owner = extractAor(uri, registrar.settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(new Refusal(owner.error, 'failed to extract Address Of Record'));
    return Lookup.NOT_FOUND;
  }
  return andThen(domain.contactsOf(owner.aor), (contacts) => {
    if (contacts === undefined || contacts instanceof StoreFailure) return Lookup.NOT_FOUND;
    const { xavps } = ctx.attrs;
    for (const contact of [...contacts].reverse()) {
      const fields = new XavpList();
      fields.push('uri', contact.address);
      if (contact.socket !== '') fields.push('socket', contact.socket);
      if (contact.received !== '') fields.push('dsturi', contact.received);
      xavps.push(contactName, fields);
    }
    const record = new XavpList();
    record.push('aor', owner.aor);
    record.push('count', contacts.length);
    xavps.push(recordName, record);
    return Lookup.FOUND;
  });
}

/** Bits of the mode of `reg_from_user()`. */
const SAME_PORT = 1;
const SAME_PROTO = 2;

/** Whether the message came from where a contact of the address of record is. */
export function fromUser(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  uri: string,
  mode: number,
): Eventually<number> {
  const owner = extractAor(uri, registrar.settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(new Refusal(owner.error, 'failed to extract Address Of Record'));
    return Lookup.NOT_FOUND;
  }
  const source = ctx.msg.received;
  return andThen(domain.contactsOf(owner.aor), (contacts) => {
    if (contacts === undefined || contacts instanceof StoreFailure) return Lookup.NOT_FOUND;
    for (const contact of contacts) {
      const at = parseUri(contact.received || contact.address);
      if (at === null) return Lookup.NOT_FOUND;
      if (normaliseIp(at.host) !== normaliseIp(source.srcIp)) continue;
      if ((mode & SAME_PORT) !== 0 && at.port !== source.srcPort) continue;
      if ((mode & SAME_PROTO) !== 0 && at.sendProto !== source.proto) continue;
      return Lookup.FOUND;
    }
    return Lookup.NOT_FOUND;
  });
}
