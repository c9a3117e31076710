import type { Allocator } from './allocator.js';
import type { Decoder, Encoder } from './codec.js';
import { acquire, release } from './lock.js';
import { At, type SharedMemory } from './memory.js';
import { byteLength, isWide, readText, writeText } from './text.js';
import type { Stored } from './zone.js';

type Fields = Readonly<Record<string, Stored>>;

/** The field names of a kind of record, with code that writes and builds such records field by field. */
export interface Shape {
  readonly number: number;
  readonly names: readonly string[];
  write(to: Encoder, record: Fields): void;
  read(from: Decoder): Fields;
}

/** Records with more fields, or of still more kinds, are no records of a program's type: their names go with them. */
const MOST_FIELDS = 64;
const MOST_SHAPES = 1000;

/** Words of a shape in the memory. */
const NEXT = 0;
const SIZE = 1;
const WIDE = 2;
const NAMES = 3;

/** The kinds of records that threads have stored: a list in the memory that only grows, and this thread's copy of it. */
export class Shapes {
  readonly #shapes: Shape[] = [];
  readonly #byFirstName = new Map<string, Shape[]>();
  /** The last shape that this thread has seen in the memory. */
  #last = 0;

  constructor(
    private readonly memory: SharedMemory,
    private readonly allocator: Allocator,
  ) {}

  /** The shape with these names in this order; undefined when records like it carry their names. */
  of(names: readonly string[]): Shape | undefined {
    if (names.length > MOST_FIELDS) return undefined;
    return this.#known(names) ?? this.#share(names);
  }

  numbered(number: number): Shape {
    if (number >= this.#shapes.length) this.#readOn();
    return this.#shapes[number]!;
  }

  #known(names: readonly string[]): Shape | undefined {
    const candidates = this.#byFirstName.get(names[0] ?? '');
    if (candidates === undefined) return undefined;
    for (const shape of candidates) if (same(shape.names, names)) return shape;
    return undefined;
  }

  #share(names: readonly string[]): Shape | undefined {
    if (this.#shapes.length >= MOST_SHAPES) return undefined;
    const { memory } = this;
    const { words } = memory;
    acquire(memory, At.DIRECTORY_LOCK);
    try {
      this.#readOn();
      const known = this.#known(names);
      if (known !== undefined || this.#shapes.length >= MOST_SHAPES) return known;
      const text = JSON.stringify(names);
      const wide = isWide(text);
      const size = byteLength(text, wide);
      const block = this.allocator.take(NAMES + ((size + 3) >> 2), true);
      if (block === 0) return undefined;
      words[block + NEXT] = 0;
      words[block + SIZE] = size;
      words[block + WIDE] = wide ? 1 : 0;
      writeText(memory.bytes, (block + NAMES) * 4, text, wide);
      Atomics.store(words, this.#last === 0 ? At.FIRST_SHAPE : this.#last + NEXT, block);
      this.#readOn();
      return this.#known(names);
    } finally {
      release(memory, At.DIRECTORY_LOCK);
    }
  }

  #readOn(): void {
    const { words, bytes } = this.memory;
    for (;;) {
      const block = Atomics.load(words, this.#last === 0 ? At.FIRST_SHAPE : this.#last + NEXT);
      if (block === 0) return;
      const text = readText(bytes, (block + NAMES) * 4, words[block + SIZE]!, words[block + WIDE] === 1);
      this.#add(JSON.parse(text) as string[]);
      this.#last = block;
    }
  }

  #add(names: readonly string[]): void {
    const shape = compile(this.#shapes.length, names);
    this.#shapes.push(shape);
    const first = names[0] ?? '';
    const others = this.#byFirstName.get(first);
    if (others === undefined) this.#byFirstName.set(first, [shape]);
    else others.push(shape);
  }
}

/** Records built by a literal have one hidden class and all fields in place; fields added one by one would not. */
function compile(number: number, names: readonly string[]): Shape {
  const quoted = names.map((name) => JSON.stringify(name));
  const write = quoted.map((name) => `to.put(record[${name}]);`).join('');
  const read = quoted.map((name) => `${name === '"__proto__"' ? `[${name}]` : name}: from.take()`).join(',');
  return {
    number,
    names,
    write: new Function('to', 'record', write) as Shape['write'],
    read: new Function('from', `return {${read}}`) as Shape['read'],
  };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
