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
import { dbError, dbOk } from '../result.js';
import { checkVersion, versionQuery } from '../table-version.js';
import type { TextEngine, TextOutcome, TextWork } from './store.js';

export const TEXT_CAPABILITIES: ReadonlySet<Capability> = new Set<Capability>([
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

/** One user's view of a directory of text files. */
export class TextDatabase implements Database {
  readonly capabilities = TEXT_CAPABILITIES;
  #closed = false;

  constructor(
    readonly url: string,
    private readonly directory: string,
    private readonly engine: TextEngine,
  ) {}

  query(query: Query): Promise<DbResult<Rows>> {
    return this.#ask({ kind: 'query', query }) as Promise<DbResult<Rows>>;
  }

  rawQuery(sql: string, params: readonly DbValue[] = []): Promise<DbResult<Rows>> {
    return this.#ask({ kind: 'raw', sql, params }) as Promise<DbResult<Rows>>;
  }

  /** The rows as they are when they are first asked for: they are in memory anyway. */
  fetch(query: Query, chunkRows: number): RowCursor {
    const all = this.query(query);
    let from = 0;
    return {
      next: async () => {
        const rows = await all;
        if (!rows.ok) return rows;
        const chunk = rows.value.rows.slice(from, from + chunkRows);
        from += chunk.length;
        return dbOk({ columns: rows.value.columns, rows: chunk });
      },
      close: async () => {
        await all;
      },
    };
  }

  async change(change: Change): Promise<DbResult<ChangeResult>> {
    const done = await this.transaction([change]);
    return done.ok ? dbOk(done.value[0]!) : done;
  }

  transaction(changes: readonly Change[]): Promise<DbResult<readonly ChangeResult[]>> {
    return this.#ask({ kind: 'changes', changes }) as Promise<DbResult<readonly ChangeResult[]>>;
  }

  insert(table: string, values: readonly Assignment[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'insert', table, values });
  }

  update(table: string, values: readonly Assignment[], where?: readonly Condition[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'update', table, values, ...(where ? { where } : {}) });
  }

  replace(table: string, values: readonly Assignment[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'replace', table, values });
  }

  insertUpdate(table: string, values: readonly Assignment[], key?: readonly string[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'insertUpdate', table, values, ...(key ? { key } : {}) });
  }

  delete(table: string, where?: readonly Condition[]): Promise<DbResult<ChangeResult>> {
    return this.change({ op: 'delete', table, ...(where ? { where } : {}) });
  }

  async tableVersion(table: string): Promise<DbResult<number>> {
    return versionQuery.read(await this.query(versionQuery.of(table)));
  }

  async checkTable(table: string, expected: number): Promise<DbResult<void>> {
    return checkVersion(table, expected, await this.tableVersion(table));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.engine(this.directory, { kind: 'close' });
  }

  #ask(work: TextWork): Promise<TextOutcome> {
    if (this.#closed) return Promise.resolve(dbError('gone', 'the database is closed'));
    return this.engine(this.directory, work);
  }
}
