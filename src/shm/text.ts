import { At, type SharedMemory } from './memory.js';

const BEYOND_LATIN1 = /[^\x00-\xff]/;

/** Below this length a loop beats the call into Node.js. */
const SHORT_WRITE = 10;
const SHORT_READ = 6;

/** Whether a text needs two bytes for a character. V8 knows the answer for most strings without looking at them. */
export function isWide(text: string): boolean {
  return BEYOND_LATIN1.test(text);
}

export function byteLength(text: string, wide: boolean): number {
  return wide ? text.length * 2 : text.length;
}

/** Writes a text of {@link byteLength} bytes. */
export function writeText(bytes: Buffer, at: number, text: string, wide: boolean): void {
  if (wide) bytes.write(text, at, 'utf16le');
  else if (text.length > SHORT_WRITE) bytes.latin1Write(text, at, text.length);
  else for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

export function readText(bytes: Buffer, at: number, length: number, wide: boolean): string {
  if (wide) return bytes.toString('utf16le', at, at + length);
  if (length > SHORT_READ) return bytes.latin1Slice(at, at + length);
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[at + i]!);
  return text;
}

/** A key as it will be in the memory, with its hash: compared and copied by words. */
export class Key {
  readonly #memory: SharedMemory;
  #words = new Int32Array(256);
  #bytes = Buffer.from(this.#words.buffer);
  hash = 0;
  /** Bytes, doubled, + 1 when it is wide: tells keys apart that have the same bytes. */
  size = 0;
  /** Words that it fills, the last one padded with zeros. */
  length = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  load(text: string): void {
    const wide = isWide(text);
    const bytes = byteLength(text, wide);
    const length = (bytes + 3) >> 2;
    if (length > this.#words.length) {
      this.#words = new Int32Array(length * 2);
      this.#bytes = Buffer.from(this.#words.buffer);
    }
    if (length > 0) this.#words[length - 1] = 0;
    writeText(this.#bytes, 0, text, wide);
    this.size = bytes * 2 + (wide ? 1 : 0);
    this.length = length;
    let hash = this.#memory.words[At.SEED]! ^ this.size;
    for (let i = 0; i < length; i++) hash = mix(hash, this.#words[i]!);
    this.hash = finish(hash);
  }

  isAt(at: number): boolean {
    const { words } = this.#memory;
    for (let i = 0; i < this.length; i++) if (words[at + i] !== this.#words[i]) return false;
    return true;
  }

  writeTo(at: number): void {
    const { words } = this.#memory;
    for (let i = 0; i < this.length; i++) words[at + i] = this.#words[i]!;
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x2c1b_3c6d);
  return mixed ^ (mixed >>> 15);
}

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x297a_2d39);
  return hash ^ (hash >>> 15);
}
