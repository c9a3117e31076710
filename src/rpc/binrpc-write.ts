import type { RpcFault, RpcValue } from './value.js';

/** Record types, the low four bits of a record's first byte. */
export const RecordType = { int: 0, string: 1, double: 2, struct: 3, array: 4, name: 5, bytes: 6 } as const;

/** Packet types, the high four bits of the second byte. */
export const PacketType = { request: 0, reply: 1, fault: 3 } as const;

export const MAGIC_AND_VERSION = 0xa1;

/** What binrpc shows for a value that was never set. */
const NULL_TEXT = '<null string>';

/** Whole numbers that fit an int record; larger ones travel as doubles, as upstream's 64-bit letters do. */
const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);

/**
 * Writes binrpc packets (the protocol of upstream's ctl module and kamcmd). A record is a byte of length and type, a longer
 * length if need be, and the contents; integers are big-endian without leading zero bytes, doubles are thousandths as a 64-bit
 * integer.
 */
class Body {
  readonly #parts: Buffer[] = [];

  value(value: RpcValue): void {
    switch (typeof value) {
      case 'string':
        this.#text(value, RecordType.string);
        return;
      case 'boolean':
        this.#int(value ? 1 : 0);
        return;
      case 'number':
      case 'bigint':
        if (value >= INT_MIN && value <= INT_MAX && Number.isInteger(Number(value))) this.#int(Number(value));
        else this.#double(Number(value));
        return;
    }
    if (value === null) {
      this.#text(NULL_TEXT, RecordType.string);
      return;
    }
    switch (value.kind) {
      case 'double':
        this.#double(value.value);
        return;
      // Upstream's ctl writes arrays with the tags of structures, and kamcmd reads them so.
      case 'array':
        this.#tag(0);
        for (const item of value.items) this.value(item);
        this.#tag(0x80);
        return;
      case 'struct':
        this.#tag(0);
        for (const [name, field] of value.fields) {
          this.#text(name, RecordType.name);
          this.value(field);
        }
        this.#tag(0x80);
        return;
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #tag(end: number): void {
    this.#parts.push(Buffer.of(end | RecordType.struct));
  }

  #int(value: number): void {
    const digits = bigEndian(BigInt.asUintN(32, BigInt(value)));
    this.#parts.push(Buffer.of((digits.length << 4) | RecordType.int), digits);
  }

  #double(value: number): void {
    const thousandths = Number.isFinite(value) ? BigInt(Math.trunc(value * 1000)) : 0n;
    const digits = bigEndian(BigInt.asUintN(64, thousandths));
    this.#parts.push(Buffer.of((digits.length << 4) | RecordType.double), digits);
  }

  #text(text: string, type: number): void {
    const length = text.length + 1;
    if (length < 8) {
      this.#parts.push(Buffer.of((length << 4) | type));
    } else {
      const digits = bigEndian(BigInt(length));
      this.#parts.push(Buffer.of(((digits.length | 8) << 4) | type), digits);
    }
    this.#parts.push(Buffer.from(`${text}\0`, 'latin1'));
  }
}

/** A reply packet of these values. */
export function replyPacket(cookie: number, values: readonly RpcValue[]): Buffer {
  return packet(PacketType.reply, cookie, values);
}

/** A fault packet: code and phrase. Upstream cuts the phrase at 255 bytes. */
export function faultPacket(cookie: number, fault: RpcFault): Buffer {
  return packet(PacketType.fault, cookie, [fault.code, fault.message.slice(0, 255)]);
}

/** A request packet: the command's name, then its parameters. */
export function requestPacket(cookie: number, method: string, params: readonly RpcValue[]): Buffer {
  return packet(PacketType.request, cookie, [method, ...params]);
}

function packet(type: number, cookie: number, values: readonly RpcValue[]): Buffer {
  const body = new Body();
  for (const value of values) body.value(value);
  const bytes = body.bytes();
  const length = atLeastOne(bigEndian(BigInt(bytes.length)));
  const id = atLeastOne(bigEndian(BigInt(cookie >>> 0)));
  const head = Buffer.of(MAGIC_AND_VERSION, (type << 4) | ((length.length - 1) << 2) | (id.length - 1));
  return Buffer.concat([head, length, id, bytes]);
}

function bigEndian(value: bigint): Buffer {
  if (value === 0n) return Buffer.alloc(0);
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function atLeastOne(digits: Buffer): Buffer {
  return digits.length === 0 ? Buffer.of(0) : digits;
}
