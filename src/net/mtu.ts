import type { Proto } from './listen-socket.js';

/** When requests over UDP grow too long for one packet (RFC 3261 §18.1.1). */
export interface MtuPolicy {
  /** Bytes above which another protocol is tried; 0: never (`udp_mtu`). */
  readonly udpMtu: number;
  /** What to try instead; null: nothing, the datagram goes out in fragments (`udp_mtu_try_proto`). */
  readonly tryProto: Proto | null;
}

/** The outcome of {@link protoForSize}. */
export interface ProtoChoice {
  readonly proto: Proto;
  /** The protocol was switched because of size: if sending fails at once, UDP is to be tried after all. */
  readonly fallbackToUdp: boolean;
}

/**
 * The protocol to send a request of `bytes` bytes by. The size is that of the whole request with the Via for `proto`.
 * @param proto - what resolution chose
 * @param hasSocket - whether the server can send by a protocol
 */
export function protoForSize(
  proto: Proto,
  bytes: number,
  policy: MtuPolicy,
  hasSocket: (proto: Proto) => boolean,
): ProtoChoice {
  const { udpMtu, tryProto } = policy;
  const switches =
    proto === 'udp' && udpMtu > 0 && bytes > udpMtu && tryProto !== null && tryProto !== 'udp' && hasSocket(tryProto);
  return switches ? { proto: tryProto, fallbackToUdp: true } : { proto, fallbackToUdp: false };
}
