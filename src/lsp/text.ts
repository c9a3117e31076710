import type { Position, Range } from 'vscode-languageserver';
import type { Span } from '../../grammar/source.js';

/**
 * The text of one file in both worlds: editors count lines and UTF-16 units from 0, the grammar counts bytes (a byte is
 * a character) in lines from 1. Made once per version of the text; tables are made when something is not ASCII.
 */
export class ConfigText {
  /** Bytes as latin1 characters: what the grammar reads. */
  readonly bytes: string;
  /** Offsets in `bytes` where lines start, as the grammar sees lines. */
  readonly #lines: number[] = [0];
  /** UTF-16 offset of each byte; null when all is ASCII. */
  readonly #units: Uint32Array | null;
  /** UTF-16 offsets where lines start, as editors see lines: a lone CR ends one too. */
  readonly #unitLines: number[] = [0];
  readonly #length: number;

  private constructor(bytes: string, text: string | null) {
    this.bytes = bytes;
    for (let at = bytes.indexOf('\n'); at !== -1; at = bytes.indexOf('\n', at + 1)) this.#lines.push(at + 1);
    const ascii = text === null ? !NOT_ASCII.test(bytes) : text.length === bytes.length;
    this.#units = ascii ? null : unitsOf(bytes);
    this.#length = this.#units === null ? bytes.length : this.#units[bytes.length]!;
    for (let i = 0; i < bytes.length; i++) {
      const c = bytes.charCodeAt(i);
      if (c === 10 || (c === 13 && bytes.charCodeAt(i + 1) !== 10)) this.#unitLines.push(this.#unit(i + 1));
    }
  }

  /** The text of an editor's buffer. */
  static ofBuffer(text: string): ConfigText {
    return new ConfigText(Buffer.from(text, 'utf8').latin1Slice(), text);
  }

  /** The bytes of a file, which need not be UTF-8. */
  static ofBytes(bytes: string): ConfigText {
    return new ConfigText(bytes, null);
  }

  /** Where an editor sees a byte. */
  position(offset: number): Position {
    const unit = this.#unit(Math.min(Math.max(0, offset), this.bytes.length));
    const line = lastAtMost(this.#unitLines, unit);
    return { line, character: unit - this.#unitLines[line]! };
  }

  /** Bytes from `start` up to and without `end`. */
  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  /** The byte at an editor's position; positions behind the end of a line or of the text are at that end. */
  offset({ line, character }: Position): number {
    const lines = this.#unitLines;
    if (line < 0) return 0;
    if (line >= lines.length) return this.bytes.length;
    const start = lines[line]!;
    const end = line + 1 < lines.length ? lines[line + 1]! - 1 : this.#length;
    const unit = Math.max(start, Math.min(start + character, end));
    return this.#units === null ? unit : this.#byteAt(unit);
  }

  /** The byte at a line and column of the grammar. */
  offsetOf(line: number, column: number): number {
    const start = this.#lines[Math.min(Math.max(1, line), this.#lines.length) - 1]!;
    return Math.min(start + Math.max(0, column - 1), this.bytes.length);
  }

  /** What a span of the grammar covers. */
  spanRange({ at, end }: Pick<Span, 'at' | 'end'>): Range {
    const start = this.offsetOf(at.line, at.column);
    return this.range(start, Math.max(start, this.offsetOf(end.line, end.column + 1)));
  }

  /** The line of a byte, counted as the grammar does, from 1. */
  lineOf(offset: number): number {
    return lastAtMost(this.#lines, offset) + 1;
  }

  #unit(offset: number): number {
    return this.#units === null ? offset : this.#units[offset]!;
  }

  #byteAt(unit: number): number {
    const units = this.#units!;
    let low = 0;
    let high = units.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (units[middle]! < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** Bytes of one UTF-8 character by its first byte; 1 for what cannot begin one. */
function widthOf(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The UTF-16 offset of each byte and of the end: bytes inside a character have that of the character. */
function unitsOf(bytes: string): Uint32Array {
  const units = new Uint32Array(bytes.length + 1);
  let unit = 0;
  for (let i = 0; i < bytes.length; ) {
    const width = widthOf(bytes.charCodeAt(i));
    let n = 1;
    while (n < width && (bytes.charCodeAt(i + n) & 0xc0) === 0x80) n++;
    const whole = n === width;
    const after = i + (whole ? n : 1);
    units.fill(unit, i, after);
    unit += whole && width === 4 ? 2 : 1;
    i = after;
  }
  units[bytes.length] = unit;
  return units;
}

/** Index of the last number that is not above `value`, in a rising list that begins with 0. */
function lastAtMost(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bytes as the text that they stand for. What is no UTF-8, and what is a character of our own already, stays. */
export function utf8(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  return bytes.replace(/[\x80-\xff]+/g, (run) => {
    const text = Buffer.from(run, 'latin1').toString('utf8');
    return text.includes('\ufffd') ? run : text;
  });
}
