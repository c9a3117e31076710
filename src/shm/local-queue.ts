import type { Offered, PushOutcome, QueueItem, QueueMode, ZoneClock, ZoneQueue, ZoneQueueOptions } from './zone.js';

/** An item in its place: one object, since a queue may hold a million of them. */
interface Node extends QueueItem {
  previous: Node | undefined;
  next: Node | undefined;
}

/** A zone queue for one script thread: a linked list, with an index by key where keys are unique. */
export class LocalQueue implements ZoneQueue {
  readonly #mode: QueueMode;
  readonly #max: number;
  readonly #byKey = new Map<string, Node>();
  #head: Node | undefined;
  #tail: Node | undefined;
  #size = 0;

  constructor(
    readonly name: string,
    options: ZoneQueueOptions,
    private readonly clock: ZoneClock,
  ) {
    this.#mode = options.mode ?? 'all';
    this.#max = options.maxItems || Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#size;
  }

  push(key: string, value: string): PushOutcome {
    return this.offer(key, value, 0).outcome;
  }

  offer(key: string, value: string, id: number): Offered {
    const same = this.#mode === 'all' ? undefined : this.#byKey.get(key);
    if (same !== undefined) {
      if (this.#mode === 'keep-first') return DUPLICATE;
      this.#unlink(same);
    }
    // Texts that scripts put together are kept as one piece each, not as their parts.
    flatten(key);
    flatten(value);
    const node: Node = { key, value, id, addedAt: this.clock.now(), previous: this.#tail, next: undefined };
    if (this.#tail === undefined) this.#head = node;
    else this.#tail.next = node;
    this.#tail = node;
    this.#size++;
    if (this.#mode !== 'all') this.#byKey.set(key, node);
    const displaced = this.#size > this.#max ? this.shift() : same && itemOf(same);
    return displaced === undefined ? ADDED : { outcome: 'displaced', displaced };
  }

  putBack(item: QueueItem): Offered {
    const same = this.#mode === 'all' ? undefined : this.#byKey.get(item.key);
    if (same !== undefined) {
      if (this.#mode === 'keep-last') return DUPLICATE;
      this.#unlink(same);
    }
    const { key, value, id, addedAt } = item;
    const node: Node = { key, value, id, addedAt, previous: undefined, next: this.#head };
    if (this.#head === undefined) this.#tail = node;
    else this.#head.previous = node;
    this.#head = node;
    this.#size++;
    if (this.#mode !== 'all') this.#byKey.set(item.key, node);
    return same === undefined ? ADDED : { outcome: 'displaced', displaced: itemOf(same) };
  }

  shift(): QueueItem | undefined {
    const node = this.#head;
    if (node === undefined) return undefined;
    this.#unlink(node);
    return itemOf(node);
  }

  peek(): QueueItem | undefined {
    return this.#head && itemOf(this.#head);
  }

  list(limit = Number.POSITIVE_INFINITY): QueueItem[] {
    const items: QueueItem[] = [];
    for (let node = this.#head; node !== undefined && items.length < limit; node = node.next) items.push(itemOf(node));
    return items;
  }

  clear(): void {
    this.#head = this.#tail = undefined;
    this.#size = 0;
    this.#byKey.clear();
  }

  #unlink(node: Node): void {
    if (node.previous === undefined) this.#head = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#tail = node.previous;
    else node.next.previous = node.previous;
    this.#size--;
    if (this.#byKey.get(node.key) === node) this.#byKey.delete(node.key);
  }
}

const ADDED: Offered = { outcome: 'added', displaced: undefined };
const DUPLICATE: Offered = { outcome: 'duplicate', displaced: undefined };

const itemOf = ({ key, value, id, addedAt }: Node): QueueItem => ({ key, value, id, addedAt });

/** V8 joins the parts of a text when a character of it is read. */
function flatten(text: string): void {
  text.charCodeAt(0);
}
