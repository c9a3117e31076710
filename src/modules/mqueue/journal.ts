import type { Change, Database } from '../../db/database.js';
import type { Log } from '../../observe/log.js';

/**
 * The rows of a queue of dbmode 4. A change counts once the database says that it is committed; what many messages ask
 * for while the disk is busy shares one commit (the driver groups them).
 */
export class Journal {
  constructor(
    private readonly db: Database,
    private readonly table: string,
    private readonly log: Log,
  ) {}

  /** Writes an item; false when that failed (logged). */
  insert(id: number, key: string, value: string): Promise<boolean> {
    const values = [
      { column: 'id', value: id },
      { column: 'key', value: key },
      { column: 'val', value },
    ];
    return this.#commit([{ op: 'insert', table: this.table, values }], `store key [${key}]`);
  }

  /** Removes items by their row ids; false when that failed (logged). */
  remove(ids: readonly number[]): Promise<boolean> {
    const changes = ids.map(
      (id): Change => ({ op: 'delete', table: this.table, where: [{ column: 'id', value: id }] }),
    );
    return this.#commit(changes, `remove ${ids.length} item(s)`);
  }

  async #commit(changes: readonly Change[], what: string): Promise<boolean> {
    if (changes.length === 0) return true;
    const done = await this.db.transaction(changes);
    if (!done.ok) this.log.error('mqueue', `queue ${this.table}: failed to ${what}: ${done.error.message}`);
    return done.ok;
  }
}
