import { formatHostPort } from './addresses.js';

/** Transport protocols, by the names that scripts and logs use. */
export type Proto = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss' | 'sctp';

/** IP version. */
export type Family = 4 | 6;

/** What to listen on: one `listen` item after names, interfaces and missing ports have been resolved. */
export interface ListenSpec {
  readonly proto: Proto;
  /** IP literal, without brackets. */
  readonly address: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly advertisedAddress?: string;
  readonly advertisedPort?: number;
  readonly name?: string;
  /** Async group that handles the socket's messages (upstream's `agname`). */
  readonly agname?: string;
  /** May be absent from the machine's interfaces; not having the address is not an error (shared addresses). */
  readonly virtual?: boolean;
}

/** A socket that the server listens on; scripts know it as `$fs`, `$Rut`, `force_send_socket`. */
export interface ListenSocket {
  /** Position in the order of the config; stable for the life of the process and equal in every thread. */
  readonly index: number;
  readonly proto: Proto;
  readonly family: Family;
  /** IP literal, without brackets. */
  readonly address: string;
  /** The port that was really bound. */
  readonly port: number;
  /** Address to be put in Via, Record-Route; null: {@link address}. */
  readonly advertisedAddress: string | null;
  readonly advertisedPort: number | null;
  readonly name: string | null;
  readonly agname: string | null;
  readonly virtual: boolean;
  /** `udp:127.0.0.1:5060`, `tcp:[::1]:5060`. */
  readonly text: string;
  /** Descriptor of a datagram socket that any thread may send from; -1 when there is none. */
  readonly fd: number;
}

/** Builds the public face of a bound socket. */
export function listenSocket(index: number, spec: ListenSpec, port: number, fd = -1): ListenSocket {
  return {
    index,
    proto: spec.proto,
    family: spec.address.includes(':') ? 6 : 4,
    address: spec.address,
    port,
    advertisedAddress: spec.advertisedAddress ?? null,
    advertisedPort: spec.advertisedPort ?? null,
    name: spec.name ?? null,
    agname: spec.agname ?? null,
    virtual: spec.virtual ?? false,
    text: `${spec.proto}:${formatHostPort(spec.address, port)}`,
    fd,
  };
}
