import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { readPacket } from './binrpc-read.js';
import { PacketType, requestPacket } from './binrpc-write.js';
import { JsonFramer } from './json-framer.js';
import { readJson } from './json-read.js';
import { formatRequest } from './jsonrpc.js';
import type { RpcParam } from './params.js';
import { UnixDatagramSocket } from './unix-datagram.js';
import type { RpcFault, RpcValue } from './value.js';

/** What the server said, or why nothing was heard. */
export type ClientReply =
  | {
      readonly ok: true;
      readonly values: readonly RpcParam[] /** JSON-RPC: the reply as received. */;
      readonly text?: string;
    }
  | { readonly ok: false; readonly fault: RpcFault; readonly text?: string }
  | { readonly ok: false; readonly fault: undefined; readonly message: string };

/** Where a server listens. `unix` is a stream, `unixd` a datagram socket. */
export type ClientAddress =
  | { readonly transport: 'unix' | 'unixd'; readonly path: string }
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number };

export interface ClientOptions {
  readonly timeoutMs: number;
  /** Where a datagram client puts its own socket; the server's must be allowed to write there. */
  readonly replyDir: string;
}

/** Longest answer taken. */
const MAX_REPLY = 16 * 1024 * 1024;

/** `unix:/path`, `unixs:/path`, `unixd:/path`, `tcp:host:port`, or a bare path; undefined for anything else. */
export function parseAddress(text: string): ClientAddress | undefined {
  if (text.startsWith('/')) return { transport: 'unix', path: text };
  const [, scheme, rest = ''] = /^(unixs?|unixd|tcp):(.+)$/s.exec(text) ?? [];
  if (scheme === 'unixd') return { transport: 'unixd', path: rest };
  if (scheme === 'unix' || scheme === 'unixs') return { transport: 'unix', path: rest };
  const [, host, port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(rest) ?? [];
  const number = Number(port);
  if (scheme !== 'tcp' || host === undefined || !(number > 0 && number < 65536)) return undefined;
  return { transport: 'tcp', host, port: number };
}

/** Calls a command over JSON-RPC. */
export function callJsonRpc(
  at: ClientAddress,
  method: string,
  params: readonly RpcValue[],
  options: ClientOptions,
): Promise<ClientReply> {
  const request = Buffer.from(formatRequest(method, params, 1), 'latin1');
  const framer = new JsonFramer(MAX_REPLY);
  return exchange(at, request, options, (bytes) => {
    const [text] = framer.push(bytes.toString('latin1'));
    return text === undefined ? undefined : jsonReply(text);
  });
}

/** Calls a command over binrpc. */
export function callBinrpc(
  at: ClientAddress,
  method: string,
  params: readonly RpcValue[],
  options: ClientOptions,
): Promise<ClientReply> {
  const cookie = randomInt(0xffffffff);
  let pending: Buffer = Buffer.alloc(0);
  return exchange(at, requestPacket(cookie, method, params), options, (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    const read = readPacket(pending, MAX_REPLY);
    if (!read.ok) return read.more ? undefined : unheard(`bad reply: ${read.reason}`);
    if (read.packet.cookie !== cookie) return unheard('the reply belongs to another request');
    const { type, values } = read.packet;
    if (type === PacketType.reply) return { ok: true, values };
    const [code, message] = values;
    if (type !== PacketType.fault || typeof code !== 'number') return unheard('bad reply: no reply packet');
    return { ok: false, fault: { code, message: typeof message === 'string' ? message : '' } };
  });
}

function jsonReply(text: string): ClientReply {
  const root = readJson(text);
  if (typeof root !== 'object' || root === null || root.kind !== 'struct') return unheard('bad reply: no JSON object');
  const field = (of: readonly (readonly [string, RpcParam])[], name: string) => of.find(([n]) => n === name)?.[1];
  const result = field(root.fields, 'result');
  if (result !== undefined) return { ok: true, values: [result], text };
  const error = field(root.fields, 'error');
  if (typeof error !== 'object' || error === null || error.kind !== 'struct') return unheard('bad reply: no result');
  const code = field(error.fields, 'code');
  const message = field(error.fields, 'message');
  return { ok: false, fault: { code: Number(code ?? 0), message: String(message ?? '') }, text };
}

function unheard(message: string): ClientReply {
  return { ok: false, fault: undefined, message };
}

/** Sends, and gives `take` what comes back until it makes a reply of it. */
function exchange(
  at: ClientAddress,
  request: Buffer,
  options: ClientOptions,
  take: (bytes: Buffer) => ClientReply | undefined,
): Promise<ClientReply> {
  return new Promise((resolve) => {
    let close = (): void => {};
    const timer = setTimeout(() => finish(unheard('no reply in time')), options.timeoutMs);
    const finish = (reply: ClientReply): void => {
      clearTimeout(timer);
      close();
      resolve(reply);
    };
    const heard = (bytes: Buffer): void => {
      const reply = take(bytes);
      if (reply !== undefined) finish(reply);
    };
    if (at.transport === 'unixd') {
      const own = `${options.replyDir}/kts-rpc.${process.pid}.${randomInt(0xffffff)}`;
      const socket = UnixDatagramSocket.open(own, { mode: 0o600 }, heard);
      if (!socket.ok) return finish(unheard(socket.message));
      close = () => socket.value.close();
      if (!socket.value.sendTo(request, at.path)) finish(unheard(`cannot send to ${at.path}`));
      return;
    }
    const socket: Socket = at.transport === 'tcp' ? connect(at.port, at.host) : connect(at.path);
    close = () => socket.destroy();
    socket.on('connect', () => socket.write(request));
    socket.on('data', heard);
    socket.on('error', (error) => finish(unheard(error.message)));
    socket.on('end', () => finish(unheard('the server closed the connection')));
  });
}
