import { Peer } from '../unit/sip-server.js';
import type { Wire } from './sipp.js';
import { StreamPeer } from './stream-peer.js';

/** Where a server is. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

let serial = 0;

export const firstLine = (message: string): string => message.slice(0, message.indexOf('\r\n'));

/** The value of a header. */
export function header(message: string, name: string): string | undefined {
  const start = `${name.toLowerCase()}:`;
  return message
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith(start))
    ?.slice(start.length)
    .trim();
}

/** A client that makes requests of its own, over one wire. */
export class Caller {
  private constructor(
    private readonly peer: Peer | StreamPeer,
    private readonly server: Place,
    private readonly wire: Wire,
  ) {}

  static async open(server: Place, wire: Wire): Promise<Caller> {
    const peer = wire === 'tcp' ? await StreamPeer.open(server.address, server.port) : await Peer.open();
    return new Caller(peer, server, wire);
  }

  get received(): readonly string[] {
    return this.peer.received;
  }

  send(text: string): void {
    if (this.peer instanceof Peer) this.peer.send(text, this.server.port, this.server.address);
    else this.peer.send(text);
  }

  /** A request of a call of its own; not sent yet. */
  request(method: string, user: string, headers: Readonly<Record<string, string>> = {}): string {
    const id = `${process.pid}-${++serial}`;
    return [
      `${method} sip:${user}@${this.server.address} SIP/2.0`,
      `Via: SIP/2.0/${this.wire.toUpperCase()} 127.0.0.1:${this.peer.port};rport;branch=z9hG4bK-${id}`,
      'From: <sip:caller@example.com>;tag=caller',
      `To: <sip:${user}@example.com>`,
      `Call-ID: ${id}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:caller@127.0.0.1:${this.peer.port}>`,
      'Max-Forwards: 70',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n');
  }

  /** The ACK or CANCEL of an INVITE's transaction. */
  within(invite: string, method: 'ACK' | 'CANCEL', final?: string): string {
    const text = invite.replace(/^INVITE/, method).replace('CSeq: 1 INVITE', `CSeq: 1 ${method}`);
    const to = final === undefined ? undefined : header(final, 'To');
    return to === undefined ? text : text.replace(/^To: .*$/m, `To: ${to}`);
  }

  /** The reply of a status to a request; what comes before it is dropped. */
  async reply(to: string, status: number): Promise<string> {
    const [id, cseq] = [header(to, 'Call-ID'), header(to, 'CSeq')];
    return this.peer.until(
      (text) =>
        text.startsWith(`SIP/2.0 ${status} `) && header(text, 'Call-ID') === id && header(text, 'CSeq') === cseq,
      `${status} to ${firstLine(to)}`,
    );
  }

  close(): Promise<void> {
    return this.peer.close();
  }
}

/** Who is called: answers as it is told, over UDP. */
export class Callee {
  private constructor(
    private readonly peer: Peer,
    private readonly server: Place,
  ) {}

  static async open(server: Place): Promise<Callee> {
    return new Callee(await Peer.open(), server);
  }

  get uri(): string {
    return `sip:callee@127.0.0.1:${this.peer.port}`;
  }
  get received(): readonly string[] {
    return this.peer.received;
  }

  /** The next request of a method; what comes before it is dropped. */
  request(method: string): Promise<string> {
    return this.peer.until((text) => text.startsWith(`${method} `), `${method} at the callee`);
  }

  answer(request: string, status: number, reason: string): void {
    const kept = request.split('\r\n').filter((line) => /^(via|from|call-id|cseq|to|record-route):/i.test(line));
    const lines = kept.map((line) => (/^to:/i.test(line) && !line.includes('tag=') ? `${line};tag=callee` : line));
    const contact = `Contact: <${this.uri}>`;
    const text = [`SIP/2.0 ${status} ${reason}`, ...lines, contact, 'Content-Length: 0', '\r\n'].join('\r\n');
    this.peer.send(text, this.server.port, this.server.address);
  }

  close(): Promise<void> {
    return this.peer.close();
  }
}
