import type { DueWheel } from './due-wheel.js';
import { Entry } from './entry.js';
import type { EntryTable } from './entry-table.js';
import { matches } from './filter.js';
import type { ReadPlaces } from './read-places.js';
import type { SharedHeap } from './shared-heap.js';
import type { Stored, ZoneCursor, ZoneEntry, ZoneFilter, ZonePage } from './zone.js';

/** Entries that are read while the lock is held once: some tens of microseconds. */
const AT_ONCE = 64;

/** An entry as it was read, and which writing of it that was. */
export interface SeenEntry<V> extends ZoneEntry<V> {
  readonly serial: number;
  readonly version: number;
}

interface MapParts {
  readonly table: EntryTable;
  readonly wheel: DueWheel;
  readonly places: ReadPlaces;
}

/** Reads many entries of a map, a few at a time. What patterns there are run on copies, with no lock held. */
export class MapReader<V extends Stored> {
  readonly #heap: SharedHeap;
  readonly #object: number;
  readonly #parts: MapParts;
  readonly #frozen: boolean;

  constructor(heap: SharedHeap, object: number, parts: MapParts, frozen: boolean) {
    this.#heap = heap;
    this.#object = object;
    this.#parts = parts;
    this.#frozen = frozen;
  }

  page(limit: number, cursor?: ZoneCursor): ZonePage<V> {
    const entries: ZoneEntry<V>[] = [];
    if (limit <= 0) return { entries, cursor };
    const add = (p: number, key: string): unknown => entries.push(this.#entry(p, key));
    let at = cursor;
    do at = this.#readOn(Math.min(AT_ONCE, limit - entries.length), at, '', add);
    while (at !== undefined && entries.length < limit);
    return { entries, cursor: at };
  }

  scan(filter: ZoneFilter, limit: number): ZoneEntry<V>[] {
    const found: ZoneEntry<V>[] = [];
    let at: ZoneCursor | undefined;
    do {
      const entries: ZoneEntry<V>[] = [];
      at = this.#readOn(AT_ONCE, at, filter.keyPrefix, (p, key) => entries.push(this.#entry(p, key)));
      for (const entry of entries) {
        if (found.length < limit && matches(filter, entry.key, entry.value)) found.push(entry);
      }
    } while (at !== undefined && found.length < limit);
    if (at !== undefined) this.#giveUp(at);
    return found;
  }

  /** Entries that match, as they are read. */
  *versions(filter: ZoneFilter): Generator<SeenEntry<V>> {
    const { table } = this.#parts;
    let at: ZoneCursor | undefined;
    do {
      const entries: SeenEntry<V>[] = [];
      at = this.#readOn(AT_ONCE, at, filter.keyPrefix, (p, key) =>
        entries.push({ ...this.#entry(p, key), serial: table.serialOf(p), version: table.versionOf(p) }),
      );
      for (const entry of entries) if (matches(filter, entry.key, entry.value)) yield entry;
    } while (at !== undefined);
  }

  #entry(p: number, key: string): ZoneEntry<V> {
    const { table, wheel } = this.#parts;
    return { key, value: table.valueOf(p, this.#frozen) as V, expiresAt: wheel.expiresAt(p) };
  }

  /** Shows `see` the entries behind a cursor that begin with a prefix; `limit` bounds those that are looked at. */
  #readOn(
    limit: number,
    cursor: ZoneCursor | undefined,
    prefix: string | undefined,
    see: (p: number, key: string) => unknown,
  ): ZoneCursor | undefined {
    const { table, wheel, places } = this.#parts;
    const { words } = this.#heap.memory;
    const now = this.#heap.clock.now();
    this.#heap.lock(this.#object);
    try {
      let seen = 0;
      for (let p = places.leave(cursor); p !== 0; p = words[p + Entry.NEXT]!) {
        if (wheel.isExpired(p, now)) continue;
        const key = table.keyOf(p);
        if (prefix === undefined || key.startsWith(prefix)) see(p, key);
        if (++seen >= limit) return places.stand(p);
      }
      return undefined;
    } finally {
      this.#heap.unlock(this.#object);
    }
  }

  /** Leaves the place that a cursor stands for. */
  #giveUp(cursor: ZoneCursor): void {
    this.#heap.lock(this.#object);
    try {
      this.#parts.places.leave(cursor);
    } finally {
      this.#heap.unlock(this.#object);
    }
  }
}
