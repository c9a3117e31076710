/**
 * Cuts JSON objects out of a byte stream that has no other framing (FIFO, TCP): from the first `{` to the brace that
 * closes it. What stands between objects is skipped.
 */
export class JsonFramer {
  #text = '';
  #scanned = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @param limit - longest object in bytes; a longer one is dropped, and reading starts over behind what has come */
  constructor(private readonly limit: number) {}

  /** Adds latin1-held bytes and returns the objects that are now complete. */
  push(chunk: string): string[] {
    const complete: string[] = [];
    this.#text += chunk;
    for (; this.#scanned < this.#text.length; this.#scanned++) {
      if (!this.#ends(this.#text.charCodeAt(this.#scanned))) continue;
      complete.push(this.#text.slice(0, this.#scanned + 1));
      this.#text = this.#text.slice(this.#scanned + 1);
      this.#scanned = -1;
    }
    if (this.#depth === 0) this.#reset();
    else if (this.#text.length > this.limit) this.#reset();
    return complete.map((text) => text.slice(text.indexOf('{'))).filter((text) => text.length <= this.limit);
  }

  #ends(c: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (c === 0x5c) this.#escaped = true;
      else if (c === 0x22) this.#inString = false;
      return false;
    }
    if (c === 0x22) this.#inString = this.#depth > 0;
    else if (c === 0x7b) this.#depth++;
    else if (c === 0x7d && this.#depth > 0) return --this.#depth === 0;
    return false;
  }

  #reset(): void {
    this.#text = '';
    this.#scanned = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }
}
