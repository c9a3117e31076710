import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { clearPath, type FileAccess, failed, grant, type Opened, removeQuietly } from './endpoint-file.js';
import type { RpcWire } from './protocol.js';
import { UnixDatagramSocket } from './unix-datagram.js';

/** An open place where commands arrive. */
export interface RpcListener {
  readonly transport: 'unix_stream' | 'unix_dgram' | 'tcp' | 'udp' | 'fifo';
  /** Path, or `host:port` as bound. */
  readonly address: string;
  /** Peers of the connections that are open now. */
  connections(): readonly string[];
  /** Lets go of everything, and removes what it put into the file system. */
  close(): Promise<void>;
}

/** Connections at most per listener (upstream's ctl keeps 1024 streams). */
const MAX_CONNECTIONS = 1024;

/** A stream socket in the file system. */
export async function listenUnixStream(path: string, access: FileAccess, wire: RpcWire): Promise<Opened<RpcListener>> {
  const cleared = clearPath(path);
  if (!cleared.ok) return cleared;
  const { server, peers } = streamServer(wire);
  const bound = await bind(server, { path });
  if (!bound.ok) return bound;
  const granted = grant(path, access);
  if (!granted.ok) {
    await closeServer(server, peers);
    return granted;
  }
  return {
    ok: true,
    value: {
      transport: 'unix_stream',
      address: path,
      connections: () => [...peers.values()],
      close: async () => {
        await closeServer(server, peers);
        removeQuietly(path);
      },
    },
  };
}

/** A datagram socket in the file system. */
export async function listenUnixDatagram(
  path: string,
  access: FileAccess,
  wire: RpcWire,
): Promise<Opened<RpcListener>> {
  const opened = UnixDatagramSocket.open(path, access, (data, answer) => {
    void wire.datagram(data).then((bytes) => bytes !== undefined && answer(bytes));
  });
  if (!opened.ok) return opened;
  return {
    ok: true,
    value: {
      transport: 'unix_dgram',
      address: path,
      connections: () => [],
      close: async () => opened.value.close(),
    },
  };
}

/** TCP; port 0 lets the system choose, `address` tells. */
export async function listenTcp(host: string | undefined, port: number, wire: RpcWire): Promise<Opened<RpcListener>> {
  const { server, peers } = streamServer(wire);
  const bound = await bind(server, host === undefined ? { port } : { host, port });
  if (!bound.ok) return bound;
  const at = server.address();
  return {
    ok: true,
    value: {
      transport: 'tcp',
      address: typeof at === 'object' && at !== null ? `${at.address}:${at.port}` : `${host}:${port}`,
      connections: () => [...peers.values()],
      close: () => closeServer(server, peers),
    },
  };
}

/** UDP; port 0 lets the system choose, `address` tells. */
export function listenUdp(host: string | undefined, port: number, wire: RpcWire): Promise<Opened<RpcListener>> {
  const socket = createSocket(host?.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (data, from) => {
    void wire.datagram(data).then((answer) => {
      // An answer to a peer that went away is nobody's error.
      if (answer !== undefined) socket.send(answer, from.port, from.address, () => {});
    });
  });
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve(failed(`cannot listen on udp ${host ?? '*'}:${port}`, error)));
    socket.bind(port, host, () => {
      socket.removeAllListeners('error').on('error', () => {});
      const at = socket.address();
      resolve({
        ok: true,
        value: {
          transport: 'udp',
          address: `${at.address}:${at.port}`,
          connections: () => [],
          close: () => new Promise((done) => socket.close(() => done())),
        },
      });
    });
  });
}

function streamServer(wire: RpcWire): { server: Server; peers: Map<Socket, string> } {
  const peers = new Map<Socket, string>();
  const server = createServer((socket) => {
    const port = socket.remotePort;
    peers.set(socket, port === undefined ? '<anonymous unix socket>' : `${socket.remoteAddress}:${port}`);
    const session = wire.stream((bytes) => socket.write(bytes));
    socket.on('data', (bytes) => {
      if (session.receive(bytes)) return;
      // The refusal is still on its way: it is sent before the end.
      socket.removeAllListeners('data').resume();
      setImmediate(() => socket.end());
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => peers.delete(socket));
  });
  server.maxConnections = MAX_CONNECTIONS;
  return { server, peers };
}

function bind(
  server: Server,
  where: { readonly path: string } | { readonly host?: string; readonly port: number },
): Promise<Opened<void>> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(failed('cannot listen', error)));
    server.listen(where, () => {
      server.removeAllListeners('error').on('error', () => {});
      resolve({ ok: true, value: undefined });
    });
  });
}

function closeServer(server: Server, peers: Map<Socket, string>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of peers.keys()) socket.destroy();
  });
}
