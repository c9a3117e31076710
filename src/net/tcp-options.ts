import type { Server, Socket } from 'node:net';
import * as sys from './libc.js';
import type { Family } from './listen-socket.js';
import { sockaddr } from './sockaddr.js';

/** What the kernel does for a connection, beyond what Node.js sets. Zero is always the system's own value. */
export interface TcpSocketOptions {
  /** Seconds of silence before the first keep-alive probe (`tcp_keepidle`). */
  readonly keepIdle: number;
  /** Seconds between probes (`tcp_keepintvl`). */
  readonly keepInterval: number;
  /** Probes without answer that end the connection (`tcp_keepcnt`). */
  readonly keepCount: number;
  /** How often a SYN is sent (`tcp_syncnt`). */
  readonly synCount: number;
  /** Seconds that a closed connection waits for the peer's FIN (`tcp_linger2`). */
  readonly linger2: number;
  /** Seconds to hold a new connection back until it has data (`tcp_defer_accept`). */
  readonly deferAccept: number;
  /** Acknowledge at once, instead of with the next data (`tcp_delayed_ack=no`). */
  readonly quickAck: boolean;
  /** Listen sockets and outgoing connections share their ports, connections leave from the one listened on (`tcp_reuse_port`). */
  readonly reusePort: boolean;
  /** Listen on addresses that are not here (yet) (`ip_free_bind`). */
  readonly freeBind: boolean;
}

export const TCP_SOCKET_DEFAULTS: TcpSocketOptions = {
  keepIdle: 0,
  keepInterval: 0,
  keepCount: 0,
  synCount: 0,
  linger2: 0,
  deferAccept: 0,
  quickAck: false,
  reusePort: false,
  freeBind: false,
};

/** An address and a port; port 0 lets the kernel choose. */
export interface LocalEnd {
  readonly address: string;
  readonly port: number;
}

/** The descriptor behind a Node.js socket or server: not part of its API, but what every option needs. -1: none. */
function descriptor(of: Socket | Server): number {
  const { _handle } = of as unknown as { readonly _handle?: { readonly fd?: number } | null };
  return _handle?.fd ?? -1;
}

function set(fd: number, option: readonly [level: number, name: number], value: number): boolean {
  const libc = fd < 0 ? null : sys.libc();
  if (libc === null) return false;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return libc.setsockopt(fd, option[0], option[1], bytes, 4) === 0;
}

/** Options of a connection that is there. Those that the system refuses keep its own values. */
export function configureConnection(socket: Socket, options: TcpSocketOptions): void {
  const wanted: [readonly [number, number], number][] = [
    [sys.TCP_KEEPIDLE, options.keepIdle],
    [sys.TCP_KEEPINTVL, options.keepInterval],
    [sys.TCP_KEEPCNT, options.keepCount],
    [sys.TCP_LINGER2, options.linger2],
    [sys.TCP_QUICKACK, options.quickAck ? 1 : 0],
  ];
  if (wanted.every(([, value]) => value === 0)) return;
  const fd = descriptor(socket);
  for (const [option, value] of wanted) if (value !== 0) set(fd, option, value);
}

/** Options of a server that listens. */
export function configureListener(server: Server, options: TcpSocketOptions): void {
  if (options.deferAccept > 0) set(descriptor(server), sys.TCP_DEFER_ACCEPT, options.deferAccept);
}

/** True when a listen socket needs what only {@link listenerDescriptor} can set. */
export function needsOwnListener(options: TcpSocketOptions): boolean {
  return options.freeBind || options.reusePort;
}

/**
 * A bound descriptor for a server to listen on.
 * @returns a negative errno when it cannot be had; null where the C library is not at hand
 */
export function listenerDescriptor(local: LocalEnd, family: Family, options: TcpSocketOptions): number | null {
  return open(family, (fd) => {
    set(fd, sys.SO_REUSEADDR, 1);
    if (options.freeBind) set(fd, sys.IP_FREEBIND, 1);
    if (options.reusePort) set(fd, sys.SO_REUSEPORT, 1);
    if (family === 6) set(fd, sys.IPV6_V6ONLY, 1);
    return local;
  });
}

/** True when an outgoing connection needs what only {@link outgoingDescriptor} can set. */
export function needsOwnSocket(options: TcpSocketOptions): boolean {
  return options.synCount > 0 || options.reusePort;
}

/** A descriptor to connect from, bound to `local` when given; as {@link listenerDescriptor}. */
export function outgoingDescriptor(local: LocalEnd | null, family: Family, options: TcpSocketOptions): number | null {
  return open(family, (fd) => {
    if (options.synCount > 0) set(fd, sys.TCP_SYNCNT, options.synCount);
    if (options.reusePort) {
      set(fd, sys.SO_REUSEADDR, 1);
      set(fd, sys.SO_REUSEPORT, 1);
    }
    return local;
  });
}

function open(family: Family, prepare: (fd: number) => LocalEnd | null): number | null {
  const libc = sys.libc();
  if (libc === null) return null;
  const type = sys.SOCK_STREAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC;
  const fd = libc.socket(family === 6 ? sys.AF_INET6 : sys.AF_INET, type, 0);
  if (fd < 0) return -libc.errno();
  const local = prepare(fd);
  const address = local && sockaddr(local.address, local.port);
  if (address && libc.bind(fd, address.bytes, address.length) < 0) {
    const errno = libc.errno();
    libc.close(fd);
    return -errno;
  }
  return fd;
}
