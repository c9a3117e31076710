import { Worker } from 'node:worker_threads';
import { dbError } from '../result.js';
import type { SqliteSettings } from './connection.js';
import type { Outcome, Request, Response, Work } from './messages.js';

/** Operations that may wait at once: a disk that has stopped must not fill the memory. */
const MAX_PENDING = 100_000;

/** The file thread's program. */
const PROGRAM = new URL('./worker.js', import.meta.url);

/** The script thread's end of the thread that owns a file. Everyone who opens the file shares it: one writer per file. */
export class FileClient {
  readonly #pending = new Map<number, (outcome: Outcome) => void>();
  readonly #worker: Worker;
  /** Settles when the file is open, or could not be opened. */
  readonly opened: Promise<Outcome>;
  #outbox: Request[] = [];
  #nextId = 1;
  #nextCursor = 1;
  #gone: string | undefined;

  constructor(private readonly settings: SqliteSettings) {
    this.#worker = new Worker(PROGRAM, { workerData: settings });
    this.#worker.on('message', (responses: readonly Response[]) => {
      for (const { id, outcome } of responses) this.#settle(id, outcome);
    });
    this.#worker.on('error', (error) => this.#lose(`the database thread failed: ${error.message}`));
    this.#worker.on('exit', () => this.#lose('the database is closed'));
    // The thread reports under id 0 whether it could open the file.
    this.opened = new Promise((resolve) => this.#pending.set(0, resolve));
  }

  /** Whether it can be asked anything. */
  get alive(): boolean {
    return this.#gone === undefined;
  }

  newCursor(): number {
    return this.#nextCursor++;
  }

  /** Runs in the order of asking. */
  ask(work: Work): Promise<Outcome> {
    const gone = this.#gone;
    if (gone !== undefined) return Promise.resolve(dbError('gone', gone));
    if (this.#pending.size >= MAX_PENDING && work.kind !== 'close') {
      return Promise.resolve(dbError('locked', `${this.settings.path}: ${MAX_PENDING} operations wait already`));
    }
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#pending.set(id, resolve);
      if (this.#pending.size === 1) this.#worker.ref();
      this.#outbox.push({ id, work });
      // What one turn asks for travels in one message.
      if (this.#outbox.length === 1) queueMicrotask(() => this.#post());
    });
  }

  async close(): Promise<void> {
    if (!this.alive) return;
    await this.ask({ kind: 'close' });
    this.#lose('the database is closed');
    await this.#worker.terminate();
  }

  #post(): void {
    const requests = this.#outbox;
    this.#outbox = [];
    try {
      this.#worker.postMessage(requests);
    } catch (error) {
      for (const { id } of requests) this.#settle(id, dbError('other', String(error)));
    }
  }

  #settle(id: number, outcome: Outcome): void {
    const resolve = this.#pending.get(id);
    this.#pending.delete(id);
    // An idle database does not keep the process alive; one with work does.
    if (this.#pending.size === 0) this.#worker.unref();
    resolve?.(outcome);
  }

  #lose(why: string): void {
    this.#gone ??= why;
    for (const id of [...this.#pending.keys()]) this.#settle(id, dbError('gone', why));
  }
}
