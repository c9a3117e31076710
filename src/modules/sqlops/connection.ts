import type { Database, Databases, Rows } from '../../db/database.js';
import type { Log } from '../../observe/log.js';

/** Why a query gave no rows to look at: there is no database, or it refused the query. */
export type QueryFailure = 'not connected' | { readonly message: string };

/** One `sqlcon`: a named database, opened at start or, with connect_mode 1, by the first query that succeeds in it. */
export class Connection {
  #db: Database | null = null;
  #opening: Promise<boolean> | null = null;

  constructor(
    readonly name: string,
    readonly url: string,
    private readonly databases: Databases,
    private readonly log: Log,
    /** Whether a query opens a database that could not be opened before. */
    private readonly reopens: boolean,
  ) {}

  /** Whether the driver tells how many rows a query changed. */
  get countsChanges(): boolean {
    return this.#db?.capabilities.has('affectedRows') ?? false;
  }

  /** Opens the database; the message when that failed. */
  async open(): Promise<string | null> {
    const opened = await this.databases.open(this.url);
    if (!opened.ok) return `failed to connect to the database [${this.name}]: ${opened.error.message}`;
    this.#db = opened.value;
    return null;
  }

  /** Runs one statement of the database's own SQL. */
  async query(sql: string): Promise<Rows | QueryFailure> {
    const db = this.#db ?? (await this.#reopen());
    if (db === null) return 'not connected';
    const done = await db.rawQuery(sql);
    return done.ok ? done.value : done.error;
  }

  /** Waits for what was asked so far. */
  async close(): Promise<void> {
    await this.#db?.close();
    this.#db = null;
  }

  /** Messages that need the database meanwhile share one attempt. */
  async #reopen(): Promise<Database | null> {
    if (!this.reopens) {
      this.log.error('sqlops', 'no database handle with reconnect disabled');
      return null;
    }
    this.#opening ??= this.#tryOpen().finally(() => {
      this.#opening = null;
    });
    await this.#opening;
    return this.#db;
  }

  async #tryOpen(): Promise<boolean> {
    const failed = await this.open();
    if (failed !== null) this.log.error('sqlops', failed);
    return failed === null;
  }
}

export function isFailure(outcome: Rows | QueryFailure): outcome is QueryFailure {
  return outcome === 'not connected' || !('rows' in outcome);
}
