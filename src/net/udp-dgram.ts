import './latin1.js';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ipFamily } from './addresses.js';
import { describeErrno } from './libc.js';
import { listenError } from './listen-error.js';
import type { Family, ListenSpec } from './listen-socket.js';
import type { ListenError, NetworkStatistics } from './transport.js';
import {
  type DatagramHandler,
  MAX_DATAGRAM,
  type NetworkLog,
  type UdpEngine,
  type UdpOptions,
  type UdpPort,
} from './udp.js';

/** UDP by Node's own sockets: every platform, one system call and several callbacks per datagram. */
export class UdpDgramEngine implements UdpEngine {
  readonly #options: UdpOptions;
  readonly #statistics: NetworkStatistics;
  readonly #log: NetworkLog;

  constructor(options: UdpOptions, statistics: NetworkStatistics, log: NetworkLog) {
    this.#options = options;
    this.#statistics = statistics;
    this.#log = log;
  }

  async open(spec: ListenSpec, onDatagram: DatagramHandler): Promise<UdpPort | ListenError> {
    const family = ipFamily(spec.address);
    if (family === 0) return listenError(spec, 'EINVAL', 'not an IP address');
    const socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      ipv6Only: family === 6,
      reuseAddr: this.#options.reuseAddress,
      recvBufferSize: this.#options.receiveBuffer,
      sendBufferSize: this.#options.sendBuffer,
    });
    try {
      socket.bind({ port: spec.port, address: spec.address, exclusive: true });
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      const { errno, code } = error as NodeJS.ErrnoException;
      const [name, text] = describeErrno(errno ?? 0);
      return listenError(spec, code ?? name, text);
    }
    socket.on('error', (error) => this.#log('error', `udp: ${error.message}`));
    socket.on('message', (data, peer) => {
      this.#statistics.received++;
      this.#statistics.receivedBytes += data.length;
      onDatagram(data.latin1Slice(), peer.address, peer.port);
    });
    return new DgramPort(socket, family, this.#statistics, this.#log);
  }

  adopt(): null {
    return null;
  }

  flush(): void {}
}

class DgramPort implements UdpPort {
  readonly port: number;
  readonly fd = -1;
  readonly #socket: Socket;
  readonly #family: Family;
  readonly #statistics: NetworkStatistics;
  readonly #log: NetworkLog;
  #closed = false;
  #sending = 0;
  #onSent: (() => void) | null = null;

  constructor(socket: Socket, family: Family, statistics: NetworkStatistics, log: NetworkLog) {
    this.#socket = socket;
    this.#family = family;
    this.#statistics = statistics;
    this.#log = log;
    this.port = socket.address().port;
  }

  send(address: string, port: number, data: string): boolean {
    return this.sendBuffer(address, port, Buffer.from(data, 'latin1'));
  }

  sendBuffer(address: string, port: number, data: Uint8Array): boolean {
    if (this.#closed || data.length > MAX_DATAGRAM || ipFamily(address) !== this.#family) return false;
    this.#sending++;
    this.#socket.send(data, port, address, (error) => {
      if (error) {
        this.#statistics.sendErrors++;
        this.#log('error', `udp: sending ${data.length} bytes to ${address} port ${port}: ${error.message}`);
      } else {
        this.#statistics.sent++;
        this.#statistics.sentBytes += data.length;
      }
      if (--this.#sending === 0) this.#onSent?.();
    });
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#sending > 0) await new Promise<void>((resolve) => (this.#onSent = resolve));
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
