import type { Condition, Database, DbResult, Rows } from '../../db/database.js';
import type { Host } from '../../registry/host.js';
import type { ParamValues } from '../../registry/module.js';
import type { params as definitions } from './params.js';
import type { Scheme } from './scheme.js';

/** Whose AVPs are meant: those of an id, or of a user, a domain, or both. */
export interface Owner {
  readonly uuid?: string;
  readonly user?: string;
  readonly domain?: string;
}

/** One AVP as the table keeps it. */
export interface StoredAvp {
  readonly name: string;
  readonly value: string;
  /** Bit 0: the value is an integer; bit 1: the name is one. */
  readonly type: number;
}

/** The database of AVPs. Nothing here blocks; failures are messages. */
export class AvpTable {
  #db: Database | null = null;

  constructor(
    private readonly host: Host,
    private readonly url: string,
    private readonly params: ParamValues<typeof definitions>,
  ) {}

  /** Opens the database; the message when that failed. */
  async open(): Promise<string | null> {
    const opened = await this.host.databases.open(this.url);
    if (!opened.ok) return `cannot initialize database connection: ${opened.error.message}`;
    this.#db = opened.value;
    return null;
  }

  async close(): Promise<void> {
    await this.#db?.close();
    this.#db = null;
  }

  /** Rows of value, name and type; with a scheme, rows of a value. `name` null: all AVPs. */
  load(owner: Owner, name: string | null, table: string | null, scheme: Scheme | null): Promise<Rows | string> {
    const { value_column, attribute_column, type_column } = this.params;
    const columns = scheme ? [scheme.valueColumn ?? value_column] : [value_column, attribute_column, type_column];
    const where = this.#where(owner, scheme === null ? name : null, scheme);
    return this.#ask((db) => db.query({ table: scheme?.table ?? this.#table(table), columns, where }));
  }

  /** The message when the AVP could not be stored; undefined when it is. */
  async store(owner: Owner, avp: StoredAvp, table: string | null): Promise<string | undefined> {
    const p = this.params;
    const values = [
      { column: p.uuid_column, value: owner.uuid ?? '' },
      { column: p.attribute_column, value: avp.name },
      { column: p.value_column, value: avp.value },
      { column: p.type_column, value: avp.type },
      { column: p.username_column, value: owner.user ?? '' },
      { column: p.domain_column, value: owner.domain ?? '' },
    ];
    const done = await this.#ask((db) => db.insert(this.#table(table), values));
    return typeof done === 'string' ? done : undefined;
  }

  /** The message when the AVPs could not be deleted; undefined when they are gone. */
  async delete(owner: Owner, name: string | null, table: string | null): Promise<string | undefined> {
    const done = await this.#ask((db) => db.delete(this.#table(table), this.#where(owner, name, null)));
    return typeof done === 'string' ? done : undefined;
  }

  /** Runs a statement in the database's own SQL. */
  query(sql: string): Promise<Rows | string> {
    return this.#ask((db) => db.rawQuery(sql));
  }

  #table(given: string | null): string {
    return given ?? this.params.avp_table ?? '';
  }

  #where(owner: Owner, name: string | null, scheme: Scheme | null): Condition[] {
    const p = this.params;
    const where: Condition[] = [];
    if (owner.uuid !== undefined) where.push({ column: scheme?.uuidColumn ?? p.uuid_column, value: owner.uuid });
    if (owner.user !== undefined)
      where.push({ column: scheme?.usernameColumn ?? p.username_column, value: owner.user });
    if (owner.domain !== undefined) {
      where.push({ column: scheme?.domainColumn ?? p.domain_column, value: owner.domain });
    }
    if (name !== null) where.push({ column: p.attribute_column, value: name });
    return where;
  }

  async #ask<T>(operation: (db: Database) => Promise<DbResult<T>>): Promise<T | string> {
    if (this.#db === null) return 'not connected';
    const done = await operation(this.#db);
    return done.ok ? done.value : done.error.message;
  }
}
