import { inRange, parseIp, parseRange, sameIp } from './addresses.js';
import type { Family, ListenSocket, Proto } from './listen-socket.js';

const LOOPBACK = [parseRange('127.0.0.0/8')!, parseRange('::1')!];

function onLoopback(address: string): boolean {
  const bytes = parseIp(address);
  return bytes !== null && LOOPBACK.some((range) => inRange(bytes, range));
}

/** The sockets that the server listens on, in the order of the config, and the choice among them. */
export class SocketTable {
  readonly #sockets: ListenSocket[] = [];
  /** By protocol and family, e.g. `udp4`. */
  readonly #defaults = new Map<string, ListenSocket>();

  get all(): readonly ListenSocket[] {
    return this.#sockets;
  }

  add(socket: ListenSocket): void {
    this.#sockets.push(socket);
    // Upstream takes the first socket that others can answer to; while it has only loopback ones, each replaces the last.
    const key = socket.proto + socket.family;
    const current = this.#defaults.get(key);
    if (!current || onLoopback(current.address)) this.#defaults.set(key, socket);
  }

  clear(): void {
    this.#sockets.length = 0;
    this.#defaults.clear();
  }

  find(proto: Proto | null, address: string, port: number): ListenSocket | null {
    const sockets = this.#sockets;
    for (let i = 0; i < sockets.length; i++) {
      const socket = sockets[i]!;
      if (port !== 0 && socket.port !== port) continue;
      if (proto !== null && socket.proto !== proto) continue;
      if (socket.address === address || sameIp(socket.address, address)) return socket;
    }
    return null;
  }

  findByName(name: string): ListenSocket | null {
    return this.#sockets.find((socket) => socket.name !== '' && socket.name === name) ?? null;
  }

  choose(proto: Proto, family: Family, wish: ListenSocket | null): ListenSocket | null {
    if (wish && wish.family === family) {
      if (wish.proto === proto) return wish;
      const sibling = this.find(proto, wish.address, wish.port) ?? this.find(proto, wish.address, 0);
      if (sibling) return sibling;
    }
    return this.#defaults.get(proto + family) ?? null;
  }
}
