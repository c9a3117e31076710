import type { Item, Table } from './table.js';

const MAX_ITERATORS = 4;
const MAX_NAME = 32;

/** A walk over a table's keys as they were at its start; items that left meanwhile are passed over. */
interface Walk {
  readonly table: Table | null;
  readonly keys: readonly string[];
  /** -1 before the first item. */
  at: number;
}

/** The named iterators of one script thread. Failures are messages. */
export class Iterators {
  readonly #walks = new Map<string, Walk>();

  /** Starts, or starts again, a walk over `table` (null: the name given is no table's). */
  start(name: string, table: Table | null, tableName: string): string | null {
    if (!this.#walks.has(name)) {
      if (this.#walks.size >= MAX_ITERATORS) return `no iterator available - max number is ${MAX_ITERATORS}`;
      if (name.length >= MAX_NAME) return `iterator name is too big [${name}] (max ${MAX_NAME})`;
    }
    const keys = table === null ? [] : table.slots().flatMap((slot) => slot.items.map((item) => item.key));
    this.#walks.set(name, { table, keys, at: -1 });
    return table === null ? `cannot get hash table [${tableName}]` : null;
  }

  /** Steps on: true on an item, false at the end. After the end the next step starts over. */
  next(name: string): boolean | string {
    const walk = this.#walks.get(name);
    if (!walk) {
      return this.#walks.size < MAX_ITERATORS ? `iterator not initialized [${name}]` : `iterator not found [${name}]`;
    }
    if (walk.table === null) return `iterator not initialized [${name}]`;
    return step(walk, walk.table);
  }

  end(name: string): string | null {
    return this.#walks.delete(name) ? null : `iterator not found [${name}]`;
  }

  /** The item an iterator stands on; null when on none. */
  current(name: string): Item | null {
    const walk = this.#walks.get(name);
    const key = walk?.keys[walk.at];
    return (key !== undefined && walk?.table?.item(key)) || null;
  }

  /** The table and key an iterator stands on, or why there is none. */
  position(name: string): { readonly table: Table; readonly key: string } | string {
    const walk = this.#walks.get(name);
    if (!walk?.table) return `iterator not initialized [${name}]`;
    const key = walk.keys[walk.at];
    return key === undefined ? `iterator not used [${name}]` : { table: walk.table, key };
  }

  /** Removes the item stood on and steps on: true on an item, false at the end. */
  remove(name: string): boolean | string {
    const position = this.position(name);
    if (typeof position === 'string') return position;
    position.table.delete(position.key);
    return step(this.#walks.get(name)!, position.table);
  }
}

function step(walk: Walk, table: Table): boolean {
  for (walk.at++; walk.at < walk.keys.length; walk.at++) if (table.has(walk.keys[walk.at]!)) return true;
  walk.at = -1;
  return false;
}
