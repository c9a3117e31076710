import type { Zone, ZoneClock, ZoneCounter, ZoneMap } from '../../shm/zone.js';

/**
 * A node of the address tree: hits of the sampling unit before the last write and of the one it was made in. `hits` are
 * those that ended at this prefix, `leafHits` those of the complete address.
 */
export type Node = {
  readonly unit: number;
  readonly hitsPrev: number;
  readonly hits: number;
  readonly leafHitsPrev: number;
  readonly leafHits: number;
  /** 1: the complete address was seen. */
  readonly leaf: number;
  /** 1: blocked. */
  readonly red: number;
  readonly kids: number;
};

/** What a hit found out about its address; `full`: the tree has no room for it. */
export type Verdict = 'pass' | 'blocked' | 'newly-blocked' | 'full';

/** Counters and the density have 16 bits, and stop one short of the end. */
const MOST_HITS = 0xfffe;

export interface TreeOptions {
  /** Hits of one address in a sampling unit that block it. */
  readonly density: number;
  /** How long a node stays without hits, in milliseconds; a second at least. */
  readonly latencyMs: number;
  /** Nodes at most; absent: any number. */
  readonly maxNodes?: number;
  readonly clock: ZoneClock;
}

const FRESH: Node = {
  unit: 0,
  hitsPrev: 0,
  hits: 0,
  leafHitsPrev: 0,
  leafHits: 0,
  leaf: 0,
  red: 0,
  kids: 0,
};

/**
 * Upstream's tree of source addresses, a byte a level, IPv4 and IPv6 together. A prefix gets its next level when a
 * quarter of the density hits it; neighbours share the prefix, and so reach their own leaf earlier. A node is an entry
 * of a zone map under its prefix (a byte is a character). Sampling units are counted and not swept: a node that is read
 * in a later unit has its counts moved on then.
 *
 * A hit reads and writes several nodes: script threads take turns at the tree.
 */
export class AddressTree {
  readonly #nodes: ZoneMap<Node>;
  /** The nodes that are red, so that the end of a unit looks at no other. */
  readonly #redNodes: ZoneMap<number>;
  readonly #unit: ZoneCounter;
  readonly #max: number;
  readonly #quarter: number;

  constructor(
    private readonly zone: Zone,
    private readonly options: TreeOptions,
  ) {
    this.#nodes = zone.map<Node>('pike:nodes', {
      maxEntries: options.maxNodes,
      whenFull: 'refuse',
      keepExpiryOnUpdate: true,
      ownerTakesExpired: true,
      immutable: true,
    });
    this.#redNodes = zone.map<number>('pike:red');
    this.#unit = zone.counter('pike:unit');
    this.#max = options.density & 0xffff;
    this.#quarter = this.#max >> 2;
  }

  /** Hits that block an address, as they are kept. */
  get maxHits(): number {
    return this.#max;
  }

  /** Counts a hit of an address, given as its bytes. */
  hit(address: string): Verdict {
    return this.zone.exclusive('pike', () => this.#hit(address));
  }

  /** Starts the next sampling unit; the nodes that are not blocked any more. */
  nextUnit(): string[] {
    return this.zone.exclusive('pike', () => this.#nextUnit());
  }

  /** Removes what has expired; how many nodes that were. */
  clean(): number {
    return this.zone.exclusive('pike', () => this.#clean());
  }

  #hit(address: string): Verdict {
    const node = this.#get(address);
    if (node !== undefined) return this.#leafHit(address, node);
    let [depth, prefix] = this.#longestPrefix(address);
    if (depth > 0) {
      const hits = Math.min(MOST_HITS, prefix.hits + 1);
      if (!this.#isHot(prefix.hitsPrev, hits, this.#quarter)) {
        // A prefix with few hits is left to expire: it keeps the life it has.
        this.#nodes.set(address.slice(0, depth), { ...prefix, hits });
        return 'pass';
      }
      if (this.#clean() > 0) [depth, prefix] = this.#longestPrefix(address);
    } else this.#clean();
    return this.#grow(address, depth, prefix);
  }

  #nextUnit(): string[] {
    this.#unit.add(1);
    const freed: string[] = [];
    for (const { key } of this.#redNodes.scan({})) {
      const node = this.#get(key);
      if (node !== undefined && this.#isHotLeaf(node)) continue;
      this.#redNodes.delete(key);
      if (node === undefined) continue;
      this.#nodes.set(key, { ...node, red: 0 });
      freed.push(key);
    }
    return freed;
  }

  #clean(): number {
    const expired = this.#nodes.takeExpired();
    for (const { key, value } of expired) {
      if (value.kids > 0) {
        // An IPv4 address whose bytes begin IPv6 addresses that are still there.
        this.#nodes.set(key, { ...value, leaf: 0, leafHits: 0 }, { ttlMs: 0 });
        continue;
      }
      const parentKey = key.slice(0, -1);
      const parent = parentKey === '' ? undefined : this.#nodes.get(parentKey);
      if (parent === undefined) continue;
      const kids = parent.kids - 1;
      const expires = kids === 0 && parent.leaf === 0 ? { ttlMs: this.#life } : undefined;
      this.#nodes.set(parentKey, { ...parent, kids }, expires);
    }
    return expired.length;
  }

  /** Every address seen completely: the highest first byte first, then in the order in which prefixes appeared. */
  leaves(): Leaf[] {
    const place = new Map<string, number>();
    const found: Leaf[] = [];
    let cursor: number | undefined;
    do {
      const page = this.#nodes.page(1000, cursor);
      for (const { key, value, expiresAt } of page.entries) {
        place.set(key, place.size);
        if (value.leaf === 0) continue;
        const node = this.#now(value);
        const status = this.#isHotLeaf(node) ? 'HOT' : node.hits >= this.#quarter ? 'WARM' : '';
        found.push({ address: key, leafHitsPrev: node.leafHitsPrev, leafHits: node.leafHits, expiresAt, status });
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found.sort((a, b) => compare(a.address, b.address, place));
  }

  /**
   * Life of a node from now on. It ends with a whole second, as upstream's does: the map then has it among the expired as
   * soon as it cannot be found any more, and `clean` never misses one that is made anew.
   */
  get #life(): number {
    return Math.max(1000, this.options.latencyMs) - (this.options.clock.now() % 1000);
  }

  #leafHit(address: string, node: Node): Verdict {
    const leafHits = Math.min(MOST_HITS, node.leafHits + 1);
    const hot = this.#isHot(node.leafHitsPrev, leafHits, this.#max);
    const red = node.red === 1 || hot ? 1 : 0;
    this.#nodes.set(address, { ...node, leafHits, leaf: 1, red }, { ttlMs: this.#life });
    if (red === 0) return 'pass';
    if (node.red === 1) return 'blocked';
    this.#redNodes.set(address, 1);
    return 'newly-blocked';
  }

  /** Adds the level below a prefix that is hot, or the first level. */
  #grow(address: string, depth: number, prefix: Node): Verdict {
    const ttl = { ttlMs: this.#life };
    const unit = this.#unit.get();
    if (depth === 0) {
      return this.#nodes.add(address.slice(0, 1), { ...FRESH, unit, hits: 1 }, ttl) ? 'pass' : 'full';
    }
    const hits = Math.min(MOST_HITS, prefix.hits + 1);
    if (!this.#nodes.add(address.slice(0, depth + 1), { ...FRESH, unit, hits: Math.max(0, hits - 1) }, ttl))
      return 'full';
    // A prefix stays as long as there is something below it.
    const life = prefix.leaf === 1 ? undefined : { ttlMs: 0 };
    this.#nodes.set(address.slice(0, depth), { ...prefix, hits, kids: prefix.kids + 1 }, life);
    return 'pass';
  }

  /** How many bytes of an address the tree knows, and the node there. */
  #longestPrefix(address: string): [number, Node] {
    let found = FRESH;
    for (let depth = 1; depth < address.length; depth++) {
      const node = this.#get(address.slice(0, depth));
      if (node === undefined) return [depth - 1, found];
      found = node;
    }
    return [address.length - 1, found];
  }

  #get(key: string): Node | undefined {
    const node = this.#nodes.get(key);
    return node && this.#now(node);
  }

  /** A node as it stands in the current sampling unit. */
  #now(node: Node): Node {
    const unit = this.#unit.get();
    if (node.unit === unit) return node;
    const next = node.unit === unit - 1;
    return {
      ...node,
      unit,
      hitsPrev: next ? node.hits : 0,
      hits: 0,
      leafHitsPrev: next ? node.leafHits : 0,
      leafHits: 0,
    };
  }

  #isHotLeaf(node: Node): boolean {
    return this.#isHot(node.leafHitsPrev, node.leafHits, this.#max);
  }

  #isHot(previous: number, current: number, limit: number): boolean {
    return previous >= limit || current >= limit || (previous + current) >> 1 >= limit;
  }
}

/** A complete address of the tree. */
export interface Leaf {
  readonly address: string;
  readonly leafHitsPrev: number;
  readonly leafHits: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly status: 'HOT' | 'WARM' | '';
}

/** Upstream's order of listing: its lists grow at the head, and the listing reverses the walk. */
function compare(a: string, b: string, place: ReadonlyMap<string, number>): number {
  if (a[0] !== b[0]) return b.charCodeAt(0) - a.charCodeAt(0);
  for (let depth = 2; depth <= Math.min(a.length, b.length); depth++) {
    const order = (place.get(a.slice(0, depth)) ?? 0) - (place.get(b.slice(0, depth)) ?? 0);
    if (order !== 0) return order;
  }
  return b.length - a.length;
}
