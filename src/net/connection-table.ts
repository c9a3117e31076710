import type { ListenSocket, Proto } from './listen-socket.js';
import type { StreamConnection } from './stream-connection.js';

/** Connections by id, and by the peer addresses under which they may be reused. */
export class ConnectionTable {
  readonly #byId = new Map<number, StreamConnection>();
  readonly #byPeer = new Map<string, StreamConnection>();
  readonly #accepted = new Map<string, number>();
  #lastId = 0;

  get size(): number {
    return this.#byId.size;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  all(): IterableIterator<StreamConnection> {
    return this.#byId.values();
  }

  get(id: number): StreamConnection | undefined {
    return this.#byId.get(id);
  }

  /** @param socket - a connection of this listen socket's is preferred; null: the newest of the peer */
  find(proto: Proto, address: string, port: number, socket: ListenSocket | null = null): StreamConnection | undefined {
    const newest = this.#byPeer.get(peerKey(proto, address, port));
    if (socket === null || newest === undefined || newest.info.socket.index === socket.index) return newest;
    for (const connection of this.#byId.values()) {
      const { info } = connection;
      const isPeer = info.remotePort === port || connection.aliases.includes(port);
      if (isPeer && info.proto === proto && info.remoteAddress === address && info.socket.index === socket.index)
        return connection;
    }
    return newest;
  }

  /** How many accepted connections one address has. */
  acceptedFrom(address: string): number {
    return this.#accepted.get(address) ?? 0;
  }

  /** The newest connection of a peer is the one that is reused, as upstream does by default. */
  add(connection: StreamConnection): void {
    const { id, proto, remoteAddress, remotePort } = connection.info;
    this.#byId.set(id, connection);
    if (!connection.info.outgoing) this.#accepted.set(remoteAddress, this.acceptedFrom(remoteAddress) + 1);
    this.#byPeer.set(peerKey(proto, remoteAddress, remotePort), connection);
  }

  /** @returns false when there is no such connection or another one holds the address already */
  addAlias(id: number, port: number): boolean {
    const connection = this.#byId.get(id);
    if (!connection) return false;
    const { proto, remoteAddress } = connection.info;
    const key = peerKey(proto, remoteAddress, port);
    const holder = this.#byPeer.get(key);
    if (holder) return holder === connection;
    if (connection.aliases.length >= MAX_ALIASES) return false;
    this.#byPeer.set(key, connection);
    connection.aliases.push(port);
    return true;
  }

  remove(connection: StreamConnection): boolean {
    const { id, proto, remoteAddress, remotePort } = connection.info;
    if (!this.#byId.delete(id)) return false;
    if (!connection.info.outgoing) {
      const left = this.acceptedFrom(remoteAddress) - 1;
      if (left > 0) this.#accepted.set(remoteAddress, left);
      else this.#accepted.delete(remoteAddress);
    }
    for (const port of [remotePort, ...connection.aliases]) {
      const key = peerKey(proto, remoteAddress, port);
      if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key);
    }
    return true;
  }
}

/** Upstream's bound on the aliases of one connection. */
const MAX_ALIASES = 12;

function peerKey(proto: Proto, address: string, port: number): string {
  return `${proto} ${port} ${address}`;
}
