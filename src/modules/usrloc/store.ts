import type { Database, DbError, DbResult, Rows } from '../../db/database.js';
import type { Contact } from './contact.js';
import type { PendingWrite } from './record.js';
import {
  attributeOfRow,
  attributeRows,
  contactOfRow,
  loadColumns,
  type RowLayout,
  rowOfContact,
  textOf,
  updateOfContact,
  whereAor,
  whereContact,
} from './rows.js';

export interface StoreSettings extends RowLayout {
  readonly fetchRows: number;
  /** Finds rows by their id. */
  readonly byRuid: boolean;
  /** Updates by a new row in place of the old (`db_update_as_insert`). */
  readonly updateAsInsert: boolean;
  /** Inserts overwrite rows with the same id (`db_insert_update`). */
  readonly insertUpdate: boolean;
  /** An update that meets no row inserts one (`db_check_update`). */
  readonly checkUpdate: boolean;
  /** Only rows of this server are read (`server_id_filter`); null: all. */
  readonly onlyServer: number | null;
  /** Attributes are kept in `<table>_attrs`. */
  readonly withAttributes: boolean;
}

type Reason = DbError | null;

/** The location tables of one database. */
export class LocationStore {
  constructor(
    private readonly db: Database,
    private readonly settings: StoreSettings,
    private readonly now: () => number,
    private readonly warn: (text: string) => void,
  ) {}

  /** Whether the table's layout is the one expected (upstream: version 9). */
  async check(table: string): Promise<Reason> {
    return reason(await this.db.checkTable(table, 9));
  }

  /** Hands every contact of a table to `take`. */
  async load(table: string, take: (contact: Contact) => void): Promise<Reason> {
    const { columns, onlyServer, fetchRows } = this.settings;
    const where = onlyServer === null ? [] : [{ column: columns.serverId, value: onlyServer }];
    const attributes = await this.#attributes(table);
    const cursor = this.db.fetch({ table, columns: loadColumns(this.settings), where }, fetchRows);
    try {
      for (;;) {
        const chunk = await cursor.next();
        if (!chunk.ok) return chunk.error;
        if (chunk.value.rows.length === 0) return null;
        for (const contact of this.#contacts(chunk.value)) {
          const xavp = attributes.get(contact.ruid);
          take(xavp ? { ...contact, xavp } : contact);
        }
      }
    } finally {
      await cursor.close();
    }
  }

  /** The contacts of one address of record. */
  async read(table: string, aor: string): Promise<DbResult<Contact[]>> {
    return this.#query(table, whereAor(aor, this.settings));
  }

  async readByRuid(table: string, ruid: string): Promise<DbResult<Contact[]>> {
    return this.#query(table, [{ column: this.settings.columns.ruid, value: ruid }]);
  }

  /** Writes changes in order; stops at the first that fails. */
  async write(table: string, writes: readonly PendingWrite[]): Promise<Reason> {
    for (const { op, contact } of writes) {
      const failed =
        op === 'insert'
          ? await this.#insert(table, contact)
          : op === 'update'
            ? await this.#update(table, contact)
            : await this.#delete(table, contact);
      if (failed !== null) return failed;
    }
    return null;
  }

  /** Removes all rows of an address of record. */
  async deleteAor(table: string, aor: string): Promise<Reason> {
    return reason(await this.db.delete(table, whereAor(aor, this.settings)));
  }

  /** Removes the row of that id; how many there were. */
  async deleteByRuid(table: string, ruid: string): Promise<DbResult<number>> {
    const done = await this.db.delete(table, [{ column: this.settings.columns.ruid, value: ruid }]);
    return done.ok ? { ok: true, value: done.value.affected } : done;
  }

  /** Removes rows that expired before `before`. */
  async deleteExpired(table: string, before: number): Promise<Reason> {
    const { columns, numericTimes } = this.settings;
    const time = (seconds: number) => (numericTimes ? seconds : new Date(seconds * 1000));
    return reason(
      await this.db.delete(table, [
        { column: columns.expires, op: '<', value: time(before) },
        { column: columns.expires, op: '!=', value: time(0) },
      ]),
    );
  }

  /** Removes rows of connections that a former run of this server had (`db_clean_tcp`). */
  async deleteConnections(table: string, serverId: number): Promise<Reason> {
    const { columns } = this.settings;
    return reason(
      await this.db.delete(table, [
        { column: columns.connectionId, op: '>', value: 0 },
        { column: columns.serverId, value: serverId },
      ]),
    );
  }

  /** Counts over a table: distinct users or contacts, of those still valid or those expired. */
  async count(table: string, what: 'users' | 'contacts', expired: boolean): Promise<DbResult<number>> {
    const { columns, useDomain, numericTimes } = this.settings;
    const list = [columns.user, columns.expires, ...(useDomain ? [columns.domain] : [])];
    const rows = await this.db.query({ table, columns: list });
    if (!rows.ok) return rows;
    const now = this.now();
    const users = new Set<string>();
    let contacts = 0;
    for (const [user, expires, domain] of rows.value.rows) {
      const at = numericTimes ? Number(expires) : expires instanceof Date ? expires.getTime() / 1000 : Number(expires);
      if (expired ? at <= 0 || at > now : at !== 0 && at <= now) continue;
      contacts++;
      users.add(`${textOf(user)}@${textOf(domain)}`);
    }
    return { ok: true, value: what === 'users' ? users.size : contacts };
  }

  close(): Promise<void> {
    return this.db.close();
  }

  async #query(table: string, where: Parameters<Database['delete']>[1]): Promise<DbResult<Contact[]>> {
    const rows = await this.db.query({ table, columns: loadColumns(this.settings), where });
    return rows.ok ? { ok: true, value: [...this.#contacts(rows.value)] } : rows;
  }

  *#contacts(rows: Rows): IterableIterator<Contact> {
    for (const row of rows.rows) {
      const contact = contactOfRow(row, this.settings, this.now());
      if (typeof contact === 'string') this.warn(contact);
      else yield contact;
    }
  }

  async #attributes(table: string): Promise<Map<string, Contact['xavp']>> {
    const found = new Map<string, Contact['xavp']>();
    if (!this.settings.withAttributes) return found;
    const rows = await this.db.query({ table: `${table}_attrs`, columns: ['ruid', 'aname', 'atype', 'avalue'] });
    if (!rows.ok) return found;
    for (const [ruid, name, type, value] of rows.value.rows) {
      const key = textOf(ruid);
      found.set(key, [...(found.get(key) ?? []), attributeOfRow(name ?? null, type ?? null, value ?? null)]);
    }
    return found;
  }

  async #insert(table: string, contact: Contact): Promise<Reason> {
    const values = rowOfContact(contact, this.settings);
    const key = [this.settings.columns.ruid];
    const done = this.settings.insertUpdate
      ? await this.db.insertUpdate(table, values, key)
      : await this.db.insert(table, values);
    return done.ok ? this.#writeAttributes(table, contact) : done.error;
  }

  async #update(table: string, contact: Contact): Promise<Reason> {
    if (this.settings.updateAsInsert) {
      const done = await this.db.insertUpdate(table, rowOfContact(contact, this.settings), [
        this.settings.columns.ruid,
      ]);
      return done.ok ? this.#writeAttributes(table, contact) : done.error;
    }
    const where = whereContact(contact, this.settings, this.settings.byRuid);
    const done = await this.db.update(table, updateOfContact(contact, this.settings), where);
    if (!done.ok) return done.error;
    if (this.settings.checkUpdate && done.value.affected === 0) return this.#insert(table, contact);
    return this.#writeAttributes(table, contact);
  }

  async #delete(table: string, contact: Contact): Promise<Reason> {
    const done = await this.db.delete(table, whereContact(contact, this.settings, this.settings.byRuid));
    if (!done.ok) return done.error;
    if (!this.settings.withAttributes) return null;
    return reason(await this.db.delete(`${table}_attrs`, [{ column: 'ruid', value: contact.ruid }]));
  }

  async #writeAttributes(table: string, contact: Contact): Promise<Reason> {
    if (!this.settings.withAttributes) return null;
    const name = `${table}_attrs`;
    const rows = attributeRows(contact, this.settings.useDomain);
    return reason(
      await this.db.transaction([
        { op: 'delete', table: name, where: [{ column: 'ruid', value: contact.ruid }] },
        ...rows.map((values) => ({ op: 'insert', table: name, values }) as const),
      ]),
    );
  }
}

function reason(result: DbResult<unknown>): Reason {
  return result.ok ? null : result.error;
}
