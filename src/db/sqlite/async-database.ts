import { Worker } from 'node:worker_threads';
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
import type { SqliteSettings } from './connection.js';
import type { Outcome, Request, Response, Work } from './messages.js';

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

/** Operations that may wait at once: a disk that has stopped must not fill the memory. */
const MAX_PENDING = 100_000;

/** The file thread's program. */
const PROGRAM = new URL('./worker.js', import.meta.url);

/** A SQLite file as the script thread uses it: every operation is a message to the thread that owns the file. */
export class SqliteDatabase implements Database {
  readonly capabilities = SQLITE_CAPABILITIES;
  readonly #pending = new Map<number, (outcome: Outcome) => void>();
  #outbox: Request[] = [];
  #nextId = 1;
  #nextCursor = 1;
  #gone: string | undefined;

  private constructor(
    readonly url: string,
    private readonly worker: Worker,
  ) {
    worker.on('message', (responses: readonly Response[]) => {
      for (const { id, outcome } of responses) this.#settle(id, outcome);
    });
    worker.on('error', (error) => this.#lose(`the database thread failed: ${error.message}`));
    worker.on('exit', () => this.#lose('the database is closed'));
  }

  /** Starts the file's thread and opens the file in it. */
  static async open(url: string, settings: SqliteSettings): Promise<DbResult<SqliteDatabase>> {
    const worker = new Worker(PROGRAM, { workerData: settings });
    const database = new SqliteDatabase(url, worker);
    // The thread reports under id 0 whether it could open the file.
    const opened = await new Promise<Outcome>((resolve) => database.#pending.set(0, resolve));
    if (opened.ok) {
      worker.unref();
      return { ok: true, value: database };
    }
    await worker.terminate();
    return opened;
  }

  query(query: Query): Promise<DbResult<Rows>> {
    return this.#ask({ kind: 'query', query }) as Promise<DbResult<Rows>>;
  }

  rawQuery(sql: string, params: readonly DbValue[] = []): Promise<DbResult<Rows>> {
    return this.#ask({ kind: 'raw', sql, params }) as Promise<DbResult<Rows>>;
  }

  fetch(query: Query, chunkRows: number): RowCursor {
    const cursor = this.#nextCursor++;
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
    if (this.#gone !== undefined) return;
    await this.#ask({ kind: 'close' });
    this.#lose('the database is closed');
    await this.worker.terminate();
  }

  #ask(work: Work): Promise<Outcome> {
    const gone = this.#gone;
    if (gone !== undefined) return Promise.resolve(dbError('gone', gone));
    if (this.#pending.size >= MAX_PENDING && work.kind !== 'close') {
      return Promise.resolve(dbError('locked', `${this.url}: ${MAX_PENDING} operations wait already`));
    }
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#pending.set(id, resolve);
      if (this.#pending.size === 1) this.worker.ref();
      this.#outbox.push({ id, work });
      // What one turn asks for travels in one message.
      if (this.#outbox.length === 1) queueMicrotask(() => this.#post());
    });
  }

  #post(): void {
    const requests = this.#outbox;
    this.#outbox = [];
    try {
      this.worker.postMessage(requests);
    } catch (error) {
      for (const { id } of requests) this.#settle(id, dbError('other', String(error)));
    }
  }

  #settle(id: number, outcome: Outcome): void {
    const resolve = this.#pending.get(id);
    this.#pending.delete(id);
    // An idle database does not keep the process alive; one with work does.
    if (this.#pending.size === 0) this.worker.unref();
    resolve?.(outcome);
  }

  #lose(why: string): void {
    this.#gone ??= why;
    for (const id of [...this.#pending.keys()]) this.#settle(id, dbError('gone', why));
  }
}
