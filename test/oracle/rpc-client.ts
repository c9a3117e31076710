import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';

/** The two ways cases ask a running server: jsonrpcs over a UDP datagram, ctl's binary protocol over a unix socket. */

export const JSONRPC_PORT = 5211;
const PATIENCE = 3000;

export function jsonRpc(address: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const request = Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', method, ...(params.length > 0 ? { params } : {}), id: 1 }),
  );
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let retry: NodeJS.Timeout;
    const finish = (answer: unknown) => {
      clearTimeout(limit);
      clearTimeout(retry);
      socket.close();
      resolve(answer);
    };
    const limit = setTimeout(() => finish('no answer'), PATIENCE);
    // The process that answers may start after the SIP workers; until then the kernel refuses.
    const ask = () => socket.send(request, JSONRPC_PORT, address, () => {});
    socket.on('error', () => {
      retry = setTimeout(ask, 20);
    });
    socket.on('message', (data) => {
      const text = data.toString('utf8');
      try {
        const { result, error } = JSON.parse(text) as { result?: unknown; error?: unknown };
        finish(error === undefined ? { result } : { error });
      } catch {
        finish(text);
      }
    });
    ask();
  });
}

/** Asks ctl: the parameters as kamcmd would send them; the answer is the list of values, a fault `{ fault: [code, text] }`. */
export function ctlRpc(path: string, method: string, params: readonly (string | number)[]): Promise<unknown> {
  const body = Buffer.concat([method, ...params].map(encode));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  const request = Buffer.concat([Buffer.from([0xa1, 0x04]), length, Buffer.from([0x2a]), body]);
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const started = Date.now();
    const connect = () => {
      const socket = createConnection(path);
      socket.setTimeout(PATIENCE, () => {
        socket.destroy();
        resolve('no answer');
      });
      socket.on('connect', () => socket.write(request));
      socket.on('error', (error) => {
        if (Date.now() - started < PATIENCE) setTimeout(connect, 20);
        else resolve(error.message);
      });
      socket.on('data', (data) => {
        received = Buffer.concat([received, data]);
        const answer = decodeReply(received);
        if (answer === undefined) return;
        socket.destroy();
        resolve(answer);
      });
    };
    connect();
  });
}

enum Type {
  Int = 0,
  String = 1,
  Double = 2,
  Struct = 3,
  Array = 4,
  Member = 5,
}

function encode(value: string | number): Buffer {
  if (typeof value === 'number') {
    const bytes: number[] = [];
    for (let rest = value >>> 0; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
    return Buffer.from([(bytes.length << 4) | Type.Int, ...bytes]);
  }
  const text = Buffer.from(`${value}\0`, 'latin1');
  if (text.length < 8) return Buffer.concat([Buffer.from([(text.length << 4) | Type.String]), text]);
  return Buffer.concat([Buffer.from([0x80 | (2 << 4) | Type.String, text.length >> 8, text.length & 0xff]), text]);
}

/** Undefined while the packet is not complete. */
function decodeReply(packet: Buffer): unknown {
  if (packet.length < 2) return undefined;
  const lengthSize = ((packet[1]! >> 2) & 3) + 1;
  const cookieSize = (packet[1]! & 3) + 1;
  const start = 2 + lengthSize + cookieSize;
  if (packet.length < start) return undefined;
  const length = packet.readUIntBE(2, lengthSize);
  if (packet.length < start + length) return undefined;
  const reader = { data: packet.subarray(start, start + length), at: 0 };
  const values: unknown[] = [];
  while (reader.at < reader.data.length) values.push(decode(reader));
  return packet[1]! >> 4 === 3 ? { fault: values } : { result: values };
}

const END = Symbol('end of a struct or array');

function decode(reader: { data: Buffer; at: number }): unknown {
  const head = reader.data[reader.at++]!;
  const type = head & 0x0f;
  let size = (head >> 4) & 7;
  if (type === Type.Struct || type === Type.Array) {
    if (head & 0x80) return END;
    if (type === Type.Array) {
      const list: unknown[] = [];
      for (let v = decode(reader); v !== END; v = decode(reader)) list.push(v);
      return list;
    }
    const members: [string, unknown][] = [];
    for (let name = decode(reader); name !== END; name = decode(reader)) members.push([String(name), decode(reader)]);
    return { struct: members };
  }
  if (head & 0x80) {
    const sizeBytes = size;
    size = reader.data.readUIntBE(reader.at, sizeBytes);
    reader.at += sizeBytes;
  }
  const bytes = reader.data.subarray(reader.at, reader.at + size);
  reader.at += size;
  if (type === Type.Int) return size === 0 ? 0 : bytes.readUIntBE(0, size) | 0;
  if (type === Type.Double) return size === 0 ? 0 : (bytes.readUIntBE(0, size) | 0) / 1000;
  return bytes.subarray(0, bytes.at(-1) === 0 ? size - 1 : size).toString('latin1');
}
