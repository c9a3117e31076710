import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A SIP client on one TCP connection that keeps what it receives, message by message. */
export class StreamPeer {
  readonly received: string[] = [];
  #buffer = '';
  #waiting: (() => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => this.#take(text));
    socket.on('error', () => {});
  }

  static async open(host: string, port: number): Promise<StreamPeer> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new StreamPeer(socket);
  }

  get port(): number {
    return this.socket.localPort!;
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
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
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  #take(text: string): void {
    this.#buffer += text;
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/^Content-Length:\s*(\d+)/im.exec(this.#buffer.slice(0, end))?.[1] ?? 0);
      const next = end + 4 + length;
      if (this.#buffer.length < next) return;
      this.received.push(this.#buffer.slice(0, next));
      this.#buffer = this.#buffer.slice(next);
      this.#waiting?.();
    }
  }
}
