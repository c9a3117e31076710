import type { Change, ChangeResult, DbResult, DbValue, Query, Rows, SyncDatabase } from '../database.js';
import { checkVersion, versionQuery } from '../table-version.js';
import type { SqliteConnection } from './connection.js';

/** A SQLite file in the calling thread, for start-up and shutdown. */
export class SqliteSyncDatabase implements SyncDatabase {
  constructor(
    readonly url: string,
    private readonly connection: SqliteConnection,
  ) {}

  query(query: Query): DbResult<Rows> {
    return this.connection.query(query);
  }

  rawQuery(sql: string, params: readonly DbValue[] = []): DbResult<Rows> {
    return this.connection.raw(sql, params);
  }

  fetch(query: Query, chunkRows: number): IterableIterator<DbResult<Rows>> {
    return this.connection.chunks(query, chunkRows);
  }

  change(change: Change): DbResult<ChangeResult> {
    return this.connection.change(change);
  }

  transaction(changes: readonly Change[]): DbResult<readonly ChangeResult[]> {
    return this.connection.transaction(changes);
  }

  tableVersion(table: string): DbResult<number> {
    return versionQuery.read(this.query(versionQuery.of(table)));
  }

  checkTable(table: string, expected: number): DbResult<void> {
    return checkVersion(table, expected, this.tableVersion(table));
  }

  close(): void {
    this.connection.close();
  }
}
