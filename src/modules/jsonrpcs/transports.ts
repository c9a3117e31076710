import { mkdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import type { FileAccess, Opened } from '../../rpc/endpoint-file.js';
import { listenFifo } from '../../rpc/fifo.js';
import type { JsonRpcOptions } from '../../rpc/jsonrpc.js';
import { listenTcp, listenUdp, listenUnixDatagram, type RpcListener } from '../../rpc/listeners.js';
import { jsonRpcWire } from '../../rpc/protocol.js';
import type { PARAMS } from './params.js';

export type JsonrpcsParams = ParamValues<typeof PARAMS>;

/** Bits of the `transport` parameter; 0 stands for all that can be had. */
export const Transport = { HTTP: 1, FIFO: 2, DATAGRAM: 4, TCP: 8 } as const;

/** `host:port`, with brackets around IPv6. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `[udp:|tcp:]host:port`; null when it is no such address. */
export function parseSocketAddress(text: string): SocketAddress | null {
  const [, v6, name, port] = /^(?:(?:udp[46]?|tcp):)?(?:\[([^\]]+)\]|([^:/]+)):(\d+)$/.exec(text) ?? [];
  const host = v6 ?? name;
  return host === undefined || Number(port) > 65535 ? null : { host, port: Number(port) };
}

/** Opens what the parameters ask for. Throws `ConfigError` with the parameter at fault; what was opened is closed then. */
export async function openTransports(
  host: Host,
  params: JsonrpcsParams,
  options: JsonRpcOptions,
): Promise<readonly RpcListener[]> {
  const open: RpcListener[] = [];
  const add = async (param: string, opening: Opened<RpcListener> | Promise<Opened<RpcListener>>): Promise<void> => {
    const opened = await opening;
    if (opened.ok) open.push(opened.value);
    else {
      await Promise.all(open.map((listener) => listener.close()));
      throw new ConfigError(`jsonrpcs: ${opened.message}`, param);
    }
  };
  const wanted = (bit: number): boolean => params.transport === 0 || (params.transport & bit) !== 0;
  const wire = jsonRpcWire(host.rpc, options);
  if (wanted(Transport.FIFO) && params.fifo_name !== '') {
    await add('fifo_name', openFifo(host, params, options));
  }
  if (wanted(Transport.DATAGRAM) && params.dgram_socket !== '') {
    const at = params.dgram_socket.startsWith('udp') ? parseSocketAddress(params.dgram_socket) : null;
    const access = accessOf(params.dgram_mode, params.dgram_user, params.dgram_group);
    await add(
      'dgram_socket',
      at === null
        ? listenUnixDatagram(inRunDir(host, params.dgram_socket), access, wire)
        : listenUdp(at.host, at.port, wire),
    );
  }
  if (wanted(Transport.TCP) && params.tcp_socket !== '') {
    const at = parseSocketAddress(params.tcp_socket);
    await add(
      'tcp_socket',
      at === null ? { ok: false, message: `no address: ${params.tcp_socket}` } : listenTcp(at.host, at.port, wire),
    );
  }
  return open;
}

function openFifo(host: Host, params: JsonrpcsParams, options: JsonRpcOptions): Opened<RpcListener> {
  return listenFifo(inRunDir(host, params.fifo_name), host.rpc, {
    ...options,
    access: accessOf(params.fifo_mode, params.fifo_user, params.fifo_group),
    replyDir: params.fifo_reply_dir.endsWith('/') ? params.fifo_reply_dir : `${params.fifo_reply_dir}/`,
    onError: (message) => host.log.error('jsonrpcs', message),
    wait: (ms, then) => {
      host.clock.after(ms, then);
    },
  });
}

/** Names that are no absolute path are in the run directory, which is made if need be. */
function inRunDir(host: Host, name: string): string {
  if (isAbsolute(name)) return name;
  const path = join(host.runDir, name);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    // Listening fails with the reason.
  }
  return path;
}

function accessOf(mode: number, user: string | number | null, group: string | number | null): FileAccess {
  return { mode, user: user ?? undefined, group: group ?? undefined };
}
