import type { Change, Database, DbValue } from '../../db/database.js';
import type { Log } from '../../observe/log.js';
import type { Queue } from './queue.js';

/** Upstream reads and kts writes this many rows at a time. */
const CHUNK = 100;

/** The table of a queue in SQLite, as upstream's documentation has it. Its name is the queue's. */
export function sqliteTable(name: string): string {
  return (
    `CREATE TABLE IF NOT EXISTS "${name.replaceAll('"', '""')}" (id INTEGER PRIMARY KEY AUTOINCREMENT, ` +
    "key VARCHAR(64) DEFAULT '' NOT NULL, val VARCHAR(4096) DEFAULT '' NOT NULL)"
  );
}

/**
 * Fills a queue from its table, oldest row first; the message when that failed. Items pass through the queue's own
 * rules, so that its bound and its addmode hold for them too.
 */
export async function loadQueue(db: Database, queue: Queue): Promise<string | null> {
  const table = queue.spec.name;
  const cursor = db.fetch({ table, columns: ['id', 'key', 'val'], order: [{ column: 'id' }] }, CHUNK);
  try {
    for (let row = 0; ; ) {
      const chunk = await cursor.next();
      if (!chunk.ok) return `mqueue [${table}]: ${chunk.error.message}`;
      if (chunk.value.rows.length === 0) return null;
      for (const [id, key, value] of chunk.value.rows) {
        if (isNull(key)) return `mqueue [${table}] row [${row}] has NULL key string`;
        if (isNull(value)) return `mqueue [${table}] row [${row}] has NULL value string`;
        queue.load(text(key), text(value), Number(id));
        row++;
      }
    }
  } finally {
    await cursor.close();
  }
}

/** Empties a queue's table; the message when that failed. */
export async function clearTable(db: Database, table: string): Promise<string | null> {
  const done = await db.delete(table, []);
  return done.ok ? null : `failed to clear table ${table}: ${done.error.message}`;
}

/**
 * Appends a queue's items to its table. A part that cannot be written as a whole is written item by item, so that one
 * bad item costs no other; what is lost is logged.
 */
export async function saveQueue(db: Database, queue: Queue, log: Log): Promise<void> {
  const table = queue.spec.name;
  const inserts = queue.list(Number.POSITIVE_INFINITY).map(
    ({ key, value }): Change => ({
      op: 'insert',
      table,
      values: [
        { column: 'key', value: key },
        { column: 'val', value },
      ],
    }),
  );
  let lost = 0;
  for (let i = 0; i < inserts.length; i += CHUNK) {
    const part = inserts.slice(i, i + CHUNK);
    if ((await db.transaction(part)).ok) continue;
    for (const insert of part) {
      const done = await db.change(insert);
      if (done.ok) continue;
      lost++;
      log.error('mqueue', `queue ${table}: failed to store an item: ${done.error.message}`);
    }
  }
  if (lost > 0) log.error('mqueue', `queue ${table}: ${lost} of ${inserts.length} items could not be saved`);
  else log.info('mqueue', `queue [${table}] saved in db`);
}

function isNull(value: DbValue | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function text(value: DbValue | undefined): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return `${value}`;
}
