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
/** What is to be done with a connection. */
const CONNECTION = 'net:connection';

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

  constructor(
    options: NetworkOptions,
    private readonly threads: Threads,
  ) {
    this.#own = createNetwork(options);
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

  send(destination: Destination, data: string): boolean {
    if (this.#isOwn(destination)) return this.#own.send(destination, data);
    if (this.#own.socketFor(destination) === null) return false;
    this.threads.send(0, SEND, { dst: packDestination(destination), data });
    return true;
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
  threads.handle<{ dst: WireDestination; data: string }>(SEND, ({ dst, data }) => {
    network.send(unpackDestination(dst, network), data);
  });
  threads.handle<ConnectionOrder>(CONNECTION, ({ id, alias, lifetime, close }) => {
    if (alias !== undefined) network.addConnectionAlias(id, alias);
    if (lifetime !== undefined) network.setConnectionLifetime(id, lifetime);
    if (close === true) network.closeConnection(id);
  });
}
