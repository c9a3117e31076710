import { DueWheel } from './due-wheel.js';
import { EntryTable } from './entry-table.js';
import { MapReader, type SeenEntry } from './map-reader.js';
import { MapFlag, Obj } from './object.js';
import { ReadPlaces } from './read-places.js';
import type { SharedHeap } from './shared-heap.js';
import { frozenCopy } from './stored.js';
import type { SetOptions, Stored, ZoneCursor, ZoneEntry, ZoneFilter, ZoneMap, ZonePage } from './zone.js';

/** Entries that are taken out while the lock is held once: some tens of microseconds. */
const AT_ONCE = 64;

/** Evictions that a new entry may cost when the memory is full: the blocks that get free need not be of its size. */
const MOST_EVICTIONS = 1000;

/** A zone map in shared memory. Whatever it gives out is a copy of the caller's own. */
export class SharedMap<V extends Stored = Stored> implements ZoneMap<V> {
  readonly #heap: SharedHeap;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #table: EntryTable;
  readonly #wheel: DueWheel;
  readonly #places: ReadPlaces;
  readonly #reader: MapReader<V>;
  readonly #max: number;
  readonly #ttlMs: number;
  readonly #flags: number;
  readonly #frozen: boolean;

  /** Opens the map whose object is at a word of the memory. */
  constructor(
    readonly name: string,
    heap: SharedHeap,
    at: number,
  ) {
    this.#heap = heap;
    this.#words = heap.memory.words;
    const { doubles } = heap.memory;
    this.#at = at;
    this.#table = new EntryTable(heap, at + Obj.TABLE, true);
    this.#wheel = new DueWheel(heap, at);
    this.#places = new ReadPlaces(heap.memory, at, this.#table);
    this.#max = doubles[(at + Obj.MAX) >> 1]!;
    this.#ttlMs = doubles[(at + Obj.TTL) >> 1]!;
    this.#flags = this.#words[at + Obj.FLAGS]!;
    this.#frozen = (this.#flags & MapFlag.IMMUTABLE) === 0;
    this.#reader = new MapReader(
      heap,
      at,
      { table: this.#table, wheel: this.#wheel, places: this.#places },
      this.#frozen,
    );
  }

  get size(): number {
    return this.#table.count;
  }

  /** Whether expired entries are left to the map's owner. */
  get ownerTakesExpired(): boolean {
    return (this.#flags & MapFlag.OWNER_TAKES) !== 0;
  }

  get(key: string): V | undefined {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#live(this.#table.find());
      return p === 0 ? undefined : this.#value(p);
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  has(key: string): boolean {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      return this.#live(this.#table.find()) !== 0;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  entry(key: string): ZoneEntry<V> | undefined {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#live(this.#table.find());
      return p === 0 ? undefined : { key, value: this.#value(p), expiresAt: this.#wheel.expiresAt(p) };
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  set(key: string, value: V, options?: SetOptions): boolean {
    this.#heap.loadKey(key);
    this.#heap.staged.load(value);
    this.#heap.lock(this.#at);
    try {
      return this.#write(this.#table.find(), options);
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  add(key: string, value: V, options?: SetOptions): boolean {
    this.#heap.loadKey(key);
    this.#heap.staged.load(value);
    this.#heap.lock(this.#at);
    try {
      const p = this.#table.find();
      return this.#live(p) === 0 && this.#write(p, options);
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  delete(key: string): boolean {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#live(this.#table.find());
      if (p !== 0) this.#remove(p);
      return p !== 0;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  deleteIf(key: string, test: (value: V) => boolean): boolean {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#live(this.#table.find());
      if (p === 0 || !test(this.#value(p))) return false;
      this.#remove(p);
      return true;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  incr(key: string, by = 1, initial = 0): number | undefined {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#table.find();
      const current = this.#live(p) === 0 ? undefined : this.#table.numberOf(p);
      const sum = (current ?? initial) + by;
      this.#heap.staged.load(sum);
      return this.#write(p, undefined) ? sum : undefined;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  update(key: string, fn: (current: V | undefined) => V | undefined, options?: SetOptions): V | undefined {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#table.find();
      const live = this.#live(p);
      const next = fn(live === 0 ? undefined : this.#value(live));
      if (next === undefined) {
        if (live !== 0) this.#remove(live);
        return undefined;
      }
      this.#heap.staged.load(next);
      if (!this.#write(p, options)) return undefined;
      return this.#frozen ? frozenCopy(next) : next;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  touch(key: string, ttlMs: number): boolean {
    this.#heap.loadKey(key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#live(this.#table.find());
      return p !== 0 && this.#wheel.expire(p, ttlMs > 0 ? this.#now() + ttlMs : 0);
    } finally {
      this.#heap.unlock(this.#at);
    }
  }

  page(limit: number, cursor?: ZoneCursor): ZonePage<V> {
    return this.#reader.page(limit, cursor);
  }

  scan(filter: ZoneFilter, limit = Number.POSITIVE_INFINITY): ZoneEntry<V>[] {
    return this.#reader.scan(filter, limit);
  }

  deleteMatching(filter: ZoneFilter): number {
    let deleted = 0;
    for (const seen of this.#reader.versions(filter)) if (this.#deleteVersion(seen)) deleted++;
    return deleted;
  }

  takeExpired(limit = Number.POSITIVE_INFINITY): ZoneEntry<V>[] {
    const taken: ZoneEntry<V>[] = [];
    while (taken.length < limit) {
      const most = Math.min(limit, taken.length + AT_ONCE);
      this.#heap.lock(this.#at);
      try {
        this.#takeExpired(taken, most);
      } finally {
        this.#heap.unlock(this.#at);
      }
      if (taken.length < most) break;
    }
    return taken;
  }

  clear(): void {
    let rest = 0;
    this.#heap.lock(this.#at);
    try {
      this.#wheel.clear();
      this.#places.clear();
      rest = this.#table.detach();
    } finally {
      this.#heap.unlock(this.#at);
    }
    this.#table.freeFrom(rest);
  }

  /** Puts the map in order after a thread died in the middle of a change, with the map's lock held. */
  repair(): void {
    this.#wheel.clear();
    this.#places.clear();
    this.#table.repair((p) => {
      this.#wheel.restore(p);
    });
  }

  #now(): number {
    return this.#heap.clock.now();
  }

  #value(p: number): V {
    return this.#table.valueOf(p, this.#frozen) as V;
  }

  /** The entry, or 0 when it has expired. */
  #live(p: number): number {
    if (p === 0 || this.#wheel.expiresAt(p) === 0) return p;
    return this.#wheel.isExpired(p, this.#now()) ? 0 : p;
  }

  /** Writes the staged value. `p` is the entry of the key; an expired one is replaced as if it had left. */
  #write(p: number, options: SetOptions | undefined): boolean {
    const ttl = options?.ttlMs ?? this.#ttlMs;
    const { staged } = this.#heap;
    if (this.#live(p) !== 0) {
      if (!this.#table.replace(p, staged)) return false;
      const keeps = options?.keepExpiry ?? (options?.ttlMs === undefined && (this.#flags & MapFlag.KEEP_EXPIRY) !== 0);
      if (keeps || (ttl <= 0 && this.#wheel.expiresAt(p) === 0)) return true;
      return this.#wheel.expire(p, ttl > 0 ? this.#now() + ttl : 0);
    }
    if (p !== 0) this.#remove(p);
    if (this.#table.count >= this.#max && !this.#makeRoom()) return false;
    let fresh = this.#table.insert(staged);
    for (let i = 0; fresh === 0 && i < MOST_EVICTIONS && this.#makeRoom(); i++) fresh = this.#table.insert(staged);
    if (fresh === 0) return false;
    if (ttl <= 0 || this.#wheel.expire(fresh, this.#now() + ttl)) return true;
    this.#remove(fresh);
    return false;
  }

  #makeRoom(): boolean {
    if (!this.ownerTakesExpired && this.#takeExpired([], 1)) return true;
    if ((this.#flags & MapFlag.EVICT) === 0 || this.#table.first === 0) return false;
    this.#remove(this.#table.first);
    return true;
  }

  /** Takes expired entries out until there are `most`; true when there are. */
  #takeExpired(taken: ZoneEntry<V>[], most: number): boolean {
    const now = this.#now();
    this.#wheel.drain(now, (p) => {
      const expiresAt = this.#wheel.expiresAt(p);
      if (!this.#wheel.isExpired(p, now)) {
        if (expiresAt !== 0) this.#wheel.add(p, expiresAt);
        return true;
      }
      taken.push({ key: this.#table.keyOf(p), value: this.#value(p), expiresAt });
      this.#remove(p);
      return taken.length < most;
    });
    return taken.length >= most;
  }

  #remove(p: number): void {
    this.#wheel.remove(p);
    this.#places.moveOff(p);
    this.#table.remove(p);
    this.#table.free(p);
  }

  /** Deletes an entry unless it was written since it was read. */
  #deleteVersion(seen: SeenEntry<V>): boolean {
    this.#heap.loadKey(seen.key);
    this.#heap.lock(this.#at);
    try {
      const p = this.#live(this.#table.find());
      if (p === 0 || this.#table.serialOf(p) !== seen.serial || this.#table.versionOf(p) !== seen.version) return false;
      this.#remove(p);
      return true;
    } finally {
      this.#heap.unlock(this.#at);
    }
  }
}
