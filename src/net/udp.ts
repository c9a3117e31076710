import { libc } from './libc.js';
import type { ListenSpec } from './listen-socket.js';
import type { ListenError, NetworkStatistics } from './transport.js';
import { UdpBatchEngine } from './udp-batch.js';
import { UdpDgramEngine } from './udp-dgram.js';

/** Longest payload that a UDP datagram can carry over IPv4; IPv6 without jumbograms carries 20 bytes more. */
export const MAX_DATAGRAM = 65507;

/** Socket options of UDP sockets. */
export interface UdpOptions {
  /** Bytes to ask for as kernel receive buffer; what the kernel grants may be less. */
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  /**
   * Lets another process bind the same address, which then takes the messages. Upstream always sets it, so a second
   * start goes unnoticed there; here it is off and the second start fails.
   */
  readonly reuseAddress: boolean;
  /** IP_TOS or IPV6_TCLASS (`tos`); upstream's default is 0x10. */
  readonly tos: number;
  /** Whether the kernel finds out path MTUs and refuses longer datagrams (`pmtu_discovery`). */
  readonly pmtuDiscovery: boolean;
  /** Bind addresses that the machine does not have yet (`ip_free_bind`). */
  readonly freeBind: boolean;
}

export const UDP_DEFAULTS: UdpOptions = {
  receiveBuffer: 8 << 20,
  sendBuffer: 8 << 20,
  reuseAddress: false,
  tos: 0x10,
  pmtuDiscovery: false,
  freeBind: false,
};

/** Called for each datagram. */
export type DatagramHandler = (raw: string, srcIp: string, srcPort: number) => void;

/** An open UDP socket. */
export interface UdpPort {
  readonly port: number;
  /** -1 where there is none to share. */
  readonly fd: number;
  /** Queues a datagram; false when the address is not of the socket's family or the data is too long. */
  send(address: string, port: number, data: string): boolean;
  sendBuffer(address: string, port: number, data: Uint8Array): boolean;
  close(): void | Promise<void>;
}

/** A way to do UDP. Both ways behave the same; one is several times faster. */
export interface UdpEngine {
  open(spec: ListenSpec, onDatagram: DatagramHandler): Promise<UdpPort | ListenError>;
  /** A port that only sends, over a descriptor that another thread opened; null where that is impossible. */
  adopt(fd: number, family: 4 | 6): UdpPort | null;
  /** Sends now what is queued. */
  flush(): void;
}

/** Told of failures that have no caller to return to. */
export type NetworkLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;

/** Batched system calls where they are available, Node's own sockets elsewhere; `KTS_UDP=dgram` forces the latter. */
export function createUdpEngine(
  options: UdpOptions,
  statistics: NetworkStatistics,
  log: NetworkLog,
  choice: string | undefined = process.env.KTS_UDP,
): UdpEngine {
  const library = choice === 'dgram' ? null : libc();
  return library ? new UdpBatchEngine(library, options, statistics, log) : new UdpDgramEngine(options, statistics, log);
}
