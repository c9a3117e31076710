import type { ReceiveInfo } from '../sip/receive-info.js';
import type { Family, ListenSocket, ListenSpec, Proto } from './listen-socket.js';

export type { Family, ListenSocket, ListenSpec, Proto } from './listen-socket.js';

/** Where one message goes. */
export interface Destination {
  readonly proto: Proto;
  /** IP literal, without brackets. */
  readonly address: string;
  readonly port: number;
  /** Socket to send from; null lets the network choose ({@link Network.socketFor}). */
  readonly socket: ListenSocket | null;
  /** Connection to use if it is still there, else one to the address; 0 when none is known. Ids start at 1. */
  readonly connectionId: number;
  /** Send only over a connection that exists (upstream's `set_reply_no_connect`, `set_forward_no_connect`). */
  readonly noConnect?: boolean;
  /** Close the connection once this message left (upstream's `set_reply_close`, `set_forward_close`). */
  readonly closeAfterSend?: boolean;
}

/** Receives one complete message: a datagram, or what framing cut out of a stream. One character is one byte. */
export type MessageHandler = (raw: string, received: ReceiveInfo) => void;

/** A connection as others see it. */
export interface ConnectionInfo {
  readonly id: number;
  readonly proto: Proto;
  readonly family: Family;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** The listen socket that accepted it or that it was opened for. */
  readonly socket: ListenSocket;
  readonly outgoing: boolean;
}

/** Called once per connection, also one that never came up, with the cause in words or as errno name (`idle`, `ECONNREFUSED`). */
export type ConnectionHandler = (connection: ConnectionInfo, reason: string) => void;

/** Why a socket of the config is not open. */
export interface ListenError {
  readonly spec: ListenSpec;
  /** `EADDRINUSE`, `EADDRNOTAVAIL`, … */
  readonly code: string;
  /** One sentence for a person, with the errno text: `udp:127.0.0.1:5060: Address already in use`. */
  readonly message: string;
}

export interface ListenResult {
  readonly sockets: readonly ListenSocket[];
  readonly errors: readonly ListenError[];
}

/** Counters since start; nothing is lost without one of them moving. */
export interface NetworkStatistics {
  received: number;
  receivedBytes: number;
  /** Datagrams too short to be SIP, as NAT keep-alives are; not handed on. */
  probes: number;
  /** What the kernel took: datagrams, or writes to connections (which may hold several messages). */
  sent: number;
  sentBytes: number;
  /** Datagrams the kernel refused for good (unreachable, too big, no permission). */
  sendErrors: number;
  /** Datagrams dropped because the kernel's queue stayed full. */
  sendDropped: number;
  /** Messages that a handler failed on by throwing. */
  handlerErrors: number;
  /** Sends refused before reaching a socket: unknown destination, caps, no connection. */
  refused: number;
  connectionsOpened: number;
  connectionsAccepted: number;
  connectionsClosed: number;
  connectFailed: number;
  connectionsRefused: number;
  /** Connections closed for exceeding the outbound queue. */
  queueOverflows: number;
  /** Connections closed for bytes that are not SIP framing. */
  framingErrors: number;
  keepalivePings: number;
}

/** Everything that goes over the wire. One per thread that receives; all calls are synchronous and do not throw. */
export interface Network {
  readonly sockets: readonly ListenSocket[];
  readonly statistics: NetworkStatistics;

  /** Opens sockets. Failures are values; what did open stays open until {@link close}. */
  listen(specs: readonly ListenSpec[]): Promise<ListenResult>;
  /** Sets the only receiver of messages. */
  onMessage(handler: MessageHandler): void;
  onConnectionClosed(handler: ConnectionHandler): void;

  /**
   * Sends one message (latin1). Datagrams leave together at the end of the input batch or turn.
   * @param undelivered - called later when the connection comes to nothing, or ends, before the kernel took the message;
   *   of datagrams nothing more is heard
   * @returns false when it certainly will not be sent: no socket of that kind, caps reached, no connection allowed.
   */
  send(destination: Destination, data: string, undelivered?: () => void): boolean;
  sendBuffer(destination: Destination, data: Uint8Array): boolean;

  /** The socket listening exactly there; port 0 matches any, proto null matches any. */
  findSocket(proto: Proto | null, address: string, port: number): ListenSocket | null;
  findSocketByName(name: string): ListenSocket | null;
  /**
   * The socket to send from: the destination's own if its protocol and family fit, else the one at the same address
   * for the destination's protocol, else upstream's default for protocol and family (the first that is not on
   * loopback, or the last of those that are). Null when there is none.
   */
  socketFor(destination: Destination): ListenSocket | null;

  connection(id: number): ConnectionInfo | null;
  connections(): ConnectionInfo[];
  /** Ties a further address and port of the peer to a connection (Via `alias`, `force_tcp_alias`). */
  addConnectionAlias(id: number, port: number): boolean;
  /** Seconds after which the connection closes when idle, instead of the default (`tcp_set_connection_lifetime`). */
  setConnectionLifetime(id: number, seconds: number): boolean;
  closeConnection(id: number): boolean;

  /** In a thread that does not listen: makes known what another thread opened. UDP goes out through its descriptors. */
  adopt(sockets: readonly ListenSocket[]): void;

  /** Sends what is queued, then closes everything; afterwards nothing here keeps the process alive. */
  close(): Promise<void>;
}
