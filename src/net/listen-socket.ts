import type { ListenSocket, Proto } from '../sip/receive-info.js';
import { formatHostPort } from './addresses.js';

export type { Family, ListenSocket, Proto } from '../sip/receive-info.js';

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
  /** The address moves between machines. It must still be there to be bound, unless free binding is on. */
  readonly virtual?: boolean;
}

/** Builds the public face of a bound socket. */
export function listenSocket(index: number, spec: ListenSpec, port: number, fd = -1): ListenSocket {
  return {
    index,
    proto: spec.proto,
    family: spec.address.includes(':') ? 6 : 4,
    address: spec.address,
    port,
    advertisedAddress: spec.advertisedAddress,
    advertisedPort: spec.advertisedPort,
    name: spec.name ?? '',
    agname: spec.agname ?? '',
    virtual: spec.virtual ?? false,
    text: `${spec.proto}:${formatHostPort(spec.address, port)}`,
    fd,
  };
}
