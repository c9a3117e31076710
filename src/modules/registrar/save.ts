import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import type { Contact as ContactHeader } from '../../sip/contact.js';
import { Hdr } from '../../sip/header-names.js';
import { sameInstance } from '../usrloc/contact.js';
import type { ContactInfo } from '../usrloc/index.js';
import { andThen, type Contact, type Domain, type Eventually, StoreFailure } from '../usrloc/index.js';
import type { LocationRecord } from '../usrloc/record.js';
import { extractAor } from './aor.js';
import { type CommonInfo, commonInfo, contactExpires, contactInfo } from './contact-info.js';
import { contactsToSave } from './contact-order.js';
import { Refusal, RegError } from './errors.js';
import { pathValues } from './path.js';
import { hasSupported, type PendingReply, prepareReply } from './reply.js';
import type { Registrar } from './state.js';

/** Bits of the flags of `save()`. */
export const SaveFlag = { MEMORY_ONLY: 1, NO_REPLY: 2, ONE_CONTACT: 4, NO_VARIATION: 8, PREPARE_REPLY: 16 } as const;
export const SAVE_FLAGS = 31;

/** Return codes of `save()`. */
const Saved = { FAILED: -1, TOO_MANY: -2, INSERTED: 1, UPDATED: 2, REMOVED: 3, LISTED: 4 } as const;

const MAX_RECEIVED = 255;

/** What one `save()` works with. */
interface Request {
  readonly ctx: ScriptContext;
  readonly aor: string;
  readonly host: string;
  readonly flags: number;
  readonly useRegId: boolean;
}

/** Return code and contacts to list. */
interface Done {
  readonly code: number;
  readonly contacts: readonly Contact[] | null;
  /** When it was done: seconds since the epoch, by which the reply counts as well. */
  readonly at?: number;
}

/** What came of it, or why nothing did. */
type Outcome = Done | Refusal;

const refused = (outcome: Outcome): boolean => outcome instanceof Refusal;

/** Processes a REGISTER (RFC 3261 §10.3) for the address of record in To, or in `uri`, and replies to it. */
export function save(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  flags: number,
  uri: string | null,
): Eventually<number> {
  const { settings, usrloc } = registrar;
  const owner = extractAor(uri ?? ctx.msg.to?.uri ?? '', settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(owner);
    const refusal = new Refusal(owner.error, 'failed to extract Address Of Record');
    // Later releases leave this reply to the script.
    if (registrar.host.compat === '5.6') return finish(registrar, ctx, flags, '', refusal, '');
    registrar.log(refusal);
    return Saved.FAILED;
  }
  const checked = checkMessage(registrar, ctx);
  if (checked instanceof Refusal) return finish(registrar, ctx, flags, owner.uri.host, checked, '');
  const request: Request = { ctx, aor: owner.aor, host: owner.uri.host, flags, useRegId: checked.useRegId };
  const contacts = ctx.msg.contacts!;
  if (contacts.star) {
    const done = domain.change(owner.aor, (record): Outcome => {
      for (const contact of record.contacts) record.delete(contact, (flags & SaveFlag.MEMORY_ONLY) !== 0);
      return { code: Saved.REMOVED, contacts: null };
    });
    return andThen(done, (outcome) =>
      finish(
        registrar,
        ctx,
        flags,
        request.host,
        outcome instanceof StoreFailure
          ? new Refusal(RegError.DELETE_RECORD, 'failed to remove record from usrloc')
          : outcome,
        '',
      ),
    );
  }
  if (contacts.list.length === 0) {
    return andThen(domain.contactsOf(owner.aor), (found) =>
      finish(
        registrar,
        ctx,
        flags,
        request.host,
        found instanceof StoreFailure
          ? new Refusal(RegError.GET_RECORD, 'failed to retrieve record from usrloc')
          : { code: Saved.LISTED, contacts: found ?? [] },
        '',
      ),
    );
  }
  // What a refusal lists: the contacts that stay.
  let kept: readonly Contact[] | null = null;
  let path = '';
  const done = domain.change(
    owner.aor,
    (record) => {
      kept = record.contacts.length === 0 ? null : record.contacts;
      const common = commonInfo(ctx, settings, usrloc, (flags & SaveFlag.MEMORY_ONLY) !== 0, record.now);
      if (common instanceof Refusal) return common;
      path = common.path;
      return register(registrar, request, record, common, contactsToSave(ctx, registrar.host.compat));
    },
    refused,
  );
  return andThen(done, (outcome) => {
    const failed =
      outcome instanceof StoreFailure ? new Refusal(RegError.INSERT_CONTACT, 'failed to insert contact') : outcome;
    return finish(registrar, ctx, flags, request.host, failed, path, kept);
  });
}

/** Counts, logs and replies; the return code of `save()`. */
function finish(
  registrar: Registrar,
  ctx: ScriptContext,
  flags: number,
  host: string,
  outcome: Outcome,
  path: string,
  kept: readonly Contact[] | null = null,
): number {
  const { settings } = registrar;
  const replies = (flags & SaveFlag.NO_REPLY) === 0;
  if (outcome instanceof Refusal) {
    registrar.log(outcome);
    registrar.rejected.inc();
    const pending: PendingReply = { error: outcome.error, contacts: kept, host, path: '' };
    if (replies && ctx.kind === RouteKind.REQUEST) registrar.send(ctx, pending);
    else registrar.keepReply(ctx, pending);
    return outcome.error === RegError.TOO_MANY ? Saved.TOO_MANY : Saved.FAILED;
  }
  registrar.accepted.inc();
  const now = outcome.at ?? registrar.usrloc.now();
  registrar.found.noteAll(ctx, outcome.contacts ?? [], now);
  const pending: PendingReply = { error: RegError.FINE, contacts: outcome.contacts, host, path };
  if (replies && (ctx.kind === RouteKind.REQUEST || ctx.kind === RouteKind.FAILURE)) {
    if (!registrar.send(ctx, pending, now)) return Saved.FAILED;
  } else {
    registrar.keepReply(ctx, pending);
    if (!replies && (flags & SaveFlag.PREPARE_REPLY) !== 0) prepareReply(ctx, pending, settings, now);
  }
  return outcome.code;
}

/** What must hold for every REGISTER, and whether its reg-id counts. */
function checkMessage(registrar: Registrar, ctx: ScriptContext): { readonly useRegId: boolean } | Refusal {
  const { msg } = ctx;
  const { params } = registrar.settings;
  if (msg.to === null) return new Refusal(RegError.NO_TO, 'To not found');
  if (msg.callId === null) return new Refusal(RegError.NO_CALL_ID, 'Call-ID not found');
  if (msg.cseq === null) return new Refusal(RegError.NO_CSEQ, 'CSeq not found');
  const { contacts } = msg;
  if (contacts === null) return new Refusal(RegError.CONTACT_PARSE, 'failed to parse Contact body');
  if (contacts.star) {
    if (msg.expires !== 0) return new Refusal(RegError.STAR_EXPIRES, 'expires must be 0 for star contact', 'warn');
    if (contacts.list.length > 0 || msg.nextHeader(msg.firstHeader(Hdr.CONTACT), Hdr.CONTACT) >= 0) {
      return new Refusal(RegError.STAR_CONTACTS, 'star contact cannot be mixed with other contacts', 'warn');
    }
  }
  for (const contact of contacts.list) {
    if (contact.uri.length > params.contact_max_size) {
      return new Refusal(RegError.CONTACT_TOO_LONG, `contact uri is too long: [${contact.uri}]`, 'warn');
    }
    if ((contact.received ?? '').length > MAX_RECEIVED) {
      return new Refusal(RegError.CONTACT_TOO_LONG, 'received attribute of contact is too long', 'warn');
    }
  }
  return checkOutbound(registrar, ctx);
}

/** RFC 5626 §6: who must support outbound, and whether the first hop does. */
function checkOutbound(registrar: Registrar, ctx: ScriptContext): { readonly useRegId: boolean } | Refusal {
  const { msg } = ctx;
  const { params } = registrar.settings;
  const supported = msg.supports('outbound');
  if (hasSupported(ctx) && !supported && params.outbound_mode === 2) {
    return new Refusal(RegError.OUTBOUND_UNSUPPORTED, 'Outbound required by server and not supported by UAC', 'warn');
  }
  if (msg.requires('outbound') && params.outbound_mode === 0) {
    return new Refusal(RegError.OUTBOUND_REQUIRED, 'Outbound required by UAC and not supported by server', 'warn');
  }
  const first = contactsToSave(ctx, registrar.host.compat)[0];
  if (params.outbound_mode === 0 || first === undefined || msg.via(1) === null) return { useRegId: true };
  const path = msg.bodyOf(Hdr.PATH);
  const top = path === null ? undefined : pathValues(path)?.[0]?.parsed;
  if (path !== null && !top) return new Refusal(RegError.PARSE, 'Failed to parse Path: header body');
  if (top?.ob || params.regid_mode !== 0) return { useRegId: true };
  if (supported && first.addr.param('reg-id') !== null) {
    return new Refusal(RegError.OUTBOUND_EDGE, 'Outbound used by UAC but not supported by edge proxy', 'warn');
  }
  return { useRegId: false };
}

/** Takes over the contacts of a REGISTER. A refusal undoes all of them (RFC 3261 §10.3 step 7). */
function register(
  registrar: Registrar,
  request: Request,
  record: LocationRecord,
  common: CommonInfo,
  headers: readonly ContactHeader[],
): Outcome {
  const { ctx, flags, useRegId } = request;
  const { settings, usrloc } = registrar;
  const isNew = record.contacts.length === 0;
  const single = (flags & SaveFlag.ONE_CONTACT) !== 0;
  const asked = new Array<{ readonly info: ContactInfo; readonly expires: number }>(headers.length);
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!;
    const expires = contactExpires(ctx, header, settings, record.now, (flags & SaveFlag.NO_VARIATION) === 0);
    if (expires instanceof Refusal) return expires;
    const info = contactInfo(ctx, common, header, expires, settings, useRegId, record.contacts);
    if (info instanceof Refusal) return info;
    asked[i] = { info, expires };
  }
  const most = settings.number(ctx, 'max_contacts') ?? settings.current.max_contacts;
  if (most > 0 && (isNew || !single)) {
    const tooMany = checkCount(record, asked, most, request.aor, isNew);
    if (tooMany) return tooMany;
  }
  let code: number = Saved.INSERTED;
  for (const { info, expires } of asked) {
    // Clients that list an address twice in their first REGISTER are to be forgiven: the CSeq is theirs both times.
    const match = record.find(info, isNew ? info.cseq + 1 : info.cseq);
    if (match.outcome === 'out-of-order') {
      return new Refusal(RegError.INVALID_CSEQ, `invalid cseq for aor <${request.aor}>`);
    }
    if (match.outcome === 'retransmission') {
      if (expires !== 0 && single) break;
      continue;
    }
    if (match.outcome === 'none') {
      if (expires === 0) continue;
      const inserted = record.insert(usrloc.newRuid(), info);
      code = Saved.INSERTED;
      if (single && !isNew) {
        for (const other of record.contacts) if (other !== inserted) record.delete(other);
        break;
      }
      continue;
    }
    if (expires === 0) {
      record.delete(match.contact, (flags & SaveFlag.MEMORY_ONLY) !== 0);
      code = Saved.REMOVED;
      continue;
    }
    const replaced = dropReplaced(record, match.contact, info, single && !isNew);
    record.update(match.contact, info);
    code = isNew ? Saved.INSERTED : Saved.UPDATED;
    if (replaced) break;
  }
  return { code, contacts: record.contacts, at: record.now };
}

/** Removes what a refreshed contact makes obsolete; true when it is then the only one to process. */
function dropReplaced(record: LocationRecord, kept: Contact, info: ContactInfo, single: boolean): boolean {
  if (single) {
    for (const other of record.contacts) if (other !== kept) record.delete(other);
    return true;
  }
  // A client that came back with another Call-ID has forgotten its other flows (RFC 5626 §6).
  if (info.instance === '' || info.callId === kept.callId) return false;
  for (const other of record.contacts) {
    if (other !== kept && other.instance !== '' && sameInstance(other.instance, kept.instance)) record.delete(other);
  }
  return true;
}

function checkCount(
  record: LocationRecord,
  asked: readonly { readonly info: ContactInfo; readonly expires: number }[],
  most: number,
  aor: string,
  isNew: boolean,
): Refusal | null {
  let n = record.contacts.filter((c) => c.expires === 0 || c.expires > record.now).length;
  for (const { info, expires } of asked) {
    const match = isNew ? { outcome: 'none' as const } : record.find(info);
    if (match.outcome === 'out-of-order') return new Refusal(RegError.INVALID_CSEQ, `invalid cseq for aor <${aor}>`);
    if (match.outcome === 'none' && expires !== 0) n++;
    else if (match.outcome === 'found' && expires === 0) n--;
  }
  if (n <= most) return null;
  const text = isNew
    ? `too many contacts (n:${most} max:${most}) for AOR <${aor}>`
    : `too many contacts for AOR <${aor}> (n:${n} max:${most})`;
  return new Refusal(RegError.TOO_MANY, text, 'info');
}

/** Return codes of `unregister()`. */
const Unregistered = { DONE: 1, NO_AOR: -1, FAILED: -2, NOT_FOUND: -3 } as const;

/** Removes all contacts of an address of record, or the one of an id. */
export function unregister(
  registrar: Registrar,
  ctx: ScriptContext,
  domain: Domain,
  uri: string,
  ruid: string,
): Eventually<number> {
  const fail = (text: string, code: number): number => {
    registrar.log(new Refusal(RegError.DELETE_RECORD, text));
    return code;
  };
  if (ruid !== '' && uri === '') return removeByRuid(registrar, domain, ruid);
  const owner = extractAor(uri === '' ? (ctx.msg.to?.uri ?? '') : uri, registrar.settings.aor);
  if (owner instanceof Refusal) {
    registrar.log(owner);
    return fail('failed to extract Address Of Record', Unregistered.NO_AOR);
  }
  const done = domain.change(owner.aor, (record): number => {
    const named = ruid === '' ? record.contacts : record.contacts.filter((c) => c.ruid === ruid);
    if (named.length === 0 && ruid !== '') return Unregistered.NOT_FOUND;
    for (const contact of named) record.delete(contact, false);
    return Unregistered.DONE;
  });
  return andThen(done, (code) => {
    if (code instanceof StoreFailure) return fail(`error unregistering user [${owner.aor}]`, Unregistered.FAILED);
    if (code === Unregistered.NOT_FOUND)
      registrar.log(new Refusal(RegError.GET_RECORD, 'AOR/Contact not found', 'warn'));
    return code;
  });
}

/** Upstream finds contacts by id alone only in the database. */
function removeByRuid(registrar: Registrar, domain: Domain, ruid: string): Eventually<number> {
  const { store } = registrar.usrloc;
  if (registrar.usrloc.rules.dbMode !== 3 || store === null) {
    registrar.usrloc.error('delete_urecord_by_ruid currently available only in db_mode=3');
    registrar.log(new Refusal(RegError.DELETE_CONTACT, 'could not delete contact'));
    return Unregistered.FAILED;
  }
  return store.deleteByRuid(domain.name, ruid).then((removed) => {
    if (!removed.ok) {
      registrar.log(new Refusal(RegError.DELETE_CONTACT, 'could not delete contact'));
      return Unregistered.FAILED;
    }
    if (removed.value > 0) return Unregistered.DONE;
    registrar.log(new Refusal(RegError.GET_RECORD, 'contact not found', 'warn'));
    return Unregistered.NOT_FOUND;
  });
}
