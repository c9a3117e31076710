import { ownText } from '../../sip/words.js';

/** How far a contact is known to the database. */
export type ContactState = 'CS_NEW' | 'CS_SYNC' | 'CS_DIRTY';

/** Bits of {@link Contact.flags}. */
export const ContactFlag = { MEMORY_ONLY: 1, EXPIRY_TOLD: 4, KEEPALIVE_SENT: 8 } as const;

/** Every method, for contacts that name none. */
export const ALL_METHODS = 0xffffffff;

/** Expiry time of a contact that is deleted as soon as the timer has told the database (write-back). */
export const DELETED = 10;

/** One attribute of the xavp that a contact carries. */
export type ContactAttribute = readonly [name: string, value: string | number];

/** What a registration says about one contact. */
export interface ContactInfo {
  readonly address: string;
  /** Where the REGISTER really came from, as a URI; empty: the contact is reached at its address. */
  readonly received: string;
  /** Path (RFC 3327); empty when there is none. */
  readonly path: string;
  /** Unix seconds; 0: for ever. */
  readonly expires: number;
  /** 0 … 1000; -1 when unspecified. */
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  /** `ContactFlag` bits. */
  readonly flags: number;
  /** Branch flags that the script had set when it saved the contact. */
  readonly cflags: number;
  readonly userAgent: string;
  /** Socket the REGISTER came in on, `udp:1.2.3.4:5060`; empty when unknown. */
  readonly socket: string;
  /** Unix seconds. */
  readonly lastModified: number;
  /** Method bits, {@link ALL_METHODS} for all. */
  readonly methods: number;
  /** `+sip.instance` (RFC 5626); empty when there is none. */
  readonly instance: string;
  /** `reg-id`; 0 when there is none. */
  readonly regId: number;
  readonly serverId: number;
  /** Stream connection; -1 for datagrams. */
  readonly connectionId: number;
  readonly xavp: readonly ContactAttribute[];
}

/** A stored binding: immutable, replaced as a whole when it changes. */
export interface Contact extends ContactInfo {
  /** Its id, unique over restarts. */
  readonly ruid: string;
  readonly aor: string;
  readonly state: ContactState;
  /** 1 when it is to be pinged (RFC 5626 §4.4 by the server's own means). */
  readonly keepalive: number;
  /** Unix seconds of the last sign of life. */
  readonly lastKeepalive: number;
  /** Microseconds the last keepalive took. */
  readonly kaRoundtrip: number;
}

/** What a contact has beside what its registration says. */
export type ContactFate = Pick<Contact, 'ruid' | 'aor' | 'state' | 'keepalive' | 'lastKeepalive' | 'kaRoundtrip'>;

/**
 * A contact made of a registration. Field by field: spreading objects this wide costs several microseconds. Its texts are
 * its own, so that it does not keep the message that it came with.
 */
export function makeContact(info: ContactInfo, fate: ContactFate): Contact {
  return {
    ruid: fate.ruid,
    address: ownText(info.address),
    received: ownText(info.received),
    path: ownText(info.path),
    expires: info.expires,
    q: info.q,
    callId: info.callId,
    cseq: info.cseq,
    flags: info.flags,
    cflags: info.cflags,
    userAgent: info.userAgent,
    socket: info.socket,
    lastModified: info.lastModified,
    methods: info.methods,
    instance: ownText(info.instance),
    regId: info.regId,
    serverId: info.serverId,
    connectionId: info.connectionId,
    xavp: info.xavp,
    aor: fate.aor,
    state: fate.state,
    keepalive: fate.keepalive,
    lastKeepalive: fate.lastKeepalive,
    kaRoundtrip: fate.kaRoundtrip,
  };
}

/** The contact `old` as a newer registration changes it: it keeps its id, its instance and, mostly, its address. */
export function renewedContact(old: Contact, info: ContactInfo, state: ContactState, now: number): Contact {
  return {
    ruid: old.ruid,
    address: info.instance !== '' && info.address !== '' ? kept(old.address, info.address) : old.address,
    received: kept(old.received, info.received),
    path: kept(old.path, info.path),
    expires: info.expires,
    q: info.q,
    callId: info.callId || old.callId,
    cseq: info.cseq,
    flags: info.flags,
    cflags: info.cflags,
    userAgent: info.userAgent,
    socket: info.socket,
    lastModified: info.lastModified,
    methods: info.methods,
    instance: old.instance,
    regId: old.regId,
    serverId: info.serverId,
    connectionId: info.connectionId,
    xavp: info.xavp.length > 0 ? info.xavp : old.xavp,
    aor: old.aor,
    state,
    keepalive: old.keepalive,
    lastKeepalive: now,
    kaRoundtrip: old.kaRoundtrip,
  };
}

/** The text that is there when a newer one says the same. */
function kept(old: string, text: string): string {
  return old === text ? old : ownText(text);
}

/** True until the contact's time is up. */
export function isValid(contact: Contact, now: number): boolean {
  return contact.expires === 0 || contact.expires > now;
}

/** By what a REGISTER's contact is found again: `matching_mode`. */
export const MatchingMode = { CONTACT: 0, CONTACT_CALLID: 1, CONTACT_PATH: 2, CALLID: 3 } as const;

/** What {@link ContactInfo} fields decide about identity. */
export type Identity = Pick<ContactInfo, 'address' | 'callId' | 'path' | 'cseq' | 'instance' | 'regId'>;

/** `found`, or why not: no such contact, an older request, or the same one again. */
export type Match =
  | { readonly outcome: 'found'; readonly contact: Contact }
  | { readonly outcome: 'none' }
  | { readonly outcome: 'out-of-order' }
  | { readonly outcome: 'retransmission' };

/** Finds the contact that a registration is about: by instance and reg-id when it has them, else by the mode. */
export function findContact(
  contacts: readonly Contact[],
  wanted: Identity,
  mode: number,
  cseqDelay: number,
  now: number,
  cseq = wanted.cseq,
): Match {
  if (wanted.instance === '') return findByAddress(contacts, wanted, mode, cseqDelay, now, cseq);
  for (const contact of contacts) {
    if (contact.instance === '' || contact.regId !== wanted.regId) continue;
    if (sameInstance(contact.instance, wanted.instance)) return { outcome: 'found', contact };
  }
  return NO_MATCH;
}

/** Finds by address, Call-ID or path, and refuses what is not newer than what is stored (RFC 3261 §10.3 step 7). */
export function findByAddress(
  contacts: readonly Contact[],
  wanted: Omit<Identity, 'instance' | 'regId'>,
  mode: number,
  cseqDelay: number,
  now: number,
  cseq = wanted.cseq,
): Match {
  for (const contact of contacts) {
    if (!isMeant(contact, wanted, mode)) continue;
    if (contact.callId === wanted.callId) {
      if (cseq < contact.cseq) return OUT_OF_ORDER;
      if (cseq === contact.cseq) return contact.lastModified + cseqDelay > now ? RETRANSMISSION : OUT_OF_ORDER;
    }
    return { outcome: 'found', contact };
  }
  return NO_MATCH;
}

const NO_MATCH: Match = { outcome: 'none' };
const OUT_OF_ORDER: Match = { outcome: 'out-of-order' };
const RETRANSMISSION: Match = { outcome: 'retransmission' };

function isMeant(c: Contact, wanted: Omit<Identity, 'instance' | 'regId'>, mode: number): boolean {
  switch (mode) {
    case MatchingMode.CONTACT_CALLID:
      return c.address === wanted.address && c.callId === wanted.callId;
    case MatchingMode.CONTACT_PATH:
      return c.address === wanted.address && (wanted.path === '' || c.path === wanted.path);
    case MatchingMode.CALLID:
      return c.callId === wanted.callId;
    default:
      return c.address === wanted.address;
  }
}

/** Compares instances with or without their angle brackets. */
export function sameInstance(a: string, b: string): boolean {
  return a !== '' && bare(a) === bare(b);
}

function bare(instance: string): string {
  return instance.startsWith('<') && instance.endsWith('>') ? instance.slice(1, -1) : instance;
}
