/** What a zone stores: plain data that another thread could hold as text. */
export type Scalar = string | number | bigint | null;

/** A scalar, or a small record or list of such; kept as a frozen copy, so that no caller ever holds shared state. */
export type Stored = Scalar | readonly Stored[] | { readonly [field: string]: Stored };

/** Time as everything here takes it: milliseconds since the epoch. */
export interface ZoneClock {
  now(): number;
}

/** How a map behaves; two `map()` calls of one name share the map that the first one made. */
export interface ZoneMapOptions {
  /** Entries at most; absent means unbounded. */
  readonly maxEntries?: number;
  /** What a new key meets in a full map: refused (`set` returns false), or the entry written first makes room. */
  readonly whenFull?: 'refuse' | 'evict-oldest';
  /** Life of an entry in milliseconds when `set` names none; 0 or absent: for ever. */
  readonly ttlMs?: number;
  /** Writing an existing key leaves its expiry alone (upstream htable's `updateexpire=0`). */
  readonly keepExpiryOnUpdate?: boolean;
  /** Expired entries wait for the owner's `takeExpired` (htable's expiry event routes) and are not dropped by the zone's sweep. */
  readonly ownerTakesExpired?: boolean;
  /** The owner never changes a value once it is stored: it is kept as it is, not copied. */
  readonly immutable?: boolean;
}

/** Per-write options. */
export interface SetOptions {
  /** Life from now in milliseconds; 0: for ever. Overrides the map's `ttlMs` and `keepExpiryOnUpdate`. */
  readonly ttlMs?: number;
  /** The life is for a new entry; one that is there keeps its own. */
  readonly keepExpiry?: boolean;
}

export interface ZoneEntry<V> {
  readonly key: string;
  readonly value: V;
  /** Milliseconds since the epoch; 0: never. */
  readonly expiresAt: number;
}

/** A page of a map. Entries written or deleted between pages may or may not be seen, none is seen twice. */
export interface ZonePage<V> {
  readonly entries: readonly ZoneEntry<V>[];
  /** Pass to the next `page` call; undefined when the map is exhausted. */
  readonly cursor: ZoneCursor | undefined;
}

/** Opaque place in a map; plain data, usable from any thread. */
export type ZoneCursor = number;

/** What `scan` looks for; every condition given must hold. Patterns match as `RegExp.test` does on the whole text. */
export interface ZoneFilter {
  readonly keyPrefix?: string;
  readonly key?: RegExp;
  /** Tested on strings only, as upstream's value matching does. */
  readonly value?: RegExp;
}

/**
 * Named entries that all script threads see. An expired entry is invisible at once and leaves at the next sweep.
 * `size` counts entries that have not left yet.
 */
export interface ZoneMap<V extends Stored = Stored> {
  readonly name: string;
  readonly size: number;
  get(key: string): V | undefined;
  has(key: string): boolean;
  entry(key: string): ZoneEntry<V> | undefined;
  /** False when the map is full and refuses new keys, or the zone's memory is full. */
  set(key: string, value: V, options?: SetOptions): boolean;
  /** `set` of an absent key; false when the key is there or the map is full. */
  add(key: string, value: V, options?: SetOptions): boolean;
  delete(key: string): boolean;
  /** Deletes an entry that still has the value it was seen with: `test` must not wait or touch the zone. */
  deleteIf(key: string, test: (value: V) => boolean): boolean;
  /**
   * Adds `by` to an integer entry and returns the sum; an absent key, or one that holds no number, starts from `initial`
   * (0). Undefined when the map is full.
   */
  incr(key: string, by?: number, initial?: number): number | undefined;
  /**
   * Replaces the entry with what `fn` makes of it, with no other thread between read and write. `fn` must not wait or
   * touch the zone; undefined from it deletes, an exception leaves the entry as it is. Returns what the map now holds;
   * undefined as well when a full map or memory refused the new value.
   */
  update(key: string, fn: (current: V | undefined) => V | undefined, options?: SetOptions): V | undefined;
  /** Sets the life from now in milliseconds (0: for ever); false when the key is absent. */
  touch(key: string, ttlMs: number): boolean;
  /** Up to `limit` entries in writing order, from the start or from a cursor. */
  page(limit: number, cursor?: ZoneCursor): ZonePage<V>;
  /** Matching entries, at most `limit` (all when absent). */
  scan(filter: ZoneFilter, limit?: number): ZoneEntry<V>[];
  /** Deletes matching entries and returns how many. */
  deleteMatching(filter: ZoneFilter): number;
  /** Removes and returns expired entries, at most `limit`. */
  takeExpired(limit?: number): ZoneEntry<V>[];
  clear(): void;
}

/** A shared integer. */
export interface ZoneCounter {
  readonly name: string;
  get(): number;
  /** Returns the new value. */
  add(by: number): number;
  set(value: number): void;
}

/** What a second item of one key meets: both kept, the new one dropped, or the old one dropped. */
export type QueueMode = 'all' | 'keep-first' | 'keep-last';

export interface ZoneQueueOptions {
  /** Items at most; 0 or absent: unbounded. A full queue drops its oldest item for the new one (upstream mqueue). */
  readonly maxItems?: number;
  readonly mode?: QueueMode;
}

export interface QueueItem {
  readonly key: string;
  readonly value: string;
  /** A number of the owner's choice (a row of a database); 0 when none was given. */
  readonly id: number;
  /** When it came in: milliseconds since the epoch. */
  readonly addedAt: number;
}

/** What became of a pushed item; `displaced` items left the queue for it, a `refused` one met a full memory. */
export type PushOutcome = 'added' | 'duplicate' | 'displaced' | 'refused';

/** What a push did, with the item that left the queue for it. */
export interface Offered {
  readonly outcome: PushOutcome;
  readonly displaced: QueueItem | undefined;
}

/** First in, first out; all operations in constant time. */
export interface ZoneQueue {
  readonly name: string;
  readonly size: number;
  push(key: string, value: string): PushOutcome;
  /** As `push`, for an owner that keeps account of single items. */
  offer(key: string, value: string, id: number): Offered;
  /**
   * Puts an item that was taken out back to the front, by the queue's mode: beside a later item of its key, in place of
   * it (`keep-first`), or not at all (`keep-last`, a `duplicate`). The queue may then hold one item more than its bound.
   */
  putBack(item: QueueItem): Offered;
  shift(): QueueItem | undefined;
  peek(): QueueItem | undefined;
  /** Oldest first, at most `limit`. */
  list(limit?: number): QueueItem[];
  clear(): void;
}

/** What a zone's memory is used for, in bytes; `refused` counts requests that met a full memory. */
export interface ZoneStats {
  readonly bytes: number;
  readonly used: number;
  readonly free: number;
  /** Pages that hold anything, whole, and those that ever did. */
  readonly taken: number;
  readonly peak: number;
  readonly refused: number;
}

/** State that all script threads see. Names are global; the first caller's options hold. */
export interface Zone {
  map<V extends Stored = Stored>(name: string, options?: ZoneMapOptions): ZoneMap<V>;
  counter(name: string): ZoneCounter;
  queue(name: string, options?: ZoneQueueOptions): ZoneQueue;
  /**
   * Runs `fn` while no other thread runs one of the same name: for changes of several entries that belong together. `fn`
   * must not wait, and must not ask for another name; what it does to the zone is seen by others as it is done.
   */
  exclusive<T>(name: string, fn: () => T): T;
  /** Drops expired entries of every map whose owner does not take them; returns how many. Called from a timer. */
  sweep(): number;
  /** How full the memory is; null where it is a thread's own heap. */
  stats(): ZoneStats | null;
  /** Names in the order they were made. */
  names(): { readonly maps: string[]; readonly counters: string[]; readonly queues: string[] };
}
