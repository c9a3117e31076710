import type { ListenSocket, ReceiveInfo } from '../sip/receive-info.js';
import type { Destination, Network } from './transport.js';

/** A message that another thread received; it has been through pre-routing. */
export const RECEIVE = 'core:receive';

/** A message as thread 0 received it, for a worker to route (`--workers`). */
export const ROUTE = 'core:route';

/** A received message on its way to another thread; the socket travels as its index. */
export interface WireMessage {
  readonly raw: string;
  readonly from: WireReceive;
}

/** What of a message's origin is the same in every thread. */
type Facts = 'srcIp' | 'srcPort' | 'dstIp' | 'dstPort' | 'proto' | 'family' | 'connectionId';

export type WireReceive = Pick<ReceiveInfo, Facts> & { readonly socket: number };

export interface WireDestination extends Omit<Destination, 'socket'> {
  readonly socket: number;
}

/** The index that stands for no socket. */
const NONE = -1;

export function packReceive(received: ReceiveInfo): WireReceive {
  const { srcIp, srcPort, dstIp, dstPort, proto, family, connectionId } = received;
  return { srcIp, srcPort, dstIp, dstPort, proto, family, connectionId, socket: received.socket.index };
}

/** Null when that socket is not known here (any more). */
export function unpackReceive(wire: WireReceive, network: Network): ReceiveInfo | null {
  const socket = socketAt(network, wire.socket);
  return socket === null ? null : { ...wire, socket };
}

export function packDestination(dst: Destination): WireDestination {
  return { ...dst, socket: dst.socket?.index ?? NONE };
}

export function unpackDestination(wire: WireDestination, network: Network): Destination {
  return { ...wire, socket: socketAt(network, wire.socket) };
}

/** The listen socket with that index. */
export function socketAt(network: Network, index: number): ListenSocket | null {
  const { sockets } = network;
  const at = sockets[index];
  return at?.index === index ? at : (sockets.find((s) => s.index === index) ?? null);
}
