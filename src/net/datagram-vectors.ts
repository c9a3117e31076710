import { addressOf } from './libc.js';
import { SOCKADDR_BYTES, SOCKADDR_WORDS } from './sockaddr.js';

/** Datagrams per system call. */
export const BATCH = 64;
/** Bytes of struct mmsghdr: msg_name 0, msg_namelen 8, msg_iov 16, msg_iovlen 24, msg_len 56. */
export const HEADER_BYTES = 64;
const IOVEC_BYTES = 16;

/**
 * Headers, addresses and vectors of one batch. Everything is allocated once; the kernel reads and writes it in place.
 */
export class Vectors {
  readonly headers = Buffer.alloc(BATCH * HEADER_BYTES);
  readonly headerWords = new Uint32Array(this.headers.buffer, this.headers.byteOffset, BATCH * (HEADER_BYTES / 4));
  readonly names = Buffer.alloc(BATCH * SOCKADDR_BYTES);
  readonly nameWords = new Uint32Array(this.names.buffer, this.names.byteOffset, BATCH * SOCKADDR_WORDS);
  readonly iovecs = Buffer.alloc(BATCH * IOVEC_BYTES);
  readonly iovecWords = new Uint32Array(this.iovecs.buffer, this.iovecs.byteOffset, BATCH * (IOVEC_BYTES / 4));
  readonly data: Buffer;
  readonly #dataAddress: number;

  constructor(dataBytes: number) {
    this.data = Buffer.alloc(dataBytes);
    this.#dataAddress = addressOf(this.data);
    const names = addressOf(this.names);
    const iovecs = addressOf(this.iovecs);
    for (let i = 0; i < BATCH; i++) {
      const header = i * HEADER_BYTES;
      this.headers.writeBigUInt64LE(BigInt(names + i * SOCKADDR_BYTES), header);
      this.headers.writeUInt32LE(SOCKADDR_BYTES, header + 8);
      this.headers.writeBigUInt64LE(BigInt(iovecs + i * IOVEC_BYTES), header + 16);
      this.headers.writeBigUInt64LE(1n, header + 24);
    }
  }

  setNameLength(i: number, bytes: number): void {
    this.headerWords[i * 16 + 2] = bytes;
  }

  /** Bytes of datagram `i` that the kernel wrote. */
  received(i: number): number {
    return this.headerWords[i * 16 + 14]!;
  }

  /** Points datagram `i` at a part of the data. */
  setData(i: number, offset: number, bytes: number): void {
    const address = this.#dataAddress + offset;
    const word = i * 4;
    this.iovecWords[word] = address % 0x1_0000_0000;
    this.iovecWords[word + 1] = Math.floor(address / 0x1_0000_0000);
    this.iovecWords[word + 2] = bytes;
  }
}
