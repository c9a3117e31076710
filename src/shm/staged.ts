import { Encoder } from './codec.js';
import type { SharedMemory } from './memory.js';
import type { Shapes } from './shapes.js';
import { byteLength, isWide, writeText } from './text.js';
import type { Stored } from './zone.js';

/** How a value lies in the memory. Numbers are part of their entry. */
export const Kind = { NULL: 0, NUMBER: 1, LATIN1: 2, UTF16: 3, ENCODED: 4 } as const;

/** Encodings up to here are copied by a loop. */
const SHORT = 32;

/** A value on its way into the memory: everything about it that needs no lock is done before the lock is taken. */
export class Staged {
  readonly #memory: SharedMemory;
  readonly #encoder: Encoder;
  kind: number = Kind.NULL;
  number = 0;
  /** Bytes in the memory, besides the entry. */
  size = 0;
  #text = '';

  constructor(memory: SharedMemory, shapes: Shapes) {
    this.#memory = memory;
    this.#encoder = new Encoder(shapes);
  }

  load(value: Stored): this {
    if (typeof value === 'string') this.#loadText(value);
    else if (typeof value === 'number') {
      this.kind = Kind.NUMBER;
      this.number = value;
      this.size = 0;
    } else if (value === null) {
      this.kind = Kind.NULL;
      this.size = 0;
    } else {
      this.size = this.#encoder.encode(value);
      this.kind = Kind.ENCODED;
    }
    return this;
  }

  /** Writes the bytes to a word. */
  writeTo(at: number): void {
    if (this.size === 0) return;
    const { bytes } = this.#memory;
    if (this.kind !== Kind.ENCODED) writeText(bytes, at * 4, this.#text, this.kind === Kind.UTF16);
    else {
      const { bytes: from, start } = this.#encoder;
      if (this.size > SHORT) from.copy(bytes, at * 4, start, start + this.size);
      else for (let i = 0; i < this.size; i++) bytes[at * 4 + i] = from[start + i]!;
    }
  }

  #loadText(text: string): void {
    const wide = isWide(text);
    this.kind = wide ? Kind.UTF16 : Kind.LATIN1;
    this.size = byteLength(text, wide);
    this.#text = text;
  }
}
