import { Entry } from './entry.js';
import type { EntryTable } from './entry-table.js';
import type { SharedMemory } from './memory.js';
import { Obj } from './object.js';
import type { ZoneCursor } from './zone.js';

/** Readers that can stand in the middle of a map side by side; more of them stay right and become slow. */
const PLACES = 16;
/** Words of a place: the cursor (a double) and the last entry that was read (0: the reader is in front of all). */
const PLACE = 4;
const ENTRY = 2;

/**
 * Where readers of pages stand. An entry that leaves moves the readers that stand on it back to the one before, so that
 * reading goes on without a search, from any thread. Called with the map's lock held.
 */
export class ReadPlaces {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  constructor(
    memory: SharedMemory,
    private readonly object: number,
    private readonly table: EntryTable,
  ) {
    this.#words = memory.words;
    this.#doubles = memory.doubles;
  }

  /** The entry to go on with; it, or one behind it, is the first beyond the cursor. */
  leave(cursor: ZoneCursor | undefined): number {
    if (cursor === undefined) return this.table.first;
    const words = this.#words;
    for (let i = 0; i < PLACES; i++) {
      const place = this.object + Obj.PLACES + i * PLACE;
      if (!this.#isTaken(i) || this.#doubles[place >> 1] !== cursor) continue;
      words[this.object + Obj.PLACES_TAKEN]! &= ~(1 << i);
      const entry = words[place + ENTRY]!;
      return entry === 0 ? this.table.first : words[entry + Entry.NEXT]!;
    }
    let p = this.table.first;
    while (p !== 0 && this.table.serialOf(p) <= cursor) p = words[p + Entry.NEXT]!;
    return p;
  }

  /** Stands on an entry until the reader comes back with the cursor that is returned. */
  stand(p: number): ZoneCursor {
    const words = this.#words;
    let i = 0;
    while (i < PLACES && this.#isTaken(i)) i++;
    if (i === PLACES) i = words[this.object + Obj.PLACES_TURN]!++ & (PLACES - 1);
    const place = this.object + Obj.PLACES + i * PLACE;
    const cursor = this.table.serialOf(p);
    this.#doubles[place >> 1] = cursor;
    words[place + ENTRY] = p;
    words[this.object + Obj.PLACES_TAKEN]! |= 1 << i;
    return cursor;
  }

  /** An entry is about to leave. */
  moveOff(p: number): void {
    const words = this.#words;
    if (words[this.object + Obj.PLACES_TAKEN] === 0) return;
    for (let i = 0; i < PLACES; i++) {
      const entry = this.object + Obj.PLACES + i * PLACE + ENTRY;
      if (words[entry] === p) words[entry] = words[p + Entry.PREVIOUS]!;
    }
  }

  clear(): void {
    this.#words[this.object + Obj.PLACES_TAKEN] = 0;
  }

  #isTaken(i: number): boolean {
    return (this.#words[this.object + Obj.PLACES_TAKEN]! & (1 << i)) !== 0;
  }
}
