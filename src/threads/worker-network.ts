import { createNetwork, type NetworkOptions } from '../net/network.js';
import type {
  ConnectionHandler,
  ConnectionInfo,
  Destination,
  ListenResult,
  ListenSocket,
  ListenSpec,
  MessageHandler,
  Network,
  Proto,
} from '../net/transport.js';
import { packDestination, unpackDestination, type WireDestination } from '../net/wire.js';
import type { Threads } from '../registry/threads.js';

/** A message for a connection, which thread 0 has. */
const SEND = 'net:send';
/** A message that thread 0 could not send after all, by the number it was sent with. */
const UNDELIVERED = 'net:undelivered';
/** Messages whose outcome somebody waits for; the oldest is forgotten, its transaction has a timer. */
const MOST_WATCHED = 10_000;
/** What is to be done with a connection. */
const CONNECTION = 'net:connection';

interface SendOrder {
  readonly dst: WireDestination;
  readonly data: string;
  /** Whether, and under which number, the sender wants to know that it could not be sent; 0: it does not. */
  readonly watch: number;
}

interface ConnectionOrder {
  readonly id: number;
  readonly alias?: number;
  readonly lifetime?: number;
  readonly close?: true;
}

/**
 * The network as a worker thread sees it: datagrams leave through the sockets of thread 0, whose descriptors the whole
 * process shares; what goes over connections is handed to thread 0, since a connection belongs to the thread that opened
 * it. Nothing is received here.
 */
export class WorkerNetwork implements Network {
  readonly #own: Network;
  readonly #watched = new Map<number, () => void>();
  #lastWatch = 0;

  constructor(
    options: NetworkOptions,
    private readonly threads: Threads,
  ) {
    this.#own = createNetwork(options);
    threads.handle<number>(UNDELIVERED, (watch) => {
      const undelivered = this.#watched.get(watch);
      this.#watched.delete(watch);
      undelivered?.();
    });
  }

  get sockets(): readonly ListenSocket[] {
    return this.#own.sockets;
  }
  get statistics(): Network['statistics'] {
    return this.#own.statistics;
  }

  adopt(sockets: readonly ListenSocket[]): void {
    this.#own.adopt(sockets);
  }

  async listen(_specs: readonly ListenSpec[]): Promise<ListenResult> {
    return { sockets: [], errors: [] };
  }
  onMessage(_handler: MessageHandler): void {}
  onConnectionClosed(_handler: ConnectionHandler): void {}

  send(destination: Destination, data: string, undelivered?: () => void): boolean {
    if (this.#isOwn(destination)) return this.#own.send(destination, data);
    if (this.#own.socketFor(destination) === null) return false;
    const watch = undelivered === undefined ? 0 : this.#watch(undelivered);
    this.threads.send(0, SEND, { dst: packDestination(destination), data, watch } satisfies SendOrder);
    return true;
  }

  #watch(undelivered: () => void): number {
    const watch = ++this.#lastWatch;
    this.#watched.set(watch, undelivered);
    if (this.#watched.size > MOST_WATCHED) this.#watched.delete(this.#watched.keys().next().value!);
    return watch;
  }

  sendBuffer(destination: Destination, data: Uint8Array): boolean {
    if (this.#isOwn(destination)) return this.#own.sendBuffer(destination, data);
    return this.send(destination, Buffer.from(data.buffer, data.byteOffset, data.length).latin1Slice());
  }

  /** A datagram socket without a descriptor (dgram's own) can only be used by the thread that opened it. */
  #isOwn(destination: Destination): boolean {
    return destination.proto === 'udp' && (this.#own.socketFor(destination)?.fd ?? -1) >= 0;
  }

  findSocket(proto: Proto | null, address: string, port: number): ListenSocket | null {
    return this.#own.findSocket(proto, address, port);
  }
  findSocketByName(name: string): ListenSocket | null {
    return this.#own.findSocketByName(name);
  }
  socketFor(destination: Destination): ListenSocket | null {
    return this.#own.socketFor(destination);
  }

  /** Connections are thread 0's: nothing of them is known here. */
  connection(_id: number): ConnectionInfo | null {
    return null;
  }
  connections(): ConnectionInfo[] {
    return [];
  }
  addConnectionAlias(id: number, port: number): boolean {
    return this.#order({ id, alias: port });
  }
  setConnectionLifetime(id: number, seconds: number): boolean {
    return this.#order({ id, lifetime: seconds });
  }
  closeConnection(id: number): boolean {
    return this.#order({ id, close: true });
  }

  #order(order: ConnectionOrder): boolean {
    this.threads.send(0, CONNECTION, order);
    return true;
  }

  close(): Promise<void> {
    return this.#own.close();
  }
}

/** What thread 0 does for the workers' {@link WorkerNetwork}s. */
export function serveWorkerNetworks(threads: Threads, network: Network): void {
  threads.handle<SendOrder>(SEND, ({ dst, data, watch }, from) => {
    const tell = watch === 0 ? undefined : () => threads.send(from, UNDELIVERED, watch);
    if (!network.send(unpackDestination(dst, network), data, tell)) tell?.();
  });
  threads.handle<ConnectionOrder>(CONNECTION, ({ id, alias, lifetime, close }) => {
    if (alias !== undefined) network.addConnectionAlias(id, alias);
    if (lifetime !== undefined) network.setConnectionLifetime(id, lifetime);
    if (close === true) network.closeConnection(id);
  });
}
