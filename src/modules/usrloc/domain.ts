import { slotHash } from '../../shm/slot-hash.js';
import type { Stored, Zone, ZoneCounter, ZoneCursor, ZoneMap } from '../../shm/zone.js';
import type { Contact } from './contact.js';
import { DbMode, LocationRecord, type RecordRules } from './record.js';
import type { LocationStore } from './store.js';

/** Addresses of record that the timer looks at before it lets others have a turn. */
const TIMER_PAGE = 1000;

/** Records that script threads change side by side; a power of two. */
const TURNS = 16;

/** What a domain needs of the module around it. */
export interface DomainServices {
  readonly rules: RecordRules;
  now(): number;
  /** Hands on what happened to contacts. */
  tell(domain: Domain, record: LocationRecord): void;
  /** The database, once it is open; null in memory mode. */
  store(): LocationStore | null;
  error(text: string): void;
}

/** A result of memory, or a promise of one of the database. */
export type Eventually<T> = T | Promise<T>;

/** Not called `then`: a module that exports that name cannot be imported dynamically. Goes on with a value now when it is there, later when it is promised. */
export function andThen<T, U>(value: Eventually<T>, next: (value: T) => Eventually<U>): Eventually<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Refreshed contacts keep their ids, and nearly always their order. */
function sameIds(before: readonly Contact[], after: readonly Contact[]): boolean {
  if (before.length !== after.length) return false;
  for (let i = 0; i < before.length; i++) if (before[i]!.ruid !== after[i]!.ruid) return false;
  return true;
}

/** The database could not be read or written, or memory is full. */
export class StoreFailure {
  constructor(readonly message: string) {}
}

/** The bindings of one location table (upstream's `udomain`), by address of record and by contact id. */
export class Domain {
  readonly #records: ZoneMap;
  /** Address of record of each contact id. */
  readonly #owners: ZoneMap<string>;
  readonly #contactCount: ZoneCounter;
  readonly #expiredCount: ZoneCounter;
  /** Names of the turns that changes of records take, by the hash of their address. */
  readonly #turns: readonly string[];
  /** Other threads change records as well; without them no turns need be taken. */
  readonly #shared: boolean;

  constructor(
    readonly name: string,
    private readonly zone: Zone,
    /** Slots that listings show; a power of two. */
    readonly slots: number,
    private readonly services: DomainServices,
  ) {
    this.#turns = Array.from({ length: TURNS }, (_, i) => `usrloc:${name}:${i}`);
    this.#shared = zone.stats() !== null;
    this.#records = zone.map(`usrloc:${name}`, { immutable: true });
    this.#owners = zone.map<string>(`usrloc:${name}:ruid`);
    this.#contactCount = zone.counter(`usrloc:${name}:contacts`);
    this.#expiredCount = zone.counter(`usrloc:${name}:expires`);
  }

  get users(): number {
    return this.#records.size;
  }
  get contacts(): number {
    return this.#contactCount.get();
  }
  get expired(): number {
    return this.#expiredCount.get();
  }

  /** The contacts of an address of record, expired ones included; undefined when there is no such record. */
  contactsOf(aor: string): Eventually<readonly Contact[] | undefined | StoreFailure> {
    if (this.services.rules.dbMode !== DbMode.DB_ONLY) return this.#inMemory(aor);
    return this.#read(aor);
  }

  /** The contact of that id and its address of record. */
  contactByRuid(ruid: string): Eventually<Contact | undefined | StoreFailure> {
    if (this.services.rules.dbMode !== DbMode.DB_ONLY) {
      const aor = this.#owners.get(ruid);
      return aor === undefined ? undefined : this.#inMemory(aor)?.find((c) => c.ruid === ruid);
    }
    const store = this.services.store();
    if (store === null) return new StoreFailure('no database connection');
    return store
      .readByRuid(this.name, ruid)
      .then((rows) => (rows.ok ? rows.value[0] : new StoreFailure(rows.error.message)));
  }

  /**
   * Changes an address of record with no other thread in between. `work` must not wait; it may refuse by its result,
   * with what it has done so far undone when `undoIf` says so. Database modes answer when the database has.
   */
  change<T>(
    aor: string,
    work: (record: LocationRecord) => T,
    undoIf: (result: T) => boolean = () => false,
  ): Eventually<T | StoreFailure> {
    if (this.services.rules.dbMode === DbMode.DB_ONLY) return this.#changeInDatabase(aor, work, undoIf);
    // The index of ids goes with the record: both change in one turn, or another thread's change could come in between.
    const changed = this.#shared
      ? this.zone.exclusive(this.#turnOf(aor), () => this.#changeInMemory(aor, work, undoIf))
      : this.#changeInMemory(aor, work, undoIf);
    if (changed instanceof StoreFailure) return changed;
    const { record, result } = changed;
    if (undoIf(result)) return result;
    this.services.tell(this, record);
    return record.writes.length === 0 ? result : this.#write(record, result);
  }

  /** Puts a contact that was read from the database into memory. */
  adopt(contact: Contact): void {
    const kept = this.#records.update(contact.aor, (stored) => {
      const others = (stored ?? []) as unknown as readonly Contact[];
      const { descTimeOrder } = this.services.rules;
      const at = descTimeOrder ? 0 : others.findIndex((c) => c.q < contact.q);
      const i = at < 0 ? others.length : at;
      return [...others.slice(0, i), contact, ...others.slice(i)] as unknown as Stored;
    });
    if (kept === undefined) {
      this.#refused(contact.aor);
      return;
    }
    this.#owners.set(contact.ruid, contact.aor);
    this.#contactCount.add(1);
  }

  /** Drops what has expired and flushes what is not written; `lost` tells of contacts whose connection is gone. */
  async runTimer(delay: number, lost: (contact: Contact) => boolean, ended: (contact: Contact) => void): Promise<void> {
    let cursor: ZoneCursor | undefined;
    do {
      const page = this.#records.page(TIMER_PAGE, cursor);
      const jobs: Promise<unknown>[] = [];
      for (const { key, value } of page.entries) {
        const contacts = value as unknown as readonly Contact[];
        if (!this.#needsTimer(contacts, delay, lost)) continue;
        const done = this.change(key, (record) => {
          for (const contact of record.contacts) if (lost(contact)) record.delete(contact);
          const gone = record.dropExpired(delay);
          if (this.services.rules.dbMode === DbMode.WRITE_THROUGH || this.services.rules.dbMode === DbMode.WRITE_BACK) {
            record.flush();
          }
          return gone;
        });
        const settle = (gone: Contact[] | StoreFailure): void => {
          if (gone instanceof StoreFailure) return;
          this.#expiredCount.add(gone.length);
          for (const contact of gone) ended(contact);
        };
        if (done instanceof Promise) jobs.push(done.then(settle));
        else settle(done);
      }
      await Promise.all(jobs);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /** Every record by slot, as upstream lists them. */
  listed(): {
    readonly aor: string;
    readonly hash: number;
    readonly slot: number;
    readonly contacts: readonly Contact[];
  }[] {
    const list = this.#records.scan({}).map((entry) => {
      const hash = slotHash(entry.key);
      const slot = (hash & (this.slots - 1)) >>> 0;
      return { aor: entry.key, hash, slot, contacts: entry.value as unknown as readonly Contact[] };
    });
    return list.sort((a, b) => a.slot - b.slot);
  }

  /** Contacts in memory, a page at a time. */
  page(
    limit: number,
    cursor?: ZoneCursor,
  ): { readonly contacts: readonly Contact[]; readonly cursor: ZoneCursor | undefined } {
    const page = this.#records.page(limit, cursor);
    return { contacts: page.entries.flatMap((e) => e.value as unknown as readonly Contact[]), cursor: page.cursor };
  }

  #changeInMemory<T>(
    aor: string,
    work: (record: LocationRecord) => T,
    undoIf: (result: T) => boolean,
  ): { readonly record: LocationRecord; readonly result: T } | StoreFailure {
    const stored = this.#inMemory(aor);
    const before = stored ?? [];
    const record = new LocationRecord(aor, before, this.services.rules, this.services.now());
    const result = work(record);
    const after = record.contacts;
    if (undoIf(result) || after === before) return { record, result };
    if (after.length > 0) {
      if (!this.#records.set(aor, after as unknown as Stored)) return this.#refused(aor);
    } else if (stored !== undefined) this.#records.delete(aor);
    this.#index(aor, before, after);
    return { record, result };
  }

  #turnOf(aor: string): string {
    return this.#turns[slotHash(aor) & (TURNS - 1)]!;
  }

  #refused(aor: string): StoreFailure {
    const failure = new StoreFailure('could not allocate shared memory from shm pool');
    this.services.error(`${failure.message}: no room for the contacts of ${aor}`);
    return failure;
  }

  #needsTimer(contacts: readonly Contact[], delay: number, lost: (contact: Contact) => boolean): boolean {
    const { dbMode } = this.services.rules;
    const writes = dbMode === DbMode.WRITE_THROUGH || dbMode === DbMode.WRITE_BACK;
    const now = this.services.now();
    return contacts.some(
      (c) => (c.expires !== 0 && c.expires + delay <= now) || (writes && c.state !== 'CS_SYNC') || lost(c),
    );
  }

  #inMemory(aor: string): readonly Contact[] | undefined {
    return this.#records.get(aor) as unknown as readonly Contact[] | undefined;
  }

  async #read(aor: string): Promise<readonly Contact[] | undefined | StoreFailure> {
    const store = this.services.store();
    if (store === null) return new StoreFailure('no database connection');
    const rows = await store.read(this.name, aor);
    if (!rows.ok) return new StoreFailure(rows.error.message);
    if (rows.value.length === 0) return undefined;
    const { descTimeOrder } = this.services.rules;
    return rows.value.sort((a, b) => (descTimeOrder ? b.lastModified - a.lastModified : b.q - a.q));
  }

  async #changeInDatabase<T>(
    aor: string,
    work: (record: LocationRecord) => T,
    undoIf: (result: T) => boolean,
  ): Promise<T | StoreFailure> {
    const contacts = await this.#read(aor);
    if (contacts instanceof StoreFailure) return contacts;
    const record = new LocationRecord(aor, contacts ?? [], this.services.rules, this.services.now());
    const result = work(record);
    if (undoIf(result)) return result;
    const written = await this.#write(record, result);
    if (!(written instanceof StoreFailure)) this.services.tell(this, record);
    return written;
  }

  async #write<T>(record: LocationRecord, result: T): Promise<T | StoreFailure> {
    const store = this.services.store();
    const failed = store === null ? 'no database connection' : (await store.write(this.name, record.writes))?.message;
    if (failed === undefined) return result;
    this.services.error(`database operation failed for aor: ${record.aor}: ${failed}`);
    // The timer tries again what memory holds and the database does not.
    const unwritten = new Set(record.writes.filter((w) => w.op !== 'delete').map((w) => w.contact.ruid));
    if (this.services.rules.dbMode !== DbMode.DB_ONLY) {
      const mark = (c: Contact): Contact => {
        if (!unwritten.has(c.ruid)) return c;
        const isNew = record.writes.some((w) => w.op === 'insert' && w.contact.ruid === c.ruid);
        return { ...c, state: isNew ? 'CS_NEW' : 'CS_DIRTY' };
      };
      this.zone.exclusive(this.#turnOf(record.aor), () =>
        this.#records.update(record.aor, (stored) =>
          stored === undefined ? undefined : ((stored as unknown as readonly Contact[]).map(mark) as unknown as Stored),
        ),
      );
    }
    return new StoreFailure(failed);
  }

  #index(aor: string, before: readonly Contact[], after: readonly Contact[]): void {
    if (before === after) return;
    if (sameIds(before, after)) return;
    for (const contact of before) {
      if (!after.some((c) => c.ruid === contact.ruid)) this.#owners.delete(contact.ruid);
    }
    for (const contact of after) {
      if (!before.some((c) => c.ruid === contact.ruid)) this.#owners.set(contact.ruid, aor);
    }
    if (before.length !== after.length) this.#contactCount.add(after.length - before.length);
  }
}
