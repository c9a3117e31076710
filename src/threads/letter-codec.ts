import type { Letter } from './letter.js';

/** How objects of one kind look: their keys, and which of the values are written out as well. */
interface Shape {
  readonly id: number;
  readonly keys: readonly string[];
  /** Bit i: value i is an object that is written out. */
  readonly inlined: number;
}

/** What crosses a port: shapes that are new to the other side, and the values of all letters one after the other. */
export interface Packet {
  readonly shapes: readonly Shape[] | null;
  readonly values: unknown[];
}

/** Objects of more shapes, or with more keys, cross as they are: names that messages make up must not fill the memory. */
const MAX_SHAPES = 256;
const MAX_KEYS = 30;

/** Objects inside objects that are written out; what is deeper crosses as it is. */
const MAX_DEPTH = 6;

/**
 * Writes letters as one flat list. A structured clone names every property of every object, which costs several times
 * what the values cost: here the names cross once per port, with the shape of the objects that have them.
 */
export class LetterWriter {
  readonly #byFirstKey = new Map<string, Shape[]>();
  #count = 0;
  /** Shapes that the other side does not know yet. */
  #fresh: Shape[] | null = null;
  #wasUnsent = false;

  pack(letters: readonly Letter[]): Packet {
    const values: unknown[] = [];
    if (!this.#wasUnsent) this.#fresh = null;
    this.#wasUnsent = false;
    for (const letter of letters) this.#writeAny(letter, values, 0);
    return { shapes: this.#fresh, values };
  }

  /** The packet made last did not leave: what was new in it is new still. */
  unsent(): void {
    this.#wasUnsent = true;
  }

  #write(object: Record<string, unknown>, { id, keys, inlined }: Shape, to: unknown[], depth: number): void {
    to.push(id);
    for (let i = 0; i < keys.length; i++) {
      const value = object[keys[i]!];
      if ((inlined & (1 << i)) === 0) to.push(value);
      else this.#writeAny(value as object, to, depth + 1);
    }
  }

  /** Behind id 0 an object stands as it is. */
  #writeAny(object: object, to: unknown[], depth: number): void {
    const shape = this.#shapeOf(object, depth);
    if (shape === null) to.push(0, object);
    else this.#write(object as Record<string, unknown>, shape, to, depth);
  }

  /** Null for an object that crosses as it is. */
  #shapeOf(object: object, depth: number): Shape | null {
    const keys = Object.keys(object);
    if (keys.length === 0 || keys.length > MAX_KEYS || depth > MAX_DEPTH) return null;
    let inlined = 0;
    for (let i = 0; i < keys.length; i++) {
      if (isWrittenOut((object as Record<string, unknown>)[keys[i]!])) inlined |= 1 << i;
    }
    const known = this.#byFirstKey.get(keys[0]!);
    if (known !== undefined) {
      for (const shape of known) if (shape.inlined === inlined && same(shape.keys, keys)) return shape;
    }
    if (this.#count >= MAX_SHAPES || keys.includes('__proto__')) return null;
    const shape: Shape = { id: ++this.#count, keys, inlined };
    if (known !== undefined) known.push(shape);
    else this.#byFirstKey.set(keys[0]!, [shape]);
    if (this.#fresh === null) this.#fresh = [shape];
    else this.#fresh.push(shape);
    return shape;
  }
}

/** Reads what one {@link LetterWriter} wrote, packet by packet. */
export class LetterReader {
  readonly #shapes: Shape[] = [];
  #values: unknown[] = [];
  #at = 0;

  unpack({ shapes, values }: Packet): Letter[] {
    if (shapes !== null) for (const shape of shapes) this.#shapes[shape.id] = shape;
    this.#values = values;
    this.#at = 0;
    const letters: Letter[] = [];
    while (this.#at < values.length) letters.push(this.#read() as Letter);
    this.#values = [];
    return letters;
  }

  #read(): unknown {
    const id = this.#values[this.#at++] as number;
    if (id === 0) return this.#values[this.#at++];
    const { keys, inlined } = this.#shapes[id]!;
    const object: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) {
      object[keys[i]!] = (inlined & (1 << i)) === 0 ? this.#values[this.#at++] : this.#read();
    }
    return object;
  }
}

/** Plain objects. Lists, maps and bytes cross as they are: few letters have any. */
function isWrittenOut(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
