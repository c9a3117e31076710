import './latin1.js';

/** Cuts a byte stream into messages. What follows an error is not looked at: the stream has lost its framing. */
export interface Framing {
  /**
   * Takes the next bytes of the stream; the chunk is not kept.
   * @returns null, or why the connection has to be closed
   */
  push(chunk: Buffer): string | null;
  /** Whether a message has begun and not ended. */
  readonly partial: boolean;
}

export interface SipFramingOptions {
  /** Longest message in bytes, head and body together (`tcp_rd_buf_size`). */
  readonly maxMessage: number;
  /** Takes a head without Content-Length for a message without body (`tcp_accept_no_cl`; HTTP requests need it). */
  readonly acceptNoContentLength: boolean;
}

/** Receives what the framing found. Returning false ends the framing, because the connection is gone. */
export interface FramingSink {
  message(raw: string): boolean;
  /** A keep-alive ping, CRLF CRLF between messages (RFC 5626 §3.5.1), to be answered by one CRLF. */
  ping(): void;
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const NUL = 0x00;
const COLON = 0x3a;
/** Longest number of digits that a Content-Length may have without risk to the arithmetic. */
const MAX_DIGITS = 9;
const NO_LENGTH = -1;
const BAD_LENGTH = -2;

/**
 * SIP over streams: a head up to its empty line, then as many bytes as Content-Length says (RFC 3261 §18.3).
 *
 * Every byte is looked at once however the stream is cut, and a connection between two messages holds no memory: a
 * message that arrives in one piece is read where it lies, only an incomplete one is copied.
 */
export class SipFraming implements Framing {
  readonly #options: SipFramingOptions;
  readonly #sink: FramingSink;
  /** The beginning of an incomplete message; null between messages. */
  #kept: Buffer | null = null;
  #keptBytes = 0;
  /** How much of CR LF CR LF has been seen between messages. */
  #pingState = 0;

  // Offsets from the message's first byte, valid while `#inMessage`.
  #inMessage = false;
  #scanned = 0;
  #lineStart = 0;
  #bodyStart = 0;
  #contentLength = NO_LENGTH;
  /** The line before was Content-Length with nothing after the colon: the value may be on a folded line. */
  #lengthFollows = false;

  constructor(options: SipFramingOptions, sink: FramingSink) {
    this.#options = options;
    this.#sink = sink;
  }

  get partial(): boolean {
    return this.#inMessage;
  }

  push(chunk: Buffer): string | null {
    let at = 0;
    if (this.#kept) {
      const before = this.#keptBytes;
      this.#keep(chunk, 0);
      const kept = this.#kept;
      const end = this.#advance(kept, 0, this.#keptBytes);
      if (typeof end === 'string') return end;
      if (end < 0) return null;
      this.#kept = null;
      this.#keptBytes = 0;
      if (!this.#emit(kept, 0, end)) return null;
      at = end - before;
    }
    while (at < chunk.length) {
      at = this.#skipBetween(chunk, at);
      if (at === chunk.length) break;
      const end = this.#advance(chunk, at, chunk.length);
      if (typeof end === 'string') return end;
      if (end < 0) {
        this.#keep(chunk, at);
        break;
      }
      if (!this.#emit(chunk, at, end)) return null;
      at = end;
    }
    return null;
  }

  /** Skips empty lines before a message and answers pings among them. */
  #skipBetween(data: Buffer, at: number): number {
    for (; at < data.length; at++) {
      const c = data[at]!;
      if (c === CR || c === LF) {
        const expected = this.#pingState % 2 === 0 ? CR : LF;
        this.#pingState = c === expected ? this.#pingState + 1 : c === CR ? 1 : 0;
        if (this.#pingState === 4) {
          this.#pingState = 0;
          this.#sink.ping();
        }
      } else if (c === SPACE || c === TAB || c === NUL) {
        this.#pingState = 0;
      } else {
        this.#begin();
        break;
      }
    }
    return at;
  }

  #begin(): void {
    this.#inMessage = true;
    this.#pingState = 0;
    this.#scanned = 0;
    this.#lineStart = 0;
    this.#bodyStart = 0;
    this.#contentLength = NO_LENGTH;
    this.#lengthFollows = false;
  }

  /**
   * Goes on with the message that begins at `start`.
   * @returns the index behind its last byte, -1 when more is needed, or what is wrong with it
   */
  #advance(data: Buffer, start: number, limit: number): number | string {
    const { maxMessage } = this.#options;
    while (this.#bodyStart === 0) {
      const lf = data.indexOf(LF, start + this.#scanned);
      if (lf < 0 || lf >= limit) {
        this.#scanned = limit - start;
        return this.#scanned > maxMessage ? tooLong(maxMessage) : -1;
      }
      const lineStart = start + this.#lineStart;
      const lineEnd = lf > lineStart && data[lf - 1] === CR ? lf - 1 : lf;
      this.#scanned = this.#lineStart = lf + 1 - start;
      if (this.#scanned > maxMessage) return tooLong(maxMessage);
      if (lineEnd === lineStart) {
        this.#bodyStart = this.#scanned;
        break;
      }
      const length = this.#lengthIn(data, lineStart, lineEnd);
      if (length === BAD_LENGTH) return 'bad Content-Length';
      if (length === NO_LENGTH) continue;
      if (this.#contentLength !== NO_LENGTH && this.#contentLength !== length) return 'contradicting Content-Length';
      this.#contentLength = length;
    }
    if (this.#contentLength === NO_LENGTH) {
      if (!this.#options.acceptNoContentLength) return 'no Content-Length';
      this.#contentLength = 0;
    }
    const bytes = this.#bodyStart + this.#contentLength;
    if (bytes > maxMessage) return tooLong(maxMessage);
    return start + bytes <= limit ? start + bytes : -1;
  }

  /** The Content-Length that this head line gives, if it gives one. */
  #lengthIn(data: Buffer, from: number, to: number): number {
    const first = data[from]!;
    if (this.#lengthFollows) {
      this.#lengthFollows = false;
      return first === SPACE || first === TAB ? this.#number(data, from, to) : BAD_LENGTH;
    }
    const lower = first | 0x20;
    const name = lower === 0x6c ? 'l' : lower === 0x63 ? 'content-length' : null;
    if (name === null || to - from <= name.length) return NO_LENGTH;
    for (let i = 1; i < name.length; i++) if ((data[from + i]! | 0x20) !== name.charCodeAt(i)) return NO_LENGTH;
    let at = from + name.length;
    while (at < to && (data[at] === SPACE || data[at] === TAB)) at++;
    return at < to && data[at] === COLON ? this.#number(data, at + 1, to) : NO_LENGTH;
  }

  #number(data: Buffer, from: number, to: number): number {
    while (from < to && (data[from] === SPACE || data[from] === TAB)) from++;
    while (to > from && (data[to - 1] === SPACE || data[to - 1] === TAB)) to--;
    if (from === to) {
      this.#lengthFollows = true;
      return NO_LENGTH;
    }
    if (to - from > MAX_DIGITS) return BAD_LENGTH;
    let value = 0;
    for (let i = from; i < to; i++) {
      const digit = data[i]! - 0x30;
      if (digit < 0 || digit > 9) return BAD_LENGTH;
      value = value * 10 + digit;
    }
    return value;
  }

  #emit(data: Buffer, start: number, end: number): boolean {
    this.#inMessage = false;
    return this.#sink.message(data.latin1Slice(start, end));
  }

  /** Copies the rest of the chunk behind what is kept, growing by doubling. */
  #keep(chunk: Buffer, from: number): void {
    const needed = this.#keptBytes + chunk.length - from;
    if (!this.#kept || this.#kept.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(1024, 2 ** Math.ceil(Math.log2(needed))));
      if (this.#kept) this.#kept.copy(grown, 0, 0, this.#keptBytes);
      this.#kept = grown;
    }
    chunk.copy(this.#kept, this.#keptBytes, from);
    this.#keptBytes = needed;
  }
}

function tooLong(maxMessage: number): string {
  return `message longer than ${maxMessage} bytes`;
}
