import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { type Answer, type MessageDraft, type ReplyDraft, SERVER_PORT } from './case.js';
import { buildReply, buildRequest, headEnd, headerValues, methodOf, type Sender } from './sip-text.js';

/** A client or peer of the server: sends what steps say, answers by script, keeps all it receives. */
export class Endpoint {
  readonly received: string[] = [];
  /** What the case itself put into messages, before anything received was filled in. */
  readonly authored: string[] = [];
  sent = 0;
  #answers: readonly Answer[];
  #invite: Sender['invite'] = null;
  #serial = 0;
  #answered = new Set<string>();

  private constructor(
    readonly id: string,
    private readonly host: string,
    private readonly port: number,
    private readonly wire: Wire,
    answers: readonly Answer[],
  ) {
    this.#answers = answers.filter((a) => a.at === id);
    wire.onMessage = (text) => this.#receive(text);
  }

  /** @param id - `PORT`, `PORT/tcp`, `PORT/udp6` or `PORT/tcp6` */
  static async open(id: string, address: string, answers: readonly Answer[]): Promise<Endpoint> {
    const [port = '', proto = 'udp'] = id.split('/');
    const host = proto.endsWith('6') ? '::1' : address;
    const wire = proto.startsWith('tcp')
      ? await TcpWire.open(host, Number(port))
      : await UdpWire.open(host, Number(port));
    return new Endpoint(id, host, Number(port), wire, answers);
  }

  async raw(text: string): Promise<void> {
    this.authored.push(text);
    await this.#send(text);
  }

  async request(draft: MessageDraft): Promise<void> {
    const joins = draft.method === 'ACK' || draft.method === 'CANCEL';
    if (!joins || this.#invite === null) this.#serial++;
    const built = buildRequest(draft, this.#sender());
    if (draft.method === 'INVITE') this.#invite = { branch: built.branch, serial: built.serial, uri: built.uri };
    this.authored.push(...draft.headers);
    await this.#send(built.text);
  }

  /** Replies to the last request received, or the last of a method. */
  async reply(draft: ReplyDraft, method: string | null): Promise<void> {
    const request = this.received.findLast((m) => {
      const name = methodOf(m);
      return name !== '' && (method === null ? name !== 'ACK' : name === method);
    });
    if (request === undefined)
      throw new Error(`endpoint ${this.id} has received no ${method ?? 'request'} to reply to`);
    this.authored.push(...draft.headers);
    await this.#send(buildReply(request, draft, this.#sender()));
  }

  close(): Promise<void> {
    return this.wire.close();
  }

  async #send(text: string): Promise<void> {
    this.sent++;
    await this.wire.send(text);
  }

  #sender(): Sender {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return {
      hostPort: `${host}:${this.port}`,
      transport: this.wire instanceof TcpWire ? 'TCP' : 'UDP',
      serial: this.#serial,
      invite: this.#invite,
      lastReceived: this.received.at(-1) ?? null,
    };
  }

  #receive(text: string): void {
    this.received.push(text);
    const method = methodOf(text);
    if (method === '' || method === 'ACK') return;
    const key = `${method} ${headerValues(text, 'Via')[0]}`;
    const again = this.#answered.has(key);
    const answer = this.#answers.find((a) => a.method === method) ?? this.#answers.find((a) => a.method === '*');
    if (answer === undefined || again) return;
    this.#answered.add(key);
    for (const reply of answer.replies) {
      this.authored.push(...reply.headers);
      void this.#send(buildReply(text, reply, this.#sender()));
    }
  }
}

interface Wire {
  onMessage: (text: string) => void;
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

class UdpWire implements Wire {
  onMessage: (text: string) => void = () => {};

  private constructor(
    private readonly socket: UdpSocket,
    private readonly host: string,
  ) {
    socket.on('message', (data) => this.onMessage(data.toString('latin1')));
    // A closed server port comes back as an error; the case sees it as silence, as a peer would.
    socket.on('error', () => {});
  }

  static open(host: string, port: number): Promise<UdpWire> {
    return new Promise((resolve, reject) => {
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off('error', reject);
        resolve(new UdpWire(socket, host));
      });
    });
  }

  send(text: string): Promise<void> {
    return new Promise((resolve) =>
      this.socket.send(Buffer.from(text, 'latin1'), SERVER_PORT, this.host, () => resolve()),
    );
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}

/** Listens on the endpoint's port, and connects to the server when it sends first. Replies go out where requests came in. */
class TcpWire implements Wire {
  onMessage: (text: string) => void = () => {};
  #current: Socket | null = null;
  #open = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {
    server.on('connection', (socket) => this.#adopt(socket));
  }

  static open(host: string, port: number): Promise<TcpWire> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, host, () => resolve(new TcpWire(server, host)));
    });
  }

  async send(text: string): Promise<void> {
    if (this.#current === null) {
      const socket = createConnection({ host: this.host, port: SERVER_PORT, localAddress: this.host });
      await new Promise<void>((resolve) => {
        socket.once('connect', resolve);
        socket.once('error', () => resolve());
      });
      this.#adopt(socket);
    }
    const socket = this.#current;
    if (socket) await new Promise<void>((resolve) => socket.write(Buffer.from(text, 'latin1'), () => resolve()));
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #adopt(socket: Socket): void {
    this.#open.add(socket);
    this.#current = socket;
    let pending = '';
    socket.on('data', (data) => {
      pending += data.toString('latin1');
      pending = this.#frames(pending);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#open.delete(socket);
      if (this.#current === socket) this.#current = null;
    });
  }

  #frames(pending: string): string {
    for (;;) {
      const start = pending.search(/[^\r\n]/);
      if (start < 0) return '';
      pending = pending.slice(start);
      const end = headEnd(pending);
      if (end === pending.length) return pending;
      const length = Number((headerValues(pending, 'Content-Length')[0] ?? headerValues(pending, 'l')[0]) || 0);
      if (pending.length < end + 4 + length) return pending;
      this.onMessage(pending.slice(0, end + 4 + length));
      pending = pending.slice(end + 4 + length);
    }
  }
}
