import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, VirtualClock } from '../../src/clock/clock.js';
import { startServer } from '../../src/server.js';

/** A UDP endpoint that keeps what it receives. */
export class Peer {
  readonly received: string[] = [];
  #waiting: (() => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.on('message', (data) => {
      this.received.push(data.toString('latin1'));
      this.#waiting?.();
    });
  }

  static async open(): Promise<Peer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Peer(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(text: string, port: number, address = '127.0.0.1'): void {
    this.socket.send(Buffer.from(text, 'latin1'), port, address);
  }

  /** The next message that has not been taken yet. */
  async next(what = 'a message'): Promise<string> {
    return this.until(() => true, what);
  }

  /** The next message that `wanted` accepts; those before it are dropped. */
  async until(wanted: (text: string) => boolean, what = 'a message'): Promise<string> {
    const deadline = Date.now() + 5000;
    for (;;) {
      for (let text = this.received.shift(); text !== undefined; text = this.received.shift()) {
        if (wanted(text)) return text;
      }
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what} did not come`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}

/** A port that the kernel gives out: in a config, port 0 is the default port. */
async function freePort(): Promise<number> {
  const peer = await Peer.open();
  const { port } = peer;
  await peer.close();
  return port;
}

export interface SipServerOptions {
  readonly compat?: '5.6' | '6.x';
  readonly clock?: Clock;
  /** Also listens on TCP, at the same port. */
  readonly tcp?: boolean;
  /** Also listens on this address, at the same port. */
  readonly also?: string;
}

/**
 * A server inside this process with the modules that scripts need at least, on a port of the kernel's and, unless told
 * otherwise, on a virtual clock. `config` goes behind the modules.
 */
export async function sipServer(config: string, options: SipServerOptions = {}) {
  const clock = options.clock ?? new VirtualClock();
  const log: string[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'kts-sip-'));
  const port = await freePort();
  const modules = ['pv', 'xlog', 'textops', 'corex', 'tm', 'sl'].map((m) => `loadmodule "${m}.so"\n`).join('');
  const listen = [
    `listen=udp:127.0.0.1:${port}`,
    options.tcp ? `listen=tcp:127.0.0.1:${port}` : '',
    options.also === undefined ? '' : `listen=${options.also}:${port}`,
  ].join('\n');
  writeFileSync(join(dir, 'x.cfg'), `#!KAMAILIO\ndebug=2\n${listen}\n${modules}${config}`, 'latin1');
  const server = await startServer({
    configFile: join(dir, 'x.cfg'),
    cwd: dir,
    args: [],
    env: {},
    compat: options.compat ?? '6.x',
    checkOnly: false,
    onLog: (entry) => log.push(entry.trimEnd()),
    clock,
  });
  return {
    port,
    clock,
    log,
    exit: server.exit,
    /** What scripts wrote. */
    script: (): string[] => log.flatMap((entry) => /<script>: (.*)/s.exec(entry)?.[1] ?? []),
    async close(patience = 0): Promise<void> {
      await server.close(patience);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A request as a peer would send it. */
export function request(method: string, from: Peer, uri = 'sip:bob@example.com', headers = '', serial = 1): string {
  const branch = method === 'CANCEL' ? 'INVITE' : method;
  return `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${from.port};branch=z9hG4bK${branch}${serial}\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: call-${serial}\r\nCSeq: ${serial} ${method}\r\n${headers}Content-Length: 0\r\n\r\n`;
}

/** A peer's reply to a request that it received. */
export function replyTo(text: string, status: number, reason: string): string {
  const kept = text
    .split('\r\n')
    .filter((line) => /^(via|from|call-id|cseq|to):/i.test(line))
    .map((line) => (/^to:/i.test(line) && !line.includes('tag=') ? `${line};tag=peer` : line));
  return `SIP/2.0 ${status} ${reason}\r\n${kept.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
}
