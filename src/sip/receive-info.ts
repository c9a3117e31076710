/** Where a message came from and on which of our sockets it arrived. */

/** Transport names in the spelling of socket lists and `$proto`. */
export type Proto = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss' | 'sctp';

/** IP version. */
export type Family = 4 | 6;

/** A socket that the server listens on; `src/net` makes them. Scripts know it as `$fs`, `$Rut`, `force_send_socket`. */
export interface ListenSocket {
  /** Position in the order of the config; stable for the life of the process and equal in every thread. */
  readonly index: number;
  /** `listen=… name "x"`, or empty. */
  readonly name: string;
  readonly proto: Proto;
  readonly family: Family;
  /** IP address text; IPv6 without brackets. */
  readonly address: string;
  /** The port that was really bound. */
  readonly port: number;
  /** From `listen=… advertise a:p`; undefined: {@link address}, {@link port}. */
  readonly advertisedAddress?: string | undefined;
  readonly advertisedPort?: number | undefined;
  /** Async group that handles the socket's messages (`agname`), or empty. */
  readonly agname: string;
  readonly virtual: boolean;
  /** `udp:127.0.0.1:5060`, `tcp:[::1]:5060`. */
  readonly text: string;
  /** Descriptor of a datagram socket that any thread may send from; -1 when there is none. */
  readonly fd: number;
}

/** The network facts of one received message. */
export interface ReceiveInfo {
  /** IP address text; IPv6 without brackets, as `$si` prints it. */
  readonly srcIp: string;
  readonly srcPort: number;
  readonly dstIp: string;
  readonly dstPort: number;
  readonly proto: Proto;
  readonly family: 4 | 6;
  readonly socket: ListenSocket;
  /** Identifies the stream connection; 0 for datagrams. */
  readonly connectionId: number;
  /** What record routing remembers of the message, for it and all its copies. */
  routing?: object | null;
}
