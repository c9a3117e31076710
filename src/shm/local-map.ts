import { ExpiryWheel } from './expiry-wheel.js';
import { matches } from './filter.js';
import { frozenCopy } from './stored.js';
import type {
  SetOptions,
  Stored,
  ZoneClock,
  ZoneCursor,
  ZoneEntry,
  ZoneFilter,
  ZoneMap,
  ZoneMapOptions,
  ZonePage,
} from './zone.js';

interface Cell<V> {
  value: V;
  /** Milliseconds since the epoch; 0: never. */
  expiresAt: number;
  /** The wheel's second this key waits in; 0: none. */
  dueSecond: number;
  /** Order of writing, which is the map's order; a cursor is the one of the last entry seen. */
  readonly serial: number;
}

/** Pages that are read side by side without starting over; more of them stay right and become slow. */
const OPEN_PAGES = 16;

/** A zone map for one script thread. */
export class LocalMap<V extends Stored = Stored> implements ZoneMap<V> {
  readonly #cells = new Map<string, Cell<V>>();
  readonly #wheel = new ExpiryWheel();
  readonly #pages = new Map<ZoneCursor, IterableIterator<[string, Cell<V>]>>();
  readonly #max: number;
  readonly #ttlMs: number;
  #serial = 0;
  /** Stands at the oldest key; a fresh iterator would walk over all holes that evictions leave. */
  #oldest: IterableIterator<string> | undefined;

  constructor(
    readonly name: string,
    readonly options: ZoneMapOptions,
    private readonly clock: ZoneClock,
  ) {
    this.#max = options.maxEntries ?? Number.POSITIVE_INFINITY;
    this.#ttlMs = options.ttlMs ?? 0;
  }

  get size(): number {
    return this.#cells.size;
  }

  get(key: string): V | undefined {
    return this.#live(key)?.value;
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined;
  }

  entry(key: string): ZoneEntry<V> | undefined {
    const cell = this.#live(key);
    return cell && { key, value: cell.value, expiresAt: cell.expiresAt };
  }

  set(key: string, value: V, options?: SetOptions): boolean {
    return this.#write(key, this.#live(key), this.#kept(value), options);
  }

  add(key: string, value: V, options?: SetOptions): boolean {
    return this.#live(key) === undefined && this.#write(key, undefined, this.#kept(value), options);
  }

  delete(key: string): boolean {
    const live = this.#live(key) !== undefined;
    if (live) this.#remove(key);
    return live;
  }

  deleteIf(key: string, test: (value: V) => boolean): boolean {
    const cell = this.#live(key);
    if (cell === undefined || !test(cell.value)) return false;
    this.#remove(key);
    return true;
  }

  incr(key: string, by = 1, initial = 0): number | undefined {
    const cell = this.#live(key);
    const sum = (typeof cell?.value === 'number' ? cell.value : initial) + by;
    return this.#write(key, cell, sum as V, undefined) ? sum : undefined;
  }

  update(key: string, fn: (current: V | undefined) => V | undefined, options?: SetOptions): V | undefined {
    const cell = this.#live(key);
    const next = fn(cell?.value);
    if (next === undefined) {
      if (cell !== undefined) this.#remove(key);
      return undefined;
    }
    const value = this.#kept(next);
    return this.#write(key, cell, value, options) ? value : undefined;
  }

  touch(key: string, ttlMs: number): boolean {
    const cell = this.#live(key);
    if (cell === undefined) return false;
    this.#expire(key, cell, ttlMs > 0 ? this.clock.now() + ttlMs : 0);
    return true;
  }

  page(limit: number, cursor?: ZoneCursor): ZonePage<V> {
    const entries: ZoneEntry<V>[] = [];
    if (limit <= 0) return { entries, cursor };
    const after = cursor ?? -1;
    let rest = cursor === undefined ? undefined : this.#pages.get(cursor);
    if (rest === undefined) rest = this.#cells.entries();
    else this.#pages.delete(after);
    const now = this.clock.now();
    for (let step = rest.next(); !step.done; step = rest.next()) {
      const [key, cell] = step.value;
      if (cell.serial <= after || expired(cell, now)) continue;
      entries.push({ key, value: cell.value, expiresAt: cell.expiresAt });
      if (entries.length === limit) {
        this.#keepPage(cell.serial, rest);
        return { entries, cursor: cell.serial };
      }
    }
    return { entries, cursor: undefined };
  }

  scan(filter: ZoneFilter, limit = Number.POSITIVE_INFINITY): ZoneEntry<V>[] {
    const found: ZoneEntry<V>[] = [];
    const now = this.clock.now();
    for (const [key, cell] of this.#cells) {
      if (found.length >= limit) break;
      if (expired(cell, now) || !matches(filter, key, cell.value)) continue;
      found.push({ key, value: cell.value, expiresAt: cell.expiresAt });
    }
    return found;
  }

  deleteMatching(filter: ZoneFilter): number {
    const found = this.scan(filter);
    for (const { key } of found) this.#remove(key);
    return found.length;
  }

  takeExpired(limit = Number.POSITIVE_INFINITY): ZoneEntry<V>[] {
    const taken: ZoneEntry<V>[] = [];
    const again: [string, Cell<V>][] = [];
    const now = this.clock.now();
    if (limit <= 0) return taken;
    this.#wheel.drain(now, (key) => {
      const cell = this.#cells.get(key);
      if (cell === undefined) return true;
      cell.dueSecond = 0;
      if (!expired(cell, now)) {
        if (cell.expiresAt !== 0) again.push([key, cell]);
        return true;
      }
      this.#cells.delete(key);
      taken.push({ key, value: cell.value, expiresAt: cell.expiresAt });
      return taken.length < limit;
    });
    for (const [key, cell] of again) cell.dueSecond = this.#wheel.add(key, cell.expiresAt);
    return taken;
  }

  clear(): void {
    this.#cells.clear();
    this.#wheel.clear();
    this.#pages.clear();
    this.#oldest = undefined;
  }

  #kept(value: V): V {
    return this.options.immutable ? value : frozenCopy(value);
  }

  #live(key: string): Cell<V> | undefined {
    const cell = this.#cells.get(key);
    if (cell === undefined || cell.expiresAt === 0 || cell.expiresAt > this.clock.now()) return cell;
    return undefined;
  }

  /** Writes a frozen value. `cell` is the live cell of this key; an expired one is replaced as if it had left. */
  #write(key: string, cell: Cell<V> | undefined, value: V, options: SetOptions | undefined): boolean {
    const ttl = options?.ttlMs ?? this.#ttlMs;
    if (cell !== undefined) {
      cell.value = value;
      const keeps = options?.keepExpiry ?? (options?.ttlMs === undefined && this.options.keepExpiryOnUpdate === true);
      if (!keeps && (ttl > 0 || cell.expiresAt !== 0)) {
        this.#expire(key, cell, ttl > 0 ? this.clock.now() + ttl : 0);
      }
      return true;
    }
    if (this.#cells.has(key)) this.#remove(key);
    if (this.#cells.size >= this.#max && !this.#makeRoom()) return false;
    const fresh: Cell<V> = { value, expiresAt: 0, dueSecond: 0, serial: this.#serial++ };
    this.#cells.set(key, fresh);
    if (ttl > 0) this.#expire(key, fresh, this.clock.now() + ttl);
    return true;
  }

  #expire(key: string, cell: Cell<V>, at: number): void {
    cell.expiresAt = at;
    // A longer life waits for the second it is queued in and is queued again then: one queue entry, however often it is renewed.
    if (at === 0 || (cell.dueSecond !== 0 && cell.dueSecond * 1000 <= at)) return;
    if (cell.dueSecond !== 0) this.#wheel.remove(key, cell.dueSecond);
    cell.dueSecond = this.#wheel.add(key, at);
  }

  #makeRoom(): boolean {
    if (this.options.ownerTakesExpired !== true && this.takeExpired(1).length > 0) return true;
    if (this.options.whenFull !== 'evict-oldest') return false;
    this.#oldest ??= this.#cells.keys();
    let step = this.#oldest.next();
    if (step.done) {
      this.#oldest = this.#cells.keys();
      step = this.#oldest.next();
      if (step.done) return false;
    }
    this.#remove(step.value);
    return true;
  }

  #remove(key: string): void {
    const cell = this.#cells.get(key);
    if (cell === undefined) return;
    if (cell.dueSecond !== 0) this.#wheel.remove(key, cell.dueSecond);
    this.#cells.delete(key);
  }

  #keepPage(cursor: ZoneCursor, rest: IterableIterator<[string, Cell<V>]>): void {
    this.#pages.set(cursor, rest);
    if (this.#pages.size <= OPEN_PAGES) return;
    for (const oldest of this.#pages.keys()) {
      this.#pages.delete(oldest);
      break;
    }
  }
}

function expired(cell: { readonly expiresAt: number }, now: number): boolean {
  return cell.expiresAt !== 0 && cell.expiresAt <= now;
}
