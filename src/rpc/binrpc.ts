import { type BinrpcPacket, readPacket } from './binrpc-read.js';
import { faultPacket, PacketType, replyPacket } from './binrpc-write.js';
import type { RpcTable } from './table.js';

/** Longest request body that is accepted; upstream's ctl reads into 64 KB. */
export const MAX_REQUEST = 65535;

/** What one packet's worth of input came to. */
export type BinrpcStep =
  /** Nothing can be said before more bytes come. */
  | { readonly more: true }
  | {
      readonly more: false;
      /** Bytes of the input that are done with. */
      readonly used: number;
      readonly answer: Promise<Buffer>;
      /** The input cannot be followed any further: a stream is closed after the answer. */
      readonly broken: boolean;
    };

/** Answers the request that these bytes start with, as upstream's ctl does. */
export function stepBinrpc(table: RpcTable, bytes: Buffer, convert = false): BinrpcStep {
  const read = readPacket(bytes, MAX_REQUEST);
  if (!read.ok) {
    if (read.more) return { more: true };
    return refusal(read.cookie, `bad request: ${read.reason}`, bytes.length);
  }
  if (read.packet.type !== PacketType.request) {
    return refusal(read.packet.cookie, 'bad request: corrupted packet', bytes.length);
  }
  return { more: false, used: read.packet.length, answer: answer(table, read.packet, convert), broken: false };
}

function refusal(cookie: number, message: string, used: number): BinrpcStep {
  return { more: false, used, answer: Promise.resolve(faultPacket(cookie, { code: 400, message })), broken: true };
}

async function answer(table: RpcTable, packet: BinrpcPacket, convert: boolean): Promise<Buffer> {
  const [method, ...params] = packet.values;
  if (typeof method !== 'string') {
    const message = `bad request method: ${method === undefined ? 'end of packet encountered' : "record doesn't match type"}`;
    return faultPacket(packet.cookie, { code: 400, message });
  }
  const reply = await table.execute({ method, params, protocol: 'binrpc', convert });
  if (reply === undefined) {
    return faultPacket(packet.cookie, { code: 500, message: `command ${method} not found` });
  }
  if (!reply.ok) return faultPacket(packet.cookie, reply.fault);
  try {
    return replyPacket(packet.cookie, reply.values);
  } catch (error) {
    return faultPacket(packet.cookie, table.failed(method, error).fault);
  }
}
