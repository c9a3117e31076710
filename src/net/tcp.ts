import { connect, createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import type { Proto } from './listen-socket.js';
import { needsOwnSocket, outgoingDescriptor, type TcpSocketOptions } from './tcp-options.js';

/** Where an outgoing connection goes and what it leaves from. */
export interface ConnectTarget {
  readonly address: string;
  readonly port: number;
  /** Source address; undefined lets the kernel choose. */
  readonly localAddress: string | undefined;
  /** Source port; 0 lets the kernel choose. */
  readonly localPort: number;
  readonly options: TcpSocketOptions;
}

/**
 * A protocol over byte streams. TLS and WebSocket differ from TCP in how a connection comes to be; all that happens
 * afterwards is the same and lives in StreamTransport.
 */
export interface StreamKind {
  readonly proto: Proto;
  /** A server, not yet listening, that hands over sockets once they are ready for SIP (TLS: after the handshake). */
  createServer(onAccept: (socket: Socket) => void): Server;
  /** Starts to connect; `onReady` is called once SIP may flow. Failures arrive as the socket's `error` event. */
  connect(target: ConnectTarget, onReady: () => void): Socket;
}

export const tcp: StreamKind = {
  proto: 'tcp',
  createServer: (onAccept) => createServer({ noDelay: true }, onAccept),
  connect: connectTcp,
};

/** Also for protocols over TCP: a connection with the options that have to be set before it is made. */
export function connectTcp(target: ConnectTarget, onReady: () => void): Socket {
  const { address, port, localAddress, localPort, options } = target;
  if (needsOwnSocket(options)) {
    const family = address.includes(':') ? 6 : 4;
    const local = localAddress === undefined ? null : { address: localAddress, port: localPort };
    const fd = outgoingDescriptor(local, family, options);
    if (fd !== null && fd >= 0) {
      // Node.js would read from it at once, before it is connected.
      const socket = new Socket({ fd, pauseOnCreate: true, readable: true, writable: true } as SocketConstructorOpts);
      return socket.setNoDelay(true).connect({ host: address, port }, () => {
        socket.resume();
        onReady();
      });
    }
  }
  return connect({ host: address, port, localAddress, noDelay: true }, onReady);
}
