import type { Assignment, Database, DbValue } from '../../db/database.js';
import type { TableSpec } from './spec.js';
import type { ItemValue, Table } from './table.js';

/** How items stand in a table of the database (upstream's `htable` table, version 2). */
export interface Layout {
  readonly keyName: string;
  readonly keyType: string;
  readonly valueType: string;
  readonly keyValue: string;
  readonly expires: string;
  /** Appended to an array's name for the item that holds its length. */
  readonly arraySizeSuffix: string;
  /** Whether the expiry column is read and written. */
  readonly withExpires: boolean;
  readonly fetchRows: number;
}

/** `key_type` of an item that is one of several of its name. */
const ARRAY = 1;
/** `value_type` of an integer. */
const INTEGER = 1;

interface LoadedItem {
  readonly key: string;
  readonly value: ItemValue;
  /** Unix seconds; 0: the table's own expiry. */
  readonly expires: number;
}

/** Replaces a table's items by those of its database table; the message when that failed, and then nothing has changed. */
export async function loadTable(db: Database, table: Table, layout: Layout, now: number): Promise<string | null> {
  const items = await readItems(db, table.spec, layout, now);
  if (typeof items === 'string') return items;
  table.replace(items.map(({ key, value, expires }) => ({ key, value, seconds: expires > 0 ? expires - now : 0 })));
  table.loaded = true;
  return null;
}

async function readItems(
  db: Database,
  spec: TableSpec,
  layout: Layout,
  now: number,
): Promise<readonly LoadedItem[] | string> {
  const packed = spec.cols.length > 0;
  const withExpires = layout.withExpires && spec.autoexpire > 0;
  const columns = packed
    ? spec.cols
    : [layout.keyName, layout.keyType, layout.valueType, layout.keyValue, ...(withExpires ? [layout.expires] : [])];
  const cursor = db.fetch({ table: spec.dbtable, columns, order: [{ column: columns[0]! }] }, layout.fetchRows);
  const items: LoadedItem[] = [];
  const arrays = new Map<string, number>();
  try {
    for (;;) {
      const chunk = await cursor.next();
      if (!chunk.ok) return `Error while querying db: ${chunk.error.message}`;
      if (chunk.value.rows.length === 0) break;
      for (const row of chunk.value.rows) {
        if (row[0] === null || row[0] === undefined)
          return `htable [${spec.name}] row [${items.length}] has NULL key value`;
        const name = cellText(row[0]);
        if (packed) {
          items.push({ key: name, value: pack(row, spec), expires: 0 });
          continue;
        }
        const expires = withExpires ? Number(row[4] ?? 0) : 0;
        if (expires > 0 && expires < now) continue;
        const place = arrays.get(name) ?? 0;
        const isArray = Number(row[1]) === ARRAY;
        if (isArray) arrays.set(name, place + 1);
        const cell = row[3];
        if (cell === null || cell === undefined) return `null value in row ${items.length}`;
        items.push({
          key: isArray ? `${name}[${place}]` : name,
          value: Number(row[2]) === INTEGER ? cellNumber(cell) : cellText(cell),
          expires,
        });
      }
    }
  } finally {
    await cursor.close();
  }
  for (const [name, size] of arrays) items.push({ key: `${name}${layout.arraySizeSuffix}`, value: size, expires: 0 });
  return items;
}

/** The columns after the key's as one text. */
function pack(row: readonly DbValue[], spec: TableSpec): string {
  return row
    .slice(1)
    .map((cell) => (cell === null ? spec.colnull : cellText(cell)))
    .join(spec.coldelim);
}

function cellText(cell: DbValue): string {
  if (typeof cell === 'string') return cell;
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('latin1');
  if (cell instanceof Date) return cell.toISOString().slice(0, 19).replace('T', ' ');
  return cell === null ? '' : `${cell}`;
}

function cellNumber(cell: DbValue): number {
  if (typeof cell === 'number') return cell;
  const digits = /^\s*([+-]?\d+)/.exec(cellText(cell));
  return digits ? Number(digits[1]) : 0;
}

/** Replaces the database table's rows by the table's items, all or nothing; the message when that failed. */
export async function saveTable(db: Database, table: Table, layout: Layout): Promise<string | null> {
  const { spec } = table;
  const insert = (values: readonly Assignment[]) => ({ op: 'insert', table: spec.dbtable, values }) as const;
  const withExpires = layout.withExpires && spec.autoexpire > 0;
  const result = await db.transaction([
    { op: 'delete', table: spec.dbtable },
    ...table
      .items()
      .map(({ key, value, expires }) =>
        insert([
          { column: layout.keyName, value: key },
          { column: layout.keyType, value: 0 },
          { column: layout.valueType, value: typeof value === 'string' ? 0 : INTEGER },
          { column: layout.keyValue, value: `${value}` },
          ...(withExpires ? [{ column: layout.expires, value: expires }] : []),
        ]),
      ),
  ]);
  return result.ok ? null : result.error.message;
}
