import {
  type Contact,
  ContactFlag,
  type ContactInfo,
  type ContactState,
  DELETED,
  findContact,
  type Identity,
  type Match,
  makeContact,
  renewedContact,
} from './contact.js';

/** What became of a contact in one change of a record. */
export type ContactEvent = {
  readonly type: 'insert' | 'update' | 'delete' | 'expire';
  readonly contact: Contact;
};

/** What the database must be told, in order. */
export type PendingWrite = {
  readonly op: 'insert' | 'update' | 'delete';
  readonly contact: Contact;
};

/** The rules that records follow, from module parameters. */
export interface RecordRules {
  readonly matchingMode: number;
  readonly cseqDelay: number;
  /** Newest first in place of highest q first. */
  readonly descTimeOrder: boolean;
  readonly natFlag: number;
  /** 0 memory, 1 write through, 2 write back, 3 database only, 4 loaded and never written. */
  readonly dbMode: number;
}

/** Upstream's database modes. */
export const DbMode = { NONE: 0, WRITE_THROUGH: 1, WRITE_BACK: 2, DB_ONLY: 3, READ_ONLY: 4 } as const;

const NO_EVENTS: readonly ContactEvent[] = [];

/**
 * The bindings of one address of record while they are changed. Changes are made in memory only; events and writes
 * are collected for whoever stores the record.
 */
export class LocationRecord {
  contacts: readonly Contact[];
  events: readonly ContactEvent[] = NO_EVENTS;
  readonly writes: PendingWrite[] = [];

  constructor(
    readonly aor: string,
    contacts: readonly Contact[],
    private readonly rules: RecordRules,
    readonly now: number,
  ) {
    this.contacts = contacts;
  }

  /** Which contact a registration is about; `cseq` stands in for its own number. */
  find(wanted: Identity, cseq = wanted.cseq): Match {
    return findContact(this.contacts, wanted, this.rules.matchingMode, this.rules.cseqDelay, this.now, cseq);
  }

  insert(ruid: string, info: ContactInfo): Contact {
    const contact = makeContact(info, {
      ruid,
      aor: this.aor,
      state: this.#writesNow(info.flags) ? 'CS_SYNC' : 'CS_NEW',
      keepalive: (info.cflags & this.rules.natFlag) !== 0 ? 1 : 0,
      lastKeepalive: this.now,
      kaRoundtrip: 0,
    });
    this.#place(contact, this.contacts);
    this.#note({ type: 'insert', contact });
    if (this.#writesNow(info.flags)) this.writes.push({ op: 'insert', contact });
    return contact;
  }

  /** Takes over what a newer registration says. The address changes only for contacts known by their instance. */
  update(old: Contact, info: ContactInfo): Contact {
    const contact = renewedContact(old, info, this.#stateAfterUpdate(old.state, info.flags), this.now);
    this.#move(old, contact);
    this.#note({ type: 'update', contact });
    if (this.#writesNow(info.flags)) this.writes.push({ op: old.state === 'CS_NEW' ? 'insert' : 'update', contact });
    return contact;
  }

  /** Removes a contact; with write-back what the database knows is only marked, the timer removes it there too. */
  delete(old: Contact, memoryOnly = (old.flags & ContactFlag.MEMORY_ONLY) !== 0): void {
    this.#note({ type: 'delete', contact: old });
    if (this.rules.dbMode === DbMode.WRITE_BACK && old.state !== 'CS_NEW') {
      const flags = memoryOnly ? old.flags | ContactFlag.MEMORY_ONLY : old.flags & ~ContactFlag.MEMORY_ONLY;
      this.contacts = this.contacts.map((c) => (c === old ? { ...old, expires: DELETED, flags } : c));
      return;
    }
    this.contacts = this.contacts.filter((c) => c !== old);
    if (this.#writesNow(0) && !memoryOnly) this.writes.push({ op: 'delete', contact: old });
  }

  /** Drops contacts whose time has been up for `delay` seconds; gives them back. */
  dropExpired(delay: number): Contact[] {
    const gone = this.contacts.filter((c) => c.expires !== 0 && c.expires + delay <= this.now);
    if (gone.length === 0) return gone;
    this.contacts = this.contacts.filter((c) => !gone.includes(c));
    for (const contact of gone) {
      this.#note({ type: 'expire', contact });
      const inDatabase = contact.state !== 'CS_NEW' && (contact.flags & ContactFlag.MEMORY_ONLY) === 0;
      const { dbMode } = this.rules;
      if (inDatabase && (dbMode === DbMode.WRITE_THROUGH || dbMode === DbMode.WRITE_BACK)) {
        this.writes.push({ op: 'delete', contact });
      }
    }
    return gone;
  }

  /** Marks what the timer writes as written, and asks for the writes. */
  flush(): void {
    if (this.contacts.every((c) => c.state === 'CS_SYNC' || (c.flags & ContactFlag.MEMORY_ONLY) !== 0)) return;
    this.contacts = this.contacts.map((contact) => {
      if (contact.state === 'CS_SYNC' || (contact.flags & ContactFlag.MEMORY_ONLY) !== 0) return contact;
      this.writes.push({ op: contact.state === 'CS_NEW' ? 'insert' : 'update', contact });
      return { ...contact, state: 'CS_SYNC' };
    });
  }

  /** Changes a contact in place, with no event: signs of life. */
  replace(old: Contact, contact: Contact): void {
    this.contacts = this.contacts.map((c) => (c === old ? contact : c));
  }

  /** There is mostly one event; an array that grows would make room for seventeen. */
  #note(event: ContactEvent): void {
    this.events = this.events.length === 0 ? [event] : [...this.events, event];
  }

  /** Whether a change of a contact goes to the database at once. */
  #writesNow(flags: number): boolean {
    const { dbMode } = this.rules;
    if ((flags & ContactFlag.MEMORY_ONLY) !== 0) return false;
    return dbMode === DbMode.WRITE_THROUGH || dbMode === DbMode.DB_ONLY;
  }

  #stateAfterUpdate(state: ContactState, flags: number): ContactState {
    if (this.#writesNow(flags)) return 'CS_SYNC';
    const { dbMode } = this.rules;
    const writes = dbMode === DbMode.WRITE_BACK || dbMode === DbMode.WRITE_THROUGH;
    return writes && state === 'CS_SYNC' ? 'CS_DIRTY' : state;
  }

  /** Puts a contact in front of those with a smaller q, or of all when the newest comes first. */
  #place(contact: Contact, others: readonly Contact[]): void {
    if (others.length === 0) {
      this.contacts = [contact];
      return;
    }
    const at = this.rules.descTimeOrder ? 0 : others.findIndex((c) => c.q < contact.q);
    const i = at < 0 ? others.length : at;
    this.contacts = [...others.slice(0, i), contact, ...others.slice(i)];
  }

  /** Upstream moves a contact that is out of order behind those with a smaller q, not in front of them. */
  #move(old: Contact, contact: Contact): void {
    if (this.contacts.length === 1) {
      this.contacts = [contact];
      return;
    }
    const i = this.contacts.indexOf(old);
    const before = this.contacts[i - 1];
    const after = this.contacts[i + 1];
    const stays = (before === undefined || contact.q <= before.q) && (after === undefined || contact.q >= after.q);
    if (stays && (!this.rules.descTimeOrder || i === 0)) {
      const contacts = this.contacts.slice();
      contacts[i] = contact;
      this.contacts = contacts;
      return;
    }
    const others = this.contacts.filter((c) => c !== old);
    if (this.rules.descTimeOrder) {
      this.contacts = [contact, ...others];
      return;
    }
    const at = others.findIndex((c) => c.q >= contact.q);
    const k = at < 0 ? others.length : at;
    this.contacts = [...others.slice(0, k), contact, ...others.slice(k)];
  }
}
