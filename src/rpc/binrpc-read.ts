import { MAGIC_AND_VERSION, PacketType, RecordType } from './binrpc-write.js';
import type { RpcParam } from './params.js';

/** A packet taken apart. */
export interface BinrpcPacket {
  readonly type: number;
  readonly cookie: number;
  readonly values: readonly RpcParam[];
  /** Bytes it took of the input. */
  readonly length: number;
}

/** Why bytes are no packet, with upstream's words; `more` when what is there may be the start of one. */
export type BinrpcFailure =
  | { readonly ok: false; readonly more: true }
  | { readonly ok: false; readonly more: false; readonly reason: string; readonly cookie: number };

export type BinrpcResult = { readonly ok: true; readonly packet: BinrpcPacket } | BinrpcFailure;

/** Deeper structures than any command has; beyond it a packet is refused, so that none can exhaust the stack. */
const MAX_DEPTH = 32;

const CORRUPTED = 'corrupted packet';
const BAD_RECORD = 'bad record';
const WRONG_TYPE = "record doesn't match type";

class Malformed extends Error {}

/**
 * Reads the packet that these bytes start with.
 *
 * @param maxLength - longest body that is waited for; a longer announced one is a corrupted packet
 */
export function readPacket(bytes: Buffer, maxLength: number): BinrpcResult {
  if (bytes.length >= 1 && bytes[0] !== MAGIC_AND_VERSION) return corrupted(0);
  if (bytes.length < 4) return { ok: false, more: true };
  const flags = bytes[1] as number;
  const type = flags >> 4;
  if (type !== PacketType.request && type !== PacketType.reply && type !== PacketType.fault) return corrupted(0);
  const lengthSize = ((flags >> 2) & 3) + 1;
  const cookieSize = (flags & 3) + 1;
  const start = 2 + lengthSize + cookieSize;
  if (bytes.length < start) return { ok: false, more: true };
  const length = bytes.readUIntBE(2, lengthSize);
  const cookie = bytes.readUIntBE(2 + lengthSize, cookieSize);
  if (length > maxLength) return corrupted(cookie);
  if (bytes.length < start + length) return { ok: false, more: true };
  try {
    const values = new Records(bytes, start, start + length).all();
    return { ok: true, packet: { type, cookie, values, length: start + length } };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, more: false, reason: error.message, cookie };
    throw error;
  }
}

function corrupted(cookie: number): BinrpcFailure {
  return { ok: false, more: false, reason: CORRUPTED, cookie };
}

interface Head {
  readonly type: number;
  /** Length of the contents; for structures and arrays whether this is the closing tag. */
  readonly length: number;
  readonly closes: boolean;
}

class Records {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  all(): RpcParam[] {
    const values: RpcParam[] = [];
    while (this.at < this.end) values.push(this.#value(this.#head(), 0));
    return values;
  }

  #head(): Head {
    if (this.at >= this.end) throw new Malformed(CORRUPTED);
    const first = this.bytes[this.at++] as number;
    const type = first & 0xf;
    const size = first >> 4;
    // A double's length goes up to 8, so its top bit is part of the number.
    if (type === RecordType.double || (size & 8) === 0) return this.#checked(type, size, false);
    if (type === RecordType.struct || type === RecordType.array) return this.#checked(type, 0, true);
    const digits = size & 7;
    if (digits > 4) throw new Malformed(CORRUPTED);
    return this.#checked(type, this.#unsigned(digits), false);
  }

  #checked(type: number, length: number, closes: boolean): Head {
    if (length > this.end - this.at) throw new Malformed(CORRUPTED);
    return { type, length, closes };
  }

  #value(head: Head, depth: number): RpcParam {
    if (depth > MAX_DEPTH) throw new Malformed(BAD_RECORD);
    switch (head.type) {
      case RecordType.int:
        if (head.length > 4) throw new Malformed(CORRUPTED);
        return this.#unsigned(head.length) | 0;
      case RecordType.double:
        return { kind: 'double', value: this.#thousandths(head.length) / 1000 };
      case RecordType.string:
        if (head.length === 0) throw new Malformed(CORRUPTED);
        return this.#text(head.length).slice(0, -1);
      case RecordType.bytes:
        return this.#text(head.length);
      case RecordType.struct:
      case RecordType.array:
        if (head.closes) throw new Malformed(BAD_RECORD);
        return this.#members(head.type, depth);
      default:
        throw new Malformed(WRONG_TYPE);
    }
  }

  /** Until the closing tag: named values make a structure, values without names an array, whichever tag opened it. */
  #members(type: number, depth: number): RpcParam {
    const fields: [string, RpcParam][] = [];
    const items: RpcParam[] = [];
    for (;;) {
      const head = this.#head();
      if (head.closes) {
        if (head.type !== type) throw new Malformed(BAD_RECORD);
        return type === RecordType.array || (items.length > 0 && fields.length === 0)
          ? { kind: 'array', items }
          : { kind: 'struct', fields };
      }
      if (head.type === RecordType.name) {
        if (type === RecordType.array || head.length === 0) throw new Malformed(BAD_RECORD);
        fields.push([this.#text(head.length).slice(0, -1), this.#value(this.#head(), depth + 1)]);
      } else {
        items.push(this.#value(head, depth + 1));
      }
    }
  }

  #text(length: number): string {
    this.at += length;
    return this.bytes.toString('latin1', this.at - length, this.at);
  }

  #unsigned(size: number): number {
    if (size > this.end - this.at) throw new Malformed(CORRUPTED);
    if (size === 0) return 0;
    this.at += size;
    return this.bytes.readUIntBE(this.at - size, size);
  }

  #thousandths(size: number): number {
    if (size > 8) throw new Malformed(CORRUPTED);
    let value = 0n;
    for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(this.bytes[this.at++] as number);
    return Number(BigInt.asIntN(64, value));
  }
}
