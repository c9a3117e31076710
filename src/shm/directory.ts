import { EntryTable } from './entry-table.js';
import { acquire, release } from './lock.js';
import { At } from './memory.js';
import { Obj, ObjectKind, SMALL_OBJECT_WORDS, TABLE_OBJECT_WORDS } from './object.js';
import type { SharedHeap } from './shared-heap.js';
import { byteLength, isWide, readText, writeText } from './text.js';

export interface Named {
  readonly kind: number;
  readonly name: string;
  /** Its place in the memory. */
  readonly object: number;
}

/** Names of what is in the memory: a list that only grows, in the order in which things were made. */
export class Directory {
  constructor(private readonly heap: SharedHeap) {}

  *all(): Generator<Named> {
    const { words, bytes } = this.heap.memory;
    for (let p = Atomics.load(words, At.FIRST_OBJECT); p !== 0; p = Atomics.load(words, p + Obj.NEXT)) {
      const name = words[p + Obj.NAME]!;
      const size = words[name]!;
      yield {
        kind: words[p + Obj.KIND]!,
        name: readText(bytes, (name + 1) * 4, size >> 1, (size & 1) !== 0),
        object: p,
      };
    }
  }

  /** The object of that kind and name; a new one is described by `describe` before others see it. */
  open(kind: number, name: string, indexed: boolean, describe: (object: number) => void): number {
    const { memory } = this.heap;
    acquire(memory, At.DIRECTORY_LOCK);
    try {
      let link: number = At.FIRST_OBJECT;
      for (const named of this.all()) {
        if (named.kind === kind && named.name === name) return named.object;
        link = named.object + Obj.NEXT;
      }
      const object = this.#make(kind, name, indexed);
      describe(object);
      Atomics.store(memory.words, link, object);
      return object;
    } finally {
      release(memory, At.DIRECTORY_LOCK);
    }
  }

  #make(kind: number, name: string, indexed: boolean): number {
    const { allocator, memory } = this.heap;
    const { words } = memory;
    const isTable = kind === ObjectKind.MAP || kind === ObjectKind.QUEUE;
    const length = isTable ? TABLE_OBJECT_WORDS : SMALL_OBJECT_WORDS;
    const object = allocator.take(length, true);
    const wide = isWide(name);
    const size = byteLength(name, wide);
    const nameAt = allocator.take(1 + ((size + 3) >> 2), true);
    if (object === 0 || nameAt === 0) throw new RangeError(`the shared memory has no room for '${name}'`);
    words[nameAt] = size * 2 + (wide ? 1 : 0);
    writeText(memory.bytes, (nameAt + 1) * 4, name, wide);
    words.fill(0, object, object + length);
    words[object + Obj.KIND] = kind;
    words[object + Obj.NAME] = nameAt;
    if (indexed && !new EntryTable(this.heap, object + Obj.TABLE, true).open()) {
      throw new RangeError(`the shared memory has no room for '${name}'`);
    }
    return object;
  }
}
