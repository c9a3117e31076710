import type { RpcParam } from './params.js';

/** Deeper nesting than any command takes; beyond it the text is refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 64;

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
const PLAIN = /[^"\\]*/y;
const BLANK = /[\x00-\x20]*/y;

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Malformed extends Error {}

/**
 * Reads the JSON value that a text starts with, in latin1-held bytes; undefined when there is none. Unlike `JSON.parse` it
 * keeps the order and repetition of names, because positional parameters may come as an object; and like upstream's
 * parser it does not mind what follows the value.
 */
export function readJson(text: string): RpcParam | undefined {
  try {
    return new Reader(text).value(0);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Reader {
  #at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): RpcParam {
    if (depth > MAX_DEPTH) throw new Malformed();
    this.#match(BLANK);
    switch (this.text[this.#at]) {
      case '{':
        return { kind: 'struct', fields: this.#items('}', () => this.#field(depth)) };
      case '[':
        return { kind: 'array', items: this.#items(']', () => this.value(depth + 1)) };
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #items<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    this.#at++;
    this.#match(BLANK);
    if (this.#take(end)) return items;
    for (;;) {
      items.push(item());
      this.#match(BLANK);
      if (this.#take(end)) return items;
      if (!this.#take(',')) throw new Malformed();
    }
  }

  #field(depth: number): readonly [string, RpcParam] {
    this.#match(BLANK);
    if (this.text[this.#at] !== '"') throw new Malformed();
    const name = this.#string();
    this.#match(BLANK);
    if (!this.#take(':')) throw new Malformed();
    return [name, this.value(depth + 1)];
  }

  #string(): string {
    this.#at++;
    let out = '';
    for (;;) {
      out += this.#match(PLAIN);
      const c = this.text[this.#at++];
      if (c === '"') return out;
      if (c === undefined) throw new Malformed();
      const letter = this.text[this.#at++];
      if (letter === undefined) throw new Malformed();
      out += letter === 'u' ? this.#unicode() : (ESCAPES[letter] ?? letter);
    }
  }

  /** `\uXXXX`, or a pair of them, as the bytes of its UTF-8 form. */
  #unicode(): string {
    let code = this.#hex4();
    if (code >= 0xd800 && code < 0xdc00 && this.text.startsWith('\\u', this.#at)) {
      this.#at += 2;
      const low = this.#hex4();
      code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
    }
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    return Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
  }

  #hex4(): number {
    const digits = this.text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Malformed();
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #number(): RpcParam {
    const digits = this.#match(NUMBER);
    if (digits === '') throw new Malformed();
    const value = Number(digits);
    if (!Number.isInteger(value)) return { kind: 'double', value };
    return Number.isSafeInteger(value) || !/^-?\d+$/.test(digits) ? value : BigInt(digits);
  }

  #word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#at)) throw new Malformed();
    this.#at += word.length;
    return value;
  }

  #take(c: string): boolean {
    if (this.text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
