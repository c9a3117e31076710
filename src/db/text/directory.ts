import { join } from 'node:path';
import type { Change, ChangeResult, DbResult, Query, Rows } from '../database.js';
import { dbError, dbOk } from '../result.js';
import { type FileStamp, loadTable, saveTable, stampOf } from './file.js';
import type { LineFormat } from './line.js';
import { type Edit, type Select, selectOf, statementOf } from './statement.js';
import { type Snapshot, TextTable } from './table.js';

/** What db_text's modparams say of all databases. */
export interface TextSettings extends LineFormat {
  /** Whether a table is read again when its file has changed (db_mode 1). */
  readonly rereads: boolean;
  readonly maxRows: number;
}

/** Operations that may wait at once: a disk that has stopped must not fill the memory. */
const MAX_PENDING = 100_000;

/** One database: a directory with a file per table. Operations run one after the other, in the order of asking. */
export class TextDirectory {
  readonly #tables = new Map<string, { readonly table: TextTable; stamp: FileStamp | undefined }>();
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;

  constructor(
    readonly path: string,
    private readonly settings: TextSettings,
    private readonly warn: (text: string) => void,
  ) {}

  query(query: Query): Promise<DbResult<Rows>> {
    return this.#inOrder(() => this.#select(selectOf(query)));
  }

  /** A statement of `sql.ts`; what it changed is in `affected`. */
  raw(change: Change): Promise<DbResult<Rows>> {
    return this.#inOrder(async () => {
      const statement = statementOf(change);
      if (!statement.ok) return statement;
      if (statement.value.op === 'select') return this.#select(statement.value);
      const done = await this.#edit(statement.value);
      return done.ok ? dbOk({ columns: [], rows: [], affected: done.value.affected }) : done;
    });
  }

  /** All or nothing. */
  changes(changes: readonly Change[]): Promise<DbResult<readonly ChangeResult[]>> {
    return this.#inOrder(async () => {
      const before = new Map<TextTable, Snapshot>();
      const results: ChangeResult[] = [];
      for (const change of changes) {
        const done = await this.#change(change, changes.length > 1 ? before : undefined);
        if (!done.ok) {
          for (const [table, snapshot] of before) table.restore(snapshot);
          return done;
        }
        results.push(done.value);
      }
      return dbOk(results);
    });
  }

  /** Writes tables that have changed; the first failure, when there is one. */
  save(): Promise<DbResult<void>> {
    return this.#inOrder(async () => {
      let outcome: DbResult<void> = dbOk(undefined);
      for (const entry of this.#tables.values()) {
        const { table } = entry;
        if (!table.changed) continue;
        const path = join(this.path, table.name);
        const saved = await saveTable(path, table.columns, table.rows, this.settings.delimiter);
        if (!saved.ok) {
          this.warn(`table ${table.name} was not written: ${saved.error.message}`);
          if (outcome.ok) outcome = saved;
          continue;
        }
        table.changed = false;
        entry.stamp = await stampOf(path);
      }
      return outcome;
    });
  }

  async #select(select: Select): Promise<DbResult<Rows>> {
    const table = await this.#table(select.table);
    return table.ok ? table.value.select(select, this.settings.maxRows) : table;
  }

  async #edit(edit: Edit, before?: Map<TextTable, Snapshot>): Promise<DbResult<ChangeResult>> {
    const found = await this.#table(edit.table);
    if (!found.ok) return found;
    const table = found.value;
    if (before !== undefined && !before.has(table)) before.set(table, table.snapshot());
    return table.edit(edit);
  }

  async #change(change: Change, before?: Map<TextTable, Snapshot>): Promise<DbResult<ChangeResult>> {
    const statement = statementOf(change);
    if (!statement.ok) return statement;
    if (statement.value.op !== 'select') return this.#edit(statement.value, before);
    const read = await this.#select(statement.value);
    return read.ok ? dbOk({ affected: 0, lastInsertId: undefined }) : read;
  }

  async #table(name: string): Promise<DbResult<TextTable>> {
    // A table is a file of this directory, whatever a script makes of the text of a SIP message.
    if (!/^[^/\0]{1,254}$/.test(name) || name.startsWith('.')) return dbError('syntax', `invalid table name [${name}]`);
    const path = join(this.path, name);
    const known = this.#tables.get(name);
    if (known !== undefined && !this.settings.rereads) return dbOk(known.table);
    const stamp = await stampOf(path);
    // A file that is gone leaves its table as it is.
    if (known !== undefined && (stamp === undefined || stamp === known.stamp)) return dbOk(known.table);
    const loaded = await loadTable(path, this.settings);
    if (!loaded.ok) return loaded;
    if (known?.table.changed) this.warn(`${path} was changed by others: what was not written of the table is lost`);
    const table = new TextTable(name, loaded.value);
    this.#tables.set(name, { table, stamp });
    return dbOk(table);
  }

  async #inOrder<T>(work: () => Promise<DbResult<T>>): Promise<DbResult<T>> {
    if (this.#pending >= MAX_PENDING) return dbError('locked', `${this.path}: ${MAX_PENDING} operations wait already`);
    this.#pending++;
    const done = this.#tail.then(work).catch((error: unknown) => dbError('other', `${this.path}: ${error}`));
    this.#tail = done;
    try {
      return await done;
    } finally {
      this.#pending--;
    }
  }
}
