import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { CERTIFICATE, KEY } from './certificate.js';

/** A server on a port of the kernel's. */
export interface LocalServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

async function open(server: Server | ReturnType<typeof createTcpServer>, scheme: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export const serve = (listener: RequestListener): Promise<LocalServer> => open(createServer(listener), 'http');

export const serveSecurely = (listener: RequestListener): Promise<LocalServer> =>
  open(createSecureServer({ cert: CERTIFICATE, key: KEY }, listener), 'https');

/** A server that answers each connection with these bytes and closes it; null: it says nothing at all. */
export const serveBytes = (bytes: string | null): Promise<LocalServer> =>
  open(
    createTcpServer((socket) => {
      socket.on('data', () => {});
      if (bytes !== null) socket.once('data', () => socket.end(Buffer.from(bytes, 'latin1')));
    }),
    'http',
  );

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await serve(() => {});
  await server.close();
  return server.port;
}
