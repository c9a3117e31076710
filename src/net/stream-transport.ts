import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Clock, Timer } from '../clock/clock.js';
import type { ReceiveInfo } from '../sip/receive-info.js';
import { normaliseIp } from './addresses.js';
import { ConnectionTable } from './connection-table.js';
import { describeErrno } from './libc.js';
import { listenError } from './listen-error.js';
import { type ListenSocket, type ListenSpec, listenSocket, type Proto } from './listen-socket.js';
import { type ConnectionOwner, StreamConnection } from './stream-connection.js';
import type { SipFramingOptions } from './stream-framing.js';
import type { StreamKind } from './tcp.js';
import {
  configureConnection,
  configureListener,
  listenerDescriptor,
  needsOwnListener,
  TCP_SOCKET_DEFAULTS,
  type TcpSocketOptions,
} from './tcp-options.js';
import type {
  ConnectionHandler,
  ConnectionInfo,
  Destination,
  ListenError,
  MessageHandler,
  NetworkStatistics,
} from './transport.js';
import type { NetworkLog } from './udp.js';

/** Limits and habits of stream connections, each a core parameter of upstream's, with its default. */
export interface StreamOptions extends SipFramingOptions {
  /** Seconds without traffic until a connection is closed (`tcp_connection_lifetime`). */
  readonly connectionLifetime: number;
  /** Seconds (`tcp_connect_timeout`). */
  readonly connectTimeout: number;
  /** Seconds that a write may take (`tcp_send_timeout`). */
  readonly sendTimeout: number;
  /** Open connections, accepted and outgoing together (`tcp_max_connections`). */
  readonly maxConnections: number;
  /** Bytes that may wait on one connection (`tcp_conn_wq_max`). */
  readonly connectionQueue: number;
  /** Bytes that may wait on all connections together (`tcp_wq_max`). */
  readonly totalQueue: number;
  /** Never connect, only use what peers opened (`tcp_no_connect`). */
  readonly noConnect: boolean;
  /** Answer CRLF keep-alives (`tcp_crlf_ping`). */
  readonly crlfPing: boolean;
  /** TCP keep-alive probes (`tcp_keepalive`). */
  readonly keepAlive: boolean;
  /** Options of the kernel's. */
  readonly socket: TcpSocketOptions;
  /** Seconds from the first byte of a message to its last (`tcp_msg_read_timeout`). */
  readonly messageTimeout: number;
  /** Connections accepted from one address; 0: no bound (`tcp_accept_iplimit`). */
  readonly perAddress: number;
  /** Connections are looked for by the socket they belong to first, then by their peer (`tcp_connection_match=1`). */
  readonly matchSocket: boolean;
  /** Connections that were idle are reset instead of closed (`tcp_close_rst`). */
  readonly resetIdle: boolean;
  /** Connections that the kernel may hold before they are accepted (`tcp_listen_backlog`). */
  readonly backlog: number;
  /** Source addresses of outgoing connections (`tcp_source_ipv4`, `tcp_source_ipv6`); empty: the sending socket's. */
  readonly sourceIPv4: string;
  readonly sourceIPv6: string;
}

export const STREAM_DEFAULTS: StreamOptions = {
  // Upstream's is 16 KB, which bodies with several parts outgrow; a datagram may have this much everywhere.
  maxMessage: 65535,
  acceptNoContentLength: false,
  connectionLifetime: 120,
  connectTimeout: 10,
  sendTimeout: 10,
  maxConnections: 2048,
  connectionQueue: 32768,
  totalQueue: 10 << 20,
  noConnect: false,
  crlfPing: true,
  keepAlive: true,
  socket: TCP_SOCKET_DEFAULTS,
  messageTimeout: 20,
  perAddress: 0,
  matchSocket: false,
  resetIdle: false,
  backlog: 1024,
  sourceIPv4: '',
  sourceIPv6: '',
};

export interface StreamTransportParts {
  readonly kinds: readonly StreamKind[];
  readonly options: StreamOptions;
  readonly clock: Clock;
  readonly log: NetworkLog;
  readonly statistics: NetworkStatistics;
  readonly deliver: MessageHandler;
}

/** How often deadlines and idle times are looked at; they are whole seconds. */
const SWEEP_MS = 1000;

/** Listeners and connections of all protocols that run over byte streams. */
export class StreamTransport implements ConnectionOwner {
  readonly connections = new ConnectionTable();
  readonly options: StreamOptions;
  readonly statistics: NetworkStatistics;
  onClosed: ConnectionHandler = () => {};
  queuedBytes = 0;
  readonly #kinds: Map<Proto, StreamKind>;
  readonly #clock: Clock;
  readonly #log: NetworkLog;
  readonly #deliver: MessageHandler;
  readonly #servers: Server[] = [];
  #sweeper: Timer | null = null;

  constructor(parts: StreamTransportParts) {
    this.#kinds = new Map(parts.kinds.map((kind) => [kind.proto, kind]));
    this.options = parts.options;
    this.statistics = parts.statistics;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#deliver = parts.deliver;
  }

  knows(proto: Proto): boolean {
    return this.#kinds.has(proto);
  }

  now(): number {
    return this.#clock.now();
  }

  async listen(spec: ListenSpec, index: number): Promise<ListenSocket | ListenError> {
    let listening: ListenSocket | null = null;
    const server = this.#kinds.get(spec.proto)!.createServer((socket) => {
      if (listening) this.#accept(socket, listening);
      else socket.destroy();
    });
    try {
      const { address: host, port } = spec;
      const { backlog, socket } = this.options;
      const fd = needsOwnListener(socket) ? listenerDescriptor(spec, host.includes(':') ? 6 : 4, socket) : null;
      if (fd !== null && fd < 0) {
        const [name, text] = describeErrno(fd);
        return listenError(spec, name, text);
      }
      if (fd === null) server.listen({ host, port, backlog, exclusive: true, ipv6Only: true });
      else server.listen({ fd, backlog, exclusive: true });
      await once(server, 'listening');
      configureListener(server, socket);
    } catch (error) {
      const { errno, code } = error as NodeJS.ErrnoException;
      const [name, text] = describeErrno(errno ?? 0);
      return listenError(spec, code ?? name, text);
    }
    server.on('error', (error) => this.#log('error', `${spec.proto}: ${error.message}`));
    this.#servers.push(server);
    const bound = server.address();
    listening = listenSocket(index, spec, typeof bound === 'object' && bound ? bound.port : spec.port);
    return listening;
  }

  #accept(socket: Socket, listening: ListenSocket): void {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    if (this.connections.size >= this.options.maxConnections) {
      this.statistics.connectionsRefused++;
      this.#log('warn', `${listening.text}: refused ${remoteAddress}:${remotePort}, too many connections`);
      socket.destroy();
      return;
    }
    const from = normaliseIp(remoteAddress) ?? remoteAddress;
    if (this.options.perAddress > 0 && this.connections.acceptedFrom(from) >= this.options.perAddress) {
      this.statistics.connectionsRefused++;
      this.#log('warn', `${listening.text}: refused ${from}:${remotePort}, too many connections from this address`);
      socket.destroy();
      return;
    }
    this.statistics.connectionsAccepted++;
    this.#configure(socket);
    this.#adopt(socket, {
      id: this.connections.nextId(),
      proto: listening.proto,
      family: listening.family,
      remoteAddress: from,
      remotePort,
      localAddress: listening.address,
      localPort: listening.port,
      socket: listening,
      outgoing: false,
    });
  }

  /**
   * @param from - the socket to send from; null: there is none for this protocol and family
   * @param undelivered - see `Network.send`
   * @returns false when nothing will be sent
   */
  send(destination: Destination, from: ListenSocket | null, data: string, undelivered?: () => void): boolean {
    const { proto, address, port, connectionId } = destination;
    let connection = connectionId > 0 ? this.connections.get(connectionId) : undefined;
    if (!connection || connection.info.proto !== proto) {
      const socket = this.options.matchSocket ? from : null;
      connection = this.connections.find(proto, address, port, socket);
    }
    if (!connection) {
      if (!from || destination.noConnect || this.options.noConnect) return false;
      connection = this.#connect(destination, from);
      if (!connection) return false;
    }
    if (!connection.send(data, undelivered)) return false;
    if (destination.closeAfterSend) connection.closeWhenSent();
    return true;
  }

  #connect(destination: Destination, from: ListenSocket): StreamConnection | undefined {
    const { proto, address, port } = destination;
    const kind = this.#kinds.get(proto);
    if (!kind || port === 0) return undefined;
    if (this.connections.size >= this.options.maxConnections) {
      this.statistics.connectionsRefused++;
      this.#log('warn', `${proto}: no connection to ${address}:${port}, too many connections`);
      return undefined;
    }
    const source = from.family === 4 ? this.options.sourceIPv4 : this.options.sourceIPv6;
    const localAddress = source || (isAny(from.address) ? undefined : from.address);
    let connection: StreamConnection | null = null;
    const { socket: options } = this.options;
    const localPort = options.reusePort && source === '' ? from.port : 0;
    const socket = kind.connect({ address, port, localAddress, localPort, options }, () => {
      this.#configure(socket);
      connection?.established();
    });
    const info: ConnectionInfo = {
      id: this.connections.nextId(),
      proto,
      family: from.family,
      remoteAddress: address,
      remotePort: port,
      get localAddress() {
        return socket.localAddress ?? from.address;
      },
      get localPort() {
        return socket.localPort ?? 0;
      },
      socket: from,
      outgoing: true,
    };
    connection = this.#adopt(socket, info);
    return connection;
  }

  #configure(socket: Socket): void {
    if (this.options.keepAlive) socket.setKeepAlive(true);
    configureConnection(socket, this.options.socket);
  }

  #adopt(socket: Socket, info: ConnectionInfo): StreamConnection {
    const connection = new StreamConnection(info, socket, this);
    this.connections.add(connection);
    this.#sweeper ??= this.#clock.every(SWEEP_MS, () => this.#sweep());
    return connection;
  }

  #sweep(): void {
    const now = this.now();
    for (const connection of this.connections.all()) {
      if (now >= connection.deadline) connection.close(connection.ready ? 'send timeout' : 'connect timeout', true);
      else if (now >= connection.messageDue) connection.close('message read timeout', true);
      else if (now - connection.lastUsed >= connection.lifetimeMs) {
        if (this.options.resetIdle) connection.reset('idle');
        else connection.close('idle');
      }
    }
  }

  deliver(connection: StreamConnection, raw: string): void {
    const { info } = connection;
    const received: ReceiveInfo = {
      srcIp: info.remoteAddress,
      srcPort: info.remotePort,
      dstIp: info.localAddress,
      dstPort: info.localPort,
      proto: info.proto,
      family: info.family,
      socket: info.socket,
      connectionId: info.id,
    };
    this.#deliver(raw, received);
  }

  closed(connection: StreamConnection, reason: string): void {
    if (!this.connections.remove(connection)) return;
    if (connection.ready) this.statistics.connectionsClosed++;
    if (this.connections.size === 0) {
      this.#sweeper?.cancel();
      this.#sweeper = null;
    }
    const { proto, remoteAddress, remotePort, id } = connection.info;
    this.#log('debug', `${proto} connection ${id} (${remoteAddress}:${remotePort}): ${reason}`);
    try {
      this.onClosed(connection.info, reason);
    } catch (error) {
      this.statistics.handlerErrors++;
      this.#log('error', `handler of closed connections: ${String(error)}`);
    }
  }

  async close(): Promise<void> {
    const stopped = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.#servers.length = 0;
    for (const connection of [...this.connections.all()]) connection.close('shutdown');
    await new Promise((resolve) => setImmediate(resolve));
    for (const connection of [...this.connections.all()]) connection.close('shutdown', true);
    this.#sweeper?.cancel();
    this.#sweeper = null;
    await Promise.all(stopped);
  }
}

function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
