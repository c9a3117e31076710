import koffi from 'koffi';

/** Datagram sockets in the file system, which Node.js has no API for. */
export interface UnixCalls {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  recvfrom(fd: number, data: Uint8Array, size: number, flags: number, from: Uint8Array, length: Uint8Array): number;
  sendto(fd: number, data: Uint8Array, size: number, flags: number, to: Uint8Array, length: number): number;
  close(fd: number): number;
  mkfifo(path: string, mode: number): number;
  errno(): number;
}

let loaded: UnixCalls | null | undefined;

/** The calls, or null on a system without them. */
export function unixCalls(): UnixCalls | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

function load(): UnixCalls | null {
  if (process.platform !== 'linux') return null;
  try {
    const library = koffi.load(null);
    return {
      socket: library.func('int socket(int, int, int)'),
      bind: library.func('int bind(int, void*, uint)'),
      recvfrom: library.func('long recvfrom(int, void*, ulong, int, void*, void*)'),
      sendto: library.func('long sendto(int, void*, ulong, int, void*, uint)'),
      close: library.func('int close(int)'),
      mkfifo: library.func('int mkfifo(str, uint)'),
      errno: () => koffi.errno(),
    };
  } catch {
    return null;
  }
}

/** Address family of sockets in the file system. */
export const AF_UNIX = 1;

/** Bytes of struct sockaddr_un. */
export const SOCKADDR_UN_BYTES = 110;

/** Longest path that fits, its terminating zero not counted. */
export const UNIX_PATH_MAX = SOCKADDR_UN_BYTES - 3;

/** A struct sockaddr_un for a path; undefined when it does not fit. */
export function unixAddress(path: string): { readonly bytes: Buffer; readonly length: number } | undefined {
  const name = Buffer.from(path);
  if (name.length === 0 || name.length > UNIX_PATH_MAX) return undefined;
  const bytes = Buffer.alloc(SOCKADDR_UN_BYTES);
  bytes.writeUInt16LE(AF_UNIX, 0);
  name.copy(bytes, 2);
  return { bytes, length: 2 + name.length + 1 };
}
