import type { PushOutcome, QueueItem, QueueMode, ZoneQueue, ZoneQueueOptions } from './zone.js';

interface Node {
  readonly key: string;
  readonly value: string;
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
  ) {
    this.#mode = options.mode ?? 'all';
    this.#max = options.maxItems || Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#size;
  }

  push(key: string, value: string): PushOutcome {
    const same = this.#mode === 'all' ? undefined : this.#byKey.get(key);
    if (same !== undefined) {
      if (this.#mode === 'keep-first') return 'duplicate';
      this.#unlink(same);
    }
    const node: Node = { key, value, previous: this.#tail, next: undefined };
    if (this.#tail === undefined) this.#head = node;
    else this.#tail.next = node;
    this.#tail = node;
    this.#size++;
    if (this.#mode !== 'all') this.#byKey.set(key, node);
    if (this.#size > this.#max) {
      this.shift();
      return 'displaced';
    }
    return same === undefined ? 'added' : 'displaced';
  }

  shift(): QueueItem | undefined {
    const node = this.#head;
    if (node === undefined) return undefined;
    this.#unlink(node);
    return { key: node.key, value: node.value };
  }

  peek(): QueueItem | undefined {
    return this.#head && { key: this.#head.key, value: this.#head.value };
  }

  list(limit = Number.POSITIVE_INFINITY): QueueItem[] {
    const items: QueueItem[] = [];
    for (let node = this.#head; node !== undefined && items.length < limit; node = node.next) {
      items.push({ key: node.key, value: node.value });
    }
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
