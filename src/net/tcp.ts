import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Proto } from './listen-socket.js';

/** Where an outgoing connection goes and what it leaves from. */
export interface ConnectTarget {
  readonly address: string;
  readonly port: number;
  /** Source address; undefined lets the kernel choose. */
  readonly localAddress: string | undefined;
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
  connect: ({ address, port, localAddress }, onReady) =>
    connect({ host: address, port, localAddress, noDelay: true }, onReady),
};
