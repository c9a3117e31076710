import type { Shapes } from './shapes.js';
import { byteLength, isWide, readText, writeText } from './text.js';
import type { Stored } from './zone.js';

/**
 * Lists and records as bytes: the structure first, all text of it behind, in one piece. Text is cut out of that piece
 * when the value is read, so that a record of many strings costs one conversion.
 *
 *     varint  characters of text, doubled, + 1 when they are two bytes wide
 *     …       one tag for each value, depth first; lengths of text and of lists stand in or behind the tag
 *     …       text
 */
const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const INT32 = 4;
const DOUBLE = 5;
const BIGINT = 6;
const TEXT = 7;
const LIST = 8;
/** A record whose field names all threads know by number. */
const SHAPED = 9;
/** A record with its field names. */
const NAMED = 10;
/** From here on: a text with fewer than 64 characters; an integer below 128. */
const SHORT_TEXT = 0x40;
const SMALL_INT = 0x80;

export class Encoder {
  bytes = Buffer.allocUnsafeSlow(1024);
  readonly #shapes: Shapes;
  #at = 0;
  #text = '';

  constructor(shapes: Shapes) {
    this.#shapes = shapes;
  }

  /** Encodes a value into `bytes`; returns how many. */
  encode(value: Stored): number {
    this.#text = '';
    // The length of the text goes to the front, and is known at the end.
    this.#at = 5;
    this.put(value);
    const text = this.#text;
    this.#text = '';
    const wide = isWide(text);
    const structure = this.#at;
    const size = byteLength(text, wide);
    this.#reserve(size);
    writeText(this.bytes, structure, text, wide);
    let header = text.length * 2 + (wide ? 1 : 0);
    this.bytes[4] = header & 0x7f;
    let start = 4;
    for (header = Math.floor(header / 128); header > 0; header = Math.floor(header / 128)) {
      this.bytes[--start] = (header & 0x7f) | 0x80;
    }
    this.start = start;
    return structure + size - start;
  }

  /** Where the bytes of the last value begin. */
  start = 0;

  put(value: unknown): void {
    this.#reserve(24);
    if (typeof value === 'string') this.#putText(value);
    else if (typeof value === 'number') this.#putNumber(value);
    else if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) {
        this.#byte(LIST);
        this.#varint(value.length);
        for (const item of value) this.put(item);
      } else this.#putRecord(value as Record<string, Stored>);
    } else if (typeof value === 'bigint') {
      this.#byte(BIGINT);
      this.#putText(value.toString());
    } else if (value === null) this.#byte(NULL);
    else if (value === undefined) this.#byte(UNDEFINED);
    else if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE);
    else throw new TypeError(`a zone cannot hold a ${typeof value}`);
  }

  #putText(text: string): void {
    if (text.length < 64) this.#byte(SHORT_TEXT | text.length);
    else {
      this.#byte(TEXT);
      this.#varint(text.length);
    }
    this.#text += text;
  }

  #putNumber(value: number): void {
    const int = value | 0;
    if (int !== value || Object.is(value, -0)) {
      this.#byte(DOUBLE);
      this.#at = this.bytes.writeDoubleLE(value, this.#at);
    } else if (int >= 0 && int < 128) this.#byte(SMALL_INT | int);
    else {
      this.#byte(INT32);
      this.#byte(int);
      this.#byte(int >> 8);
      this.#byte(int >> 16);
      this.#byte(int >> 24);
    }
  }

  #putRecord(record: Record<string, Stored>): void {
    const names = Object.keys(record);
    const shape = this.#shapes.of(names);
    if (shape !== undefined) {
      this.#byte(SHAPED);
      this.#varint(shape.number);
      shape.write(this, record);
      return;
    }
    this.#byte(NAMED);
    this.#varint(names.length);
    for (const name of names) {
      this.#reserve(24);
      this.#putText(name);
      this.put(record[name]);
    }
  }

  #varint(value: number): void {
    for (; value > 0x7f; value = Math.floor(value / 128)) this.#byte((value & 0x7f) | 0x80);
    this.#byte(value);
  }

  #byte(value: number): void {
    this.bytes[this.#at++] = value;
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((this.#at + more) * 2);
    this.bytes.copy(larger, 0, 0, this.#at);
    this.bytes = larger;
  }
}

export class Decoder {
  readonly #bytes: Buffer;
  readonly #shapes: Shapes;
  #at = 0;
  #text = '';
  #textAt = 0;
  #frozen = false;

  constructor(bytes: Buffer, shapes: Shapes) {
    this.#bytes = bytes;
    this.#shapes = shapes;
  }

  decode(at: number, length: number, frozen: boolean): Stored {
    this.#at = at;
    let header = 0;
    let byte: number;
    do {
      byte = this.#bytes[this.#at++]!;
      header = header * 128 + (byte & 0x7f);
    } while (byte > 0x7f);
    const wide = (header & 1) !== 0;
    const size = wide ? header - 1 : Math.floor(header / 2);
    this.#text = readText(this.#bytes, at + length - size, size, wide);
    this.#textAt = 0;
    this.#frozen = frozen;
    const value = this.take();
    this.#text = '';
    return value;
  }

  take(): Stored {
    const tag = this.#bytes[this.#at++]!;
    if (tag >= SMALL_INT) return tag & 0x7f;
    if (tag >= SHORT_TEXT) return this.#cut(tag & 0x3f);
    switch (tag) {
      case INT32: {
        const at = this.#at;
        const bytes = this.#bytes;
        this.#at = at + 4;
        return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      }
      case DOUBLE:
        this.#at += 8;
        return this.#bytes.readDoubleLE(this.#at - 8);
      case TEXT:
        return this.#cut(this.#varint());
      case SHAPED: {
        const record = this.#shapes.numbered(this.#varint()).read(this);
        return this.#frozen ? Object.freeze(record) : record;
      }
      case LIST: {
        const list: Stored[] = [];
        for (let rest = this.#varint(); rest > 0; rest--) list.push(this.take());
        return this.#frozen ? Object.freeze(list) : list;
      }
      case NAMED: {
        const fields: [string, Stored][] = [];
        for (let rest = this.#varint(); rest > 0; rest--) fields.push([this.take() as string, this.take()]);
        const record = Object.fromEntries(fields);
        return this.#frozen ? Object.freeze(record) : record;
      }
      case BIGINT:
        return BigInt(this.take() as string);
      case TRUE:
      case FALSE:
        return (tag === TRUE) as unknown as Stored;
      case UNDEFINED:
        return undefined as unknown as Stored;
      default:
        return null;
    }
  }

  #cut(length: number): string {
    if (length === 0) return '';
    const from = this.#textAt;
    this.#textAt = from + length;
    return this.#text.substring(from, from + length);
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }
}
