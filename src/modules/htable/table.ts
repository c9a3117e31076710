import type { Clock } from '../../clock/clock.js';
import { normalise } from '../../script/value.js';
import { slotHashIgnoringCase } from '../../shm/slot-hash.js';
import type { Zone, ZoneMap } from '../../shm/zone.js';
import type { TableSpec } from './spec.js';

/** What an item holds. */
export type ItemValue = string | number | bigint;

export interface Item {
  readonly key: string;
  readonly value: ItemValue;
  /** Unix seconds up to and including which the item lives; 0: for ever. */
  readonly expires: number;
}

/** Items of one slot, in the order of their hashes. */
export interface Slot {
  readonly index: number;
  readonly items: readonly (Item & { readonly hash: number })[];
}

/**
 * One hash table, seen by all script threads. Upstream counts lives in whole seconds and lets an item live through its
 * last one; expiry times here are on second boundaries for the same effect.
 */
export class Table {
  readonly #map: ZoneMap<ItemValue>;
  readonly #clock: Clock;
  readonly #bits: 32 | 64;
  /** The item whose expiry event is running: giving it a new life puts it back. */
  #expiring: Item | null = null;
  /** True once the database's content was loaded without error: only then may it be replaced at the end. */
  loaded = false;
  lastReload = 0;

  constructor(
    readonly spec: TableSpec,
    zone: Zone,
    clock: Clock,
    bits: 32 | 64,
    /** Told of an item that memory has no room for. */
    private readonly refused: (key: string) => void = () => {},
  ) {
    this.#clock = clock;
    this.#bits = bits;
    this.#map = zone.map<ItemValue>(`htable:${spec.name}`, {
      keepExpiryOnUpdate: !spec.updateexpire,
      ownerTakesExpired: spec.autoexpire > 0,
    });
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): ItemValue | undefined {
    return this.#map.get(key);
  }

  has(key: string): boolean {
    return this.#map.has(key);
  }

  item(key: string): Item | undefined {
    const entry = this.#map.entry(key);
    return entry && { key, value: entry.value, expires: expirySecond(entry.expiresAt) };
  }

  /** Writes an item; `seconds` above 0 is its life, otherwise the table's rules hold. */
  set(key: string, value: ItemValue, seconds = 0): void {
    const { autoexpire, updateexpire } = this.spec;
    let written: boolean;
    if (autoexpire === 0) written = this.#map.set(key, value);
    else if (seconds > 0) written = this.#map.set(key, value, { ttlMs: this.#ttl(seconds) });
    else written = this.#map.set(key, value, { ttlMs: this.#ttl(autoexpire), keepExpiry: !updateexpire });
    if (!written) this.refused(key);
  }

  /** Makes these the table's items. None that stays is missing in between; other threads go on reading. */
  replace(items: readonly { readonly key: string; readonly value: ItemValue; readonly seconds: number }[]): void {
    const { autoexpire } = this.spec;
    const kept = new Set<string>();
    for (const { key, value, seconds } of items) {
      kept.add(key);
      const ttlMs = autoexpire === 0 ? 0 : this.#ttl(seconds > 0 ? seconds : autoexpire);
      if (!this.#map.set(key, value, { ttlMs })) this.refused(key);
    }
    for (const { key } of this.items()) if (!kept.has(key)) this.#map.delete(key);
  }

  /** Deletes an item if its value passes. */
  deleteIf(key: string, test: (value: ItemValue) => boolean): void {
    this.#map.deleteIf(key, test);
  }

  delete(key: string): boolean {
    return this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }

  /** Adds to an integer item, starting from `initval`; null when there is nothing to count on. */
  add(key: string, by: number): ItemValue | null {
    if (typeof this.#map.get(key) === 'string') return null;
    const { initval, autoexpire, updateexpire } = this.spec;
    let counted = false;
    const sum = this.#map.update(
      key,
      (now) => {
        if (typeof now === 'string' || (now === undefined && initval === null)) return now;
        counted = true;
        return this.#sum(now ?? initval!, by);
      },
      autoexpire > 0 ? { ttlMs: this.#ttl(autoexpire), keepExpiry: !updateexpire } : undefined,
    );
    if (!counted) return null;
    if (sum === undefined) this.refused(key);
    return (sum as number | bigint | undefined) ?? null;
  }

  /** Gives an item another life from now on; 0 or less: for ever. Nothing happens where items do not expire. */
  setLife(key: string, seconds: number): void {
    if (this.spec.autoexpire === 0) return;
    const ttlMs = seconds > 0 ? this.#ttl(seconds) : 0;
    if (!this.#map.touch(key, ttlMs) && this.#expiring?.key === key)
      this.#map.add(key, this.#expiring.value, { ttlMs });
  }

  /** Seconds an item has left; 0 for no such item. Wraps for one that never expires, as upstream's does. */
  lifeLeft(key: string): number {
    if (this.spec.autoexpire === 0) return 0;
    const item = this.item(key);
    return item === undefined ? 0 : (item.expires - this.#clock.unix()) >>> 0;
  }

  /** The slot of a key, named apart from those of other tables. */
  slotName(key: string): string {
    return `${this.spec.name}:${(slotHashIgnoringCase(key) & (this.spec.slots - 1)) >>> 0}`;
  }

  /** Every item, in no particular order. */
  items(): Item[] {
    return this.#map.scan({}).map((e) => ({ key: e.key, value: e.value, expires: expirySecond(e.expiresAt) }));
  }

  /** The occupied slots in upstream's order of iteration. */
  slots(): Slot[] {
    const bySlot = new Map<number, (Item & { readonly hash: number })[]>();
    for (const item of this.items()) {
      const hash = slotHashIgnoringCase(item.key);
      const index = (hash & (this.spec.slots - 1)) >>> 0;
      const slot = bySlot.get(index);
      if (slot) slot.push({ ...item, hash });
      else bySlot.set(index, [{ ...item, hash }]);
    }
    return [...bySlot]
      .sort(([a], [b]) => a - b)
      .map(([index, items]) => ({ index, items: items.sort((a, b) => a.hash - b.hash) }));
  }

  /** Takes out what has expired and shows each to `tell`, during which the item may be given another life. */
  async takeExpired(tell: (item: Item) => unknown): Promise<void> {
    for (const entry of this.#map.takeExpired()) {
      this.#expiring = { key: entry.key, value: entry.value, expires: expirySecond(entry.expiresAt) };
      try {
        const told = tell(this.#expiring);
        if (told instanceof Promise) await told;
      } finally {
        this.#expiring = null;
      }
    }
  }

  #ttl(seconds: number): number {
    return (this.#clock.unix() + seconds + 1) * 1000 - this.#clock.now();
  }

  #sum(value: number | bigint, by: number): number | bigint {
    if (this.#bits === 32) return (Number(value) + by) | 0;
    if (typeof value === 'number' && Number.isSafeInteger(value + by)) return value + by;
    return normalise(BigInt.asIntN(64, BigInt(value) + BigInt(by)));
  }
}

function expirySecond(expiresAt: number): number {
  return expiresAt === 0 ? 0 : Math.floor(expiresAt / 1000) - 1;
}
