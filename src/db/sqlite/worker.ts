import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Change, DbResult, Rows } from '../database.js';
import { dbOk } from '../result.js';
import { closed, SqliteConnection, type SqliteSettings } from './connection.js';
import type { Outcome, Request, Response, Work } from './messages.js';

/** Changes per commit at most: what waits behind a group waits for its disk write. */
const MAX_GROUP = 512;

interface Cursor {
  readonly chunks: IterableIterator<DbResult<Rows>>;
  /** A connection of its own: one that is read from chunk by chunk can do nothing else. */
  readonly connection: SqliteConnection | undefined;
}

/**
 * The thread that owns a SQLite file. Requests run in the order in which they came; changes that have piled up while the
 * disk was busy share one commit.
 */
class FileThread {
  readonly #waiting: Request[] = [];
  readonly #cursors = new Map<number, Cursor>();
  #scheduled = false;

  constructor(
    private readonly port: MessagePort,
    private readonly settings: SqliteSettings,
    private readonly connection: SqliteConnection,
  ) {
    port.on('message', (requests: readonly Request[]) => {
      this.#waiting.push(...requests);
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#run());
    });
  }

  #run(): void {
    this.#scheduled = false;
    const requests = this.#waiting.splice(0);
    const responses: Response[] = [];
    for (let i = 0; i < requests.length; ) {
      const { id, work } = requests[i] as Request;
      if (work.kind === 'changes') {
        i += this.#commit(requests, i, responses);
        continue;
      }
      responses.push({ id, outcome: this.#do(work) });
      i++;
      if (work.kind === 'close') {
        for (; i < requests.length; i++) {
          responses.push({ id: (requests[i] as Request).id, outcome: closed(this.settings.path) });
        }
        this.port.postMessage(responses);
        this.port.close();
        return;
      }
    }
    this.port.postMessage(responses);
  }

  /** Commits the run of changes that starts at `from`; returns how many requests it took. */
  #commit(requests: readonly Request[], from: number, responses: Response[]): number {
    const batches: (readonly Change[])[] = [];
    for (let i = from; i < requests.length && batches.length < MAX_GROUP; i++) {
      const { work } = requests[i] as Request;
      if (work.kind !== 'changes') break;
      batches.push(work.changes);
    }
    const outcomes =
      batches.length === 1
        ? [this.connection.transaction(batches[0] as readonly Change[])]
        : this.connection.group(batches);
    outcomes.forEach((outcome, i) => {
      responses.push({ id: (requests[from + i] as Request).id, outcome });
    });
    return batches.length;
  }

  #do(work: Exclude<Work, { kind: 'changes' }>): Outcome {
    switch (work.kind) {
      case 'query':
        return this.connection.query(work.query);
      case 'raw':
        return this.connection.raw(work.sql, work.params);
      case 'open-cursor':
        return this.#openCursor(work);
      case 'next-chunk':
        return this.#nextChunk(work.cursor);
      case 'close-cursor':
        return this.#closeCursor(work.cursor);
      case 'close':
        for (const cursor of [...this.#cursors.keys()]) this.#closeCursor(cursor);
        this.connection.close();
        return dbOk(undefined);
    }
  }

  #openCursor({ cursor, query, chunkRows }: Extract<Work, { kind: 'open-cursor' }>): Outcome {
    if (this.settings.path === ':memory:') {
      // Nobody else can open it; the rows are in memory already, so all of them at once cost little more.
      const all = this.connection.query(query);
      this.#cursors.set(cursor, { chunks: [all].values(), connection: undefined });
      return dbOk(undefined);
    }
    const opened = SqliteConnection.open({ ...this.settings, readonly: true });
    if (!opened.ok) return opened;
    this.#cursors.set(cursor, { chunks: opened.value.chunks(query, chunkRows), connection: opened.value });
    return dbOk(undefined);
  }

  #nextChunk(id: number): Outcome {
    const step = this.#cursors.get(id)?.chunks.next();
    if (step === undefined || step.done) {
      this.#closeCursor(id);
      return dbOk({ columns: [], rows: [] });
    }
    if (!step.value.ok) this.#closeCursor(id);
    return step.value;
  }

  #closeCursor(id: number): Outcome {
    const cursor = this.#cursors.get(id);
    this.#cursors.delete(id);
    cursor?.chunks.return?.();
    cursor?.connection?.close();
    return dbOk(undefined);
  }
}

if (parentPort !== null) {
  const settings = workerData as SqliteSettings;
  const opened = SqliteConnection.open(settings);
  parentPort.postMessage([{ id: 0, outcome: opened.ok ? dbOk(undefined) : opened }] satisfies Response[]);
  if (opened.ok) new FileThread(parentPort, settings, opened.value);
}
