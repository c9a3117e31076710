import { endianness } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';

/**
 * The few calls of the C library that Node.js has no counterpart of. Pointers are Buffers; results are the kernel's,
 * -1 meaning that {@link Libc.errno} tells why.
 */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  recvmmsg(fd: number, headers: Uint8Array, count: number, flags: number, timeout: null): number;
  sendmmsg(fd: number, headers: Uint8Array, count: number, flags: number): number;
  poll(set: Uint8Array, count: number, timeoutMs: number): number;
  close(fd: number): number;
  errno(): number;
}

/** Tells when a descriptor becomes readable, on the event loop. */
export interface Readiness {
  close(): void;
}

let loaded: Libc | null | undefined;

/** The C library, or null where the layouts that this program relies on do not hold (not 64-bit little-endian Linux). */
export function libc(): Libc | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

const KNOWN_ARCHITECTURES = new Set(['x64', 'arm64', 'riscv64', 'loong64']);

function load(): Libc | null {
  if (process.platform !== 'linux' || endianness() !== 'LE' || !KNOWN_ARCHITECTURES.has(process.arch)) return null;
  try {
    // The process itself has the library loaded, whatever its file is called (glibc, musl).
    const library = koffi.load(null);
    return {
      socket: library.func('int socket(int, int, int)'),
      bind: library.func('int bind(int, void*, uint)'),
      connect: library.func('int connect(int, void*, uint)'),
      getsockname: library.func('int getsockname(int, void*, void*)'),
      setsockopt: library.func('int setsockopt(int, int, int, void*, uint)'),
      recvmmsg: library.func('int recvmmsg(int, void*, uint, int, void*)'),
      sendmmsg: library.func('int sendmmsg(int, void*, uint, int)'),
      poll: library.func('int poll(void*, ulong, int)'),
      close: library.func('int close(int)'),
      errno: () => koffi.errno(),
    };
  } catch {
    return null;
  }
}

/** Address of a buffer's first byte; exact, since user space ends below 2^53. The buffer must not be on V8's heap. */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}

/**
 * Calls `onReadable` on each turn of the event loop in which the descriptor has input.
 *
 * It is called from libuv directly: promises that it settles do not continue until something else runs, so it should
 * only note the event and leave the work to `setImmediate`, which runs in the same turn.
 */
export function watchReadable(fd: number, onReadable: () => void): Readiness {
  return koffi.node.poll(fd, onReadable);
}

const SYSTEM_ERRORS = getSystemErrorMap();

/** Name and text of an errno: `['EADDRINUSE', 'address already in use']`. */
export function describeErrno(errno: number): readonly [string, string] {
  return SYSTEM_ERRORS.get(-Math.abs(errno)) ?? [`errno ${errno}`, `error ${errno}`];
}

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const POLLOUT = 4;

export const EINTR = 4;
export const EAGAIN = 11;
export const ENOBUFS = 105;
export const ECONNREFUSED = 111;

/** Socket options: level and name. */
export const SO_REUSEADDR = [1, 2] as const;
export const SO_REUSEPORT = [1, 15] as const;
export const SO_SNDBUF = [1, 7] as const;
export const SO_RCVBUF = [1, 8] as const;
export const SO_SNDBUFFORCE = [1, 32] as const;
export const SO_RCVBUFFORCE = [1, 33] as const;
export const IP_TOS = [0, 1] as const;
export const IP_MTU_DISCOVER = [0, 10] as const;
export const IP_FREEBIND = [0, 15] as const;
export const TCP_KEEPIDLE = [6, 4] as const;
export const TCP_KEEPINTVL = [6, 5] as const;
export const TCP_KEEPCNT = [6, 6] as const;
export const TCP_SYNCNT = [6, 7] as const;
export const TCP_LINGER2 = [6, 8] as const;
export const TCP_DEFER_ACCEPT = [6, 9] as const;
export const TCP_QUICKACK = [6, 12] as const;
export const IPV6_MTU_DISCOVER = [41, 23] as const;
export const IPV6_V6ONLY = [41, 26] as const;
export const IPV6_TCLASS = [41, 67] as const;
