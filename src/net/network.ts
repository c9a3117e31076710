import './latin1.js';
import type { Clock } from '../clock/clock.js';
import type { ReceiveInfo } from '../sip/receive-info.js';
import { isListenError, listenError } from './listen-error.js';
import { type Family, type ListenSocket, type ListenSpec, listenSocket, type Proto } from './listen-socket.js';
import { SocketTable } from './socket-table.js';
import { SourceAddresses } from './source-address.js';
import { networkStatistics } from './statistics.js';
import { STREAM_DEFAULTS, type StreamOptions, StreamTransport } from './stream-transport.js';
import { type StreamKind, tcp } from './tcp.js';
import type {
  ConnectionHandler,
  ConnectionInfo,
  Destination,
  ListenError,
  ListenResult,
  MessageHandler,
  Network,
} from './transport.js';
import {
  createUdpEngine,
  type NetworkLog,
  UDP_DEFAULTS,
  type UdpEngine,
  type UdpOptions,
  type UdpPort,
} from './udp.js';

export interface NetworkOptions {
  readonly clock: Clock;
  readonly log?: NetworkLog;
  readonly udp?: Partial<UdpOptions>;
  readonly stream?: Partial<StreamOptions>;
  /** Datagrams and connections leave from the socket on the address that the kernel routes from (`mhomed`). */
  readonly multiHomed?: boolean;
  /** Stream protocols beside TCP. */
  readonly streamKinds?: readonly StreamKind[];
  /** `dgram` forces Node's own UDP sockets; by default `KTS_UDP` decides. */
  readonly udpEngine?: string;
}

/** Messages that wait at most for the server to be ready. */
const MAX_EARLY = 4096;

/** Shorter datagrams are keep-alives and probes, never SIP: upstream drops them unseen. */
const SHORTEST_DATAGRAM = 32;

export function createNetwork(options: NetworkOptions): Network {
  return new SocketNetwork(options);
}

class SocketNetwork implements Network {
  readonly statistics = networkStatistics();
  readonly #table = new SocketTable();
  readonly #log: NetworkLog;
  readonly #udp: UdpEngine;
  /** By the socket's index: a socket that came from another thread is a copy. */
  readonly #udpPorts = new Map<number, UdpPort>();
  readonly #streams: StreamTransport;
  readonly #sources: SourceAddresses | null;
  /** What arrives before there is a receiver waits for it. */
  #early: [raw: string, received: ReceiveInfo][] = [];
  #onMessage: MessageHandler = (raw, received) => {
    if (this.#early.length < MAX_EARLY) this.#early.push([raw, received]);
  };

  constructor(options: NetworkOptions) {
    this.#log = options.log ?? (() => {});
    this.#sources = options.multiHomed ? new SourceAddresses(options.clock) : null;
    const udpOptions = { ...UDP_DEFAULTS, ...options.udp };
    this.#udp = createUdpEngine(udpOptions, this.statistics, this.#log, options.udpEngine);
    this.#streams = new StreamTransport({
      kinds: [tcp, ...(options.streamKinds ?? [])],
      options: { ...STREAM_DEFAULTS, ...options.stream },
      clock: options.clock,
      log: this.#log,
      statistics: this.statistics,
      deliver: this.#deliver,
    });
  }

  get sockets(): readonly ListenSocket[] {
    return this.#table.all;
  }

  async listen(specs: readonly ListenSpec[]): Promise<ListenResult> {
    const errors: ListenError[] = [];
    const opened: ListenSocket[] = [];
    for (const spec of specs) {
      const result = await this.#open(spec, this.#table.all.length);
      if (isListenError(result)) {
        errors.push(result);
      } else {
        opened.push(result);
        this.#table.add(result);
      }
    }
    return { sockets: opened, errors };
  }

  async #open(spec: ListenSpec, index: number): Promise<ListenSocket | ListenError> {
    if (spec.proto !== 'udp') {
      if (!this.#streams.knows(spec.proto)) {
        return listenError(spec, 'EPROTONOSUPPORT', `protocol ${spec.proto} is not available`);
      }
      return this.#streams.listen(spec, index);
    }
    let socket: ListenSocket | null = null;
    const port = await this.#udp.open(spec, (raw, srcIp, srcPort) => {
      if (socket) this.#onDatagram(socket, raw, srcIp, srcPort);
    });
    if (isListenError(port)) return port;
    socket = listenSocket(index, spec, port.port, port.fd);
    this.#udpPorts.set(socket.index, port);
    return socket;
  }

  adopt(sockets: readonly ListenSocket[]): void {
    for (const socket of sockets) {
      const port = socket.proto === 'udp' && socket.fd >= 0 ? this.#udp.adopt(socket.fd, socket.family) : null;
      if (port) this.#udpPorts.set(socket.index, port);
      this.#table.add(socket);
    }
  }

  onMessage(handler: MessageHandler): void {
    this.#onMessage = handler;
    const early = this.#early;
    this.#early = [];
    for (const [raw, received] of early) this.#deliver(raw, received);
  }

  onConnectionClosed(handler: ConnectionHandler): void {
    this.#streams.onClosed = handler;
  }

  #onDatagram(socket: ListenSocket, raw: string, srcIp: string, srcPort: number): void {
    if (raw.length < SHORTEST_DATAGRAM) {
      this.statistics.probes++;
      return;
    }
    this.#deliver(raw, {
      srcIp,
      srcPort,
      dstIp: socket.address,
      dstPort: socket.port,
      proto: 'udp',
      family: socket.family,
      socket,
      connectionId: 0,
      routing: null,
    });
  }

  /** The last place where an exception of a handler may arrive: one message is lost, the others go on. */
  readonly #deliver = (raw: string, received: ReceiveInfo): void => {
    try {
      this.#onMessage(raw, received);
    } catch (error) {
      this.statistics.handlerErrors++;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#log('error', `message from ${received.srcIp}:${received.srcPort} failed: ${text}`);
    }
  };

  send(destination: Destination, data: string, undelivered?: () => void): boolean {
    const sent =
      destination.proto === 'udp'
        ? (this.#udpPort(destination)?.send(destination.address, destination.port, data) ?? false)
        : this.#streams.send(destination, this.socketFor(destination), data, undelivered);
    if (!sent) this.statistics.refused++;
    return sent;
  }

  sendBuffer(destination: Destination, data: Uint8Array): boolean {
    if (destination.proto !== 'udp') {
      return this.send(destination, Buffer.from(data.buffer, data.byteOffset, data.length).latin1Slice());
    }
    const sent = this.#udpPort(destination)?.sendBuffer(destination.address, destination.port, data) ?? false;
    if (!sent) this.statistics.refused++;
    return sent;
  }

  #udpPort(destination: Destination): UdpPort | undefined {
    const socket = this.socketFor(destination);
    return socket ? this.#udpPorts.get(socket.index) : undefined;
  }

  findSocket(proto: Proto | null, address: string, port: number): ListenSocket | null {
    return this.#table.find(proto, address, port);
  }

  findSocketByName(name: string): ListenSocket | null {
    return this.#table.findByName(name);
  }

  socketFor(destination: Destination): ListenSocket | null {
    const family: Family = destination.address.includes(':') ? 6 : 4;
    if (this.#sources !== null && destination.socket === null) {
      const source = this.#sources.towards(destination.address);
      const found = source && this.#table.find(destination.proto, source, 0);
      if (found) return found;
    }
    return this.#table.choose(destination.proto, family, destination.socket);
  }

  connection(id: number): ConnectionInfo | null {
    return this.#streams.connections.get(id)?.info ?? null;
  }

  connections(): ConnectionInfo[] {
    return [...this.#streams.connections.all()].map((connection) => connection.info);
  }

  addConnectionAlias(id: number, port: number): boolean {
    return this.#streams.connections.addAlias(id, port);
  }

  setConnectionLifetime(id: number, seconds: number): boolean {
    const connection = this.#streams.connections.get(id);
    if (!connection) return false;
    connection.lifetimeMs = seconds * 1000;
    return true;
  }

  closeConnection(id: number): boolean {
    const connection = this.#streams.connections.get(id);
    connection?.close('closed by request');
    return connection !== undefined;
  }

  async close(): Promise<void> {
    const ports = [...this.#udpPorts.values()];
    this.#udpPorts.clear();
    this.#table.clear();
    this.#sources?.close();
    await Promise.all([this.#streams.close(), ...ports.map((port) => port.close())]);
  }
}
