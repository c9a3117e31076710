import type {
  Assignment,
  Capability,
  Change,
  ChangeResult,
  Condition,
  Database,
  DbResult,
  DbValue,
  Query,
  RowCursor,
  Rows,
} from '../database.js';
import { dbError } from '../result.js';
import { checkVersion, versionQuery } from '../table-version.js';
import type { FileClient } from './file-client.js';
import type { Outcome, Work } from './messages.js';

export const SQLITE_CAPABILITIES: ReadonlySet<Capability> = new Set<Capability>([
  'query',
  'raw',
  'insert',
  'delete',
  'update',
  'replace',
  'insertUpdate',
  'fetch',
  'lastInsertId',
  'affectedRows',
  'transaction',
]);

/** A SQLite file as the script thread uses it: every operation is a message to the thread that owns the file. */
export class SqliteDatabase implements Database {
  readonly capabilities = SQLITE_CAPABILITIES;
  #closed = false;

  /** @param release - called when this user of the file is done with it */
  constructor(
    readonly url: string,
    private readonly file: FileClient,
    private readonly release: () => Promise<void>,
  ) {}

  query(query: Query): Promise<DbResult<Rows>> {
    return this.#ask({ kind: 'query', query }) as Promise<DbResult<Rows>>;
  }

  rawQuery(sql: string, params: readonly DbValue[] = []): Promise<DbResult<Rows>> {
    return this.#ask({ kind: 'raw', sql, params }) as Promise<DbResult<Rows>>;
  }

  fetch(query: Query, chunkRows: number): RowCursor {
    const cursor = this.file.newCursor();
    const opened = this.#ask({ kind: 'open-cursor', cursor, query, chunkRows });
    return {
      next: async () => {
        const first = await opened;
        if (!first.ok) return first;
        return (await this.#ask({ kind: 'next-chunk', cursor })) as DbResult<Rows>;
      },
      close: async () => {
        await this.#ask({ kind: 'close-cursor', cursor });
      },
    };
  }

  async change(change: Change): Promise<DbResult<ChangeResult>> {
    const done = await this.transaction([change]);
    return done.ok ? { ok: true, value: done.value[0] as ChangeResult } : done;
  }

  transaction(changes: readonly Change[]): Promise<DbResult<readonly ChangeResult[]>> {
    return this.#ask({ kind: 'changes', changes }) as Promise<DbResult<readonly ChangeResult[]>>;
  }

  insert(table: string, values: readonly Assignment[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'insert', table, values });
  }

  update(table: string, values: readonly Assignment[], where?: readonly Condition[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'update', table, values, where });
  }

  replace(table: string, values: readonly Assignment[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'replace', table, values });
  }

  insertUpdate(table: string, values: readonly Assignment[], key?: readonly string[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'insertUpdate', table, values, key });
  }

  delete(table: string, where?: readonly Condition[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'delete', table, where });
  }

  async tableVersion(table: string): Promise<DbResult<number>> {
    return versionQuery.read(await this.query(versionQuery.of(table)));
  }

  async checkTable(table: string, expected: number): Promise<DbResult<void>> {
    return checkVersion(table, expected, await this.tableVersion(table));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    // A question behind all others: when it is answered, they are.
    const last = this.rawQuery('SELECT 1');
    this.#closed = true;
    await last;
    await this.release();
  }

  #ask(work: Work): Promise<Outcome> {
    return this.#closed ? Promise.resolve(dbError('gone', 'the database is closed')) : this.file.ask(work);
  }
}
