import { stat } from 'node:fs/promises';
import type { Change, ChangeResult, DbResult, DbValue, Query, Rows } from '../database.js';
import { dbError, dbOk } from '../result.js';
import { TextDirectory, type TextSettings } from './directory.js';

/** What a database is asked, as data: the thread that holds the tables may be another one. */
export type TextWork =
  | { readonly kind: 'open' }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'raw'; readonly sql: string; readonly params: readonly DbValue[] }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'close' };

export type TextOutcome = DbResult<Rows> | DbResult<readonly ChangeResult[]> | DbResult<void>;

/** Does work on the database in a directory. */
export type TextEngine = (directory: string, work: TextWork) => Promise<TextOutcome>;

/** All databases of a server, by their directories. Tables stay in memory once they have been read. */
export class TextStore {
  readonly #directories = new Map<string, { readonly directory: TextDirectory; users: number }>();

  constructor(
    private readonly settings: TextSettings,
    private readonly warn: (text: string) => void,
  ) {}

  readonly run: TextEngine = async (path, work) => {
    const entry = this.#directories.get(path);
    if (work.kind === 'open') return this.#open(path);
    if (entry === undefined) return dbError('gone', `${path}: the database is closed`);
    const { directory } = entry;
    switch (work.kind) {
      case 'query':
        return directory.query(work.query);
      case 'raw':
        return directory.raw({ op: 'raw', sql: work.sql, params: work.params });
      case 'changes':
        return directory.changes(work.changes);
      case 'close':
        entry.users--;
        return entry.users > 0 ? dbOk(undefined) : directory.save();
    }
  };

  /** Writes what has changed; false when a table could not be written (logged). */
  async save(): Promise<boolean> {
    const saved = await Promise.all([...this.#directories.values()].map(({ directory }) => directory.save()));
    return saved.every((outcome) => outcome.ok);
  }

  async #open(path: string): Promise<DbResult<void>> {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isDirectory()) return dbError('gone', `database [${path}] does not exist: a directory is needed`);
    const known = this.#directories.get(path);
    if (known !== undefined) known.users++;
    else {
      const directory = new TextDirectory(path, this.settings, this.warn);
      this.#directories.set(path, { directory, users: 1 });
    }
    return dbOk(undefined);
  }
}
