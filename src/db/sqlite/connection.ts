import { statSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import type {
  Change,
  ChangeResult,
  Column,
  DbError,
  DbErrorCode,
  DbResult,
  DbValue,
  Query,
  Rows,
} from '../database.js';
import { dbError, dbOk } from '../result.js';
import { changeSql, type Dialect, type Sql, selectSql } from '../sql.js';
import { declaredType, fromSqlite, type SqliteValue, toSqlite, valueType } from './values.js';

/** How a file is opened (db_sqlite's modparams). */
export interface SqliteSettings {
  readonly path: string;
  readonly readonly: boolean;
  /** Upstream's `db_set_journal_mode`; WAL when absent, so that reading and writing do not wait for each other. */
  readonly journalMode: string | undefined;
  /** How long a statement waits for another writer, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** What tells a file from another one that took its place. */
interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

function identity(path: string): FileIdentity | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** Prepared statements kept per connection; scripts and modules use a few dozen texts. */
const MAX_PREPARED = 256;

export const sqliteDialect: Dialect = {
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  insertUpdate(table, columns, key) {
    const names = columns.map((c) => this.quote(c));
    const rest = columns.filter((c) => !key.includes(c)).map((c) => `${this.quote(c)} = excluded.${this.quote(c)}`);
    const target = key.length > 0 ? `(${key.map((c) => this.quote(c)).join(', ')}) ` : '';
    const action = rest.length > 0 ? `UPDATE SET ${rest.join(', ')}` : 'NOTHING';
    const marks = columns.map(() => '?').join(', ');
    return `INSERT INTO ${this.quote(table)} (${names.join(', ')}) VALUES (${marks}) ON CONFLICT ${target}DO ${action}`;
  },
};

/** Result codes of SQLite, by the start of their name. */
const CODES: readonly (readonly [prefix: string, code: DbErrorCode])[] = [
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CONSTRAINT', 'constraint'],
  ['SQLITE_READONLY', 'readonly'],
  ['SQLITE_CANTOPEN', 'gone'],
  ['SQLITE_IOERR', 'gone'],
  ['SQLITE_NOTADB', 'gone'],
  ['SQLITE_CORRUPT', 'gone'],
  ['SQLITE_ERROR', 'syntax'],
  ['SQLITE_RANGE', 'syntax'],
];

type Statement = SqliteDatabase.Statement<SqliteValue[], SqliteValue[]>;

/** A group of changes that SQLite has taken back as a whole. */
class GroupEnded extends Error {
  readonly code = 'SQLITE_FULL';
}

/** One open SQLite file, synchronous. Nothing throws: failures are results. */
export class SqliteConnection {
  readonly #statements = new Map<string, Statement>();

  /** @param file - what the path named when it was opened; null for a database without a file */
  private constructor(
    private readonly db: SqliteDatabase.Database,
    private readonly file: FileIdentity | null,
  ) {}

  static open(settings: SqliteSettings): DbResult<SqliteConnection> {
    try {
      const db = new SqliteDatabase(settings.path, {
        readonly: settings.readonly,
        timeout: settings.busyTimeoutMs,
      });
      try {
        if (!settings.readonly) db.pragma(`journal_mode = ${settings.journalMode ?? 'WAL'}`);
        // In WAL mode a crash of the machine may lose the last commits, never the file's integrity.
        db.pragma('synchronous = NORMAL');
      } catch (error) {
        db.close();
        throw error;
      }
      return dbOk(new SqliteConnection(db, settings.path === ':memory:' ? null : identity(settings.path)));
    } catch (error) {
      return { ok: false, error: describe(error, settings.path) };
    }
  }

  query(query: Query): DbResult<Rows> {
    return this.#attempt(() => this.#read(selectSql(query, sqliteDialect)));
  }

  raw(sql: string, params: readonly DbValue[]): DbResult<Rows> {
    // The text holds bytes as latin1 characters, as values do.
    const text = Buffer.from(sql, 'latin1').toString('utf8');
    return this.#attempt(() => this.#read({ text, params }));
  }

  change(change: Change): DbResult<ChangeResult> {
    return this.#attempt(() => this.#write(change));
  }

  /** All or nothing. */
  transaction(changes: readonly Change[]): DbResult<readonly ChangeResult[]> {
    if (!this.#isInPlace()) return this.#misplaced();
    return this.#attempt(() => this.db.transaction(() => changes.map((change) => this.#write(change))).immediate());
  }

  /**
   * One commit for changes that have nothing to do with each other: each succeeds or fails alone. When the commit itself
   * fails, all of them have failed.
   */
  group(batches: readonly (readonly Change[])[]): DbResult<readonly ChangeResult[]>[] {
    if (!this.#isInPlace()) return batches.map(() => this.#misplaced());
    const outcome = this.#attempt(() =>
      this.db.transaction(() => batches.map((changes) => this.#part(changes))).immediate(),
    );
    return outcome.ok ? outcome.value : batches.map(() => outcome);
  }

  /** One of a group. A full disk may end the whole transaction: what came behind would be committed, and told to have failed. */
  #part(changes: readonly Change[]): DbResult<readonly ChangeResult[]> {
    const outcome = this.#attempt(() =>
      changes.length === 1
        ? // A statement is all or nothing by itself.
          [this.#write(changes[0] as Change)]
        : // A transaction inside a transaction is a savepoint.
          this.db.transaction(() => changes.map((change) => this.#write(change)))(),
    );
    if (!this.db.inTransaction) throw new GroupEnded(outcome.ok ? 'the transaction has ended' : outcome.error.message);
    return outcome;
  }

  /** Rows as they are asked for; the connection is busy until the iteration ends. */
  *chunks(query: Query, chunkRows: number): IterableIterator<DbResult<Rows>> {
    try {
      const sql = selectSql(query, sqliteDialect);
      // Not a shared statement: it is in use for as long as somebody reads from it.
      const statement = this.#prepare(sql.text);
      const columns = statement.columns();
      let raw: SqliteValue[][] = [];
      for (const row of statement.iterate(...sql.params.map(toSqlite))) {
        raw.push(row);
        if (raw.length < chunkRows) continue;
        yield dbOk(typed(columns, raw));
        raw = [];
      }
      if (raw.length > 0) yield dbOk(typed(columns, raw));
    } catch (error) {
      yield { ok: false, error: describe(error, this.db.name) };
    }
  }

  close(): void {
    this.#statements.clear();
    this.db.close();
  }

  /** SQLite goes on writing to a file that was moved or removed, where no next start would look for it. */
  #isInPlace(): boolean {
    if (this.file === null) return true;
    const now = identity(this.db.name);
    return now !== null && now.ino === this.file.ino && now.dev === this.file.dev;
  }

  #misplaced(): { readonly ok: false; readonly error: DbError } {
    return { ok: false, error: { code: 'gone', message: `${this.db.name}: the file has been moved or removed` } };
  }

  #read(sql: Sql): Rows {
    const statement = this.#statement(sql.text);
    const params = sql.params.map(toSqlite);
    if (!statement.reader) {
      const { changes } = statement.run(...params);
      return { columns: [], rows: [], affected: changes };
    }
    return typed(statement.columns(), statement.all(...params));
  }

  #write(change: Change): ChangeResult {
    const sql = changeSql(change, sqliteDialect);
    const statement = this.#statement(sql.text);
    const params = sql.params.map(toSqlite);
    if (statement.reader) {
      statement.all(...params);
      return { affected: 0, lastInsertId: undefined };
    }
    const { changes, lastInsertRowid } = statement.run(...params);
    const inserts = changes > 0 && change.op !== 'update' && change.op !== 'delete';
    return { affected: changes, lastInsertId: inserts ? Number(lastInsertRowid) : undefined };
  }

  #statement(text: string): Statement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#prepare(text);
    if (this.#statements.size >= MAX_PREPARED) this.#statements.clear();
    this.#statements.set(text, statement);
    return statement;
  }

  #prepare(text: string): Statement {
    const statement = this.db.prepare<SqliteValue[], SqliteValue[]>(text).safeIntegers(true);
    return statement.reader ? statement.raw(true) : statement;
  }

  #attempt<T>(work: () => T): DbResult<T> {
    try {
      return dbOk(work());
    } catch (error) {
      return { ok: false, error: describe(error, this.db.name) };
    }
  }
}

function typed(definitions: readonly SqliteDatabase.ColumnDefinition[], raw: readonly SqliteValue[][]): Rows {
  const columns: Column[] = definitions.map((d, i) => ({
    name: Buffer.from(d.name, 'utf8').toString('latin1'),
    type: declaredType(d.type) ?? valueType(raw[0]?.[i]),
  }));
  const rows = raw.map((row) => row.map((value, i) => fromSqlite(value, (columns[i] as Column).type)));
  return { columns, rows };
}

function describe(error: unknown, path: string): DbError {
  const name = (error as { code?: unknown }).code;
  const message = `${path}: ${error instanceof Error ? error.message : String(error)}`;
  if (typeof name === 'string') {
    const code = CODES.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (code !== undefined) return { code, message };
  }
  // better-sqlite3 itself complains with TypeError (unusable path, closed connection) and RangeError (several statements).
  if (error instanceof RangeError) return { code: 'syntax', message };
  if (error instanceof TypeError) return { code: 'gone', message };
  return { code: 'other', message };
}

/** A closed connection's answer. */
export function closed(path: string): DbResult<never> {
  return dbError('gone', `${path}: the database is closed`);
}
