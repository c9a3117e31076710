import type { Socket } from 'node:net';
import { type Framing, type FramingSink, SipFraming } from './stream-framing.js';
import type { StreamOptions } from './stream-transport.js';
import type { ConnectionInfo, NetworkStatistics } from './transport.js';

/** What a connection needs of the transport it belongs to. */
export interface ConnectionOwner {
  readonly options: StreamOptions;
  readonly statistics: NetworkStatistics;
  now(): number;
  deliver(connection: StreamConnection, raw: string): void;
  /** Called once, when nothing more will come or go. */
  closed(connection: StreamConnection, reason: string): void;
  /** Bytes that wait in the queues of all connections. */
  queuedBytes: number;
}

/**
 * One stream connection: framing on the way in, a bounded queue on the way out. What is sent in one turn of the event
 * loop leaves in one write.
 */
export class StreamConnection implements FramingSink {
  readonly info: ConnectionInfo;
  /** Ports of the peer, beside its own, under which requests find this connection (Via `alias`). */
  readonly aliases: number[] = [];
  lifetimeMs: number;
  lastUsed: number;
  /** When connecting, or writing what is queued, counts as failed; Infinity while neither is going on. */
  deadline: number;
  /** When the message that has begun to come must be there; Infinity between messages. */
  messageDue = Number.POSITIVE_INFINITY;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  #framing: Framing;
  #ready: boolean;
  #messages = 0;
  #closed = false;
  #closing = false;
  #closeWhenReady = false;
  #reason = '';
  /** Collected for the next write; before the connection is ready, everything. */
  #pending = '';
  #flushScheduled = false;
  /** Who wants to know if what is in `#pending` cannot be sent; null: nobody. */
  #unsent: (() => void)[] | null = null;
  /** Bytes given to the socket that the kernel has not taken yet. */
  #inFlight = 0;

  constructor(info: ConnectionInfo, socket: Socket, owner: ConnectionOwner) {
    this.info = info;
    this.#socket = socket;
    this.#owner = owner;
    const { options } = owner;
    this.lifetimeMs = options.connectionLifetime * 1000;
    this.lastUsed = owner.now();
    this.#ready = !info.outgoing;
    this.deadline = this.#ready ? Number.POSITIVE_INFINITY : this.lastUsed + options.connectTimeout * 1000;
    this.#framing = new SipFraming(options, this);
    socket.on('data', this.#onData);
    socket.on('end', () => this.close('closed by the peer'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#finish(error.code ?? error.message));
    socket.on('close', () => this.#finish('closed'));
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** The outgoing connection is there: what was queued meanwhile leaves. */
  established(): void {
    this.#ready = true;
    this.deadline = Number.POSITIVE_INFINITY;
    this.lastUsed = this.#owner.now();
    this.#owner.statistics.connectionsOpened++;
    this.#flush();
    if (this.#closeWhenReady) this.close('closed after sending');
  }

  /** Replaces the framing, when the protocol changes after a handshake (WebSocket). */
  setFraming(framing: Framing): void {
    this.#framing = framing;
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closing) return;
    const { statistics } = this.#owner;
    this.lastUsed = this.#owner.now();
    statistics.receivedBytes += chunk.length;
    const before = this.#messages;
    const problem = this.#framing.push(chunk);
    if (!this.#framing.partial) this.messageDue = Number.POSITIVE_INFINITY;
    else if (this.messageDue === Number.POSITIVE_INFINITY || this.#messages !== before)
      this.messageDue = this.lastUsed + this.#owner.options.messageTimeout * 1000;
    if (problem === null) return;
    statistics.framingErrors++;
    this.close(problem);
  };

  message(raw: string): boolean {
    this.#messages++;
    this.#owner.statistics.received++;
    this.#owner.deliver(this, raw);
    return !this.#closing;
  }

  ping(): void {
    const { options, statistics } = this.#owner;
    if (!options.crlfPing) return;
    statistics.keepalivePings++;
    this.send('\r\n');
  }

  /**
   * @param undelivered - called later, once, when the message cannot be sent after all
   * @returns false when the connection is closing, or its queue is full: then it is closed, as its peer is stuck.
   */
  send(data: string, undelivered?: () => void): boolean {
    if (this.#closing) return false;
    const owner = this.#owner;
    const queued = this.#inFlight + this.#pending.length;
    const { connectionQueue, totalQueue } = owner.options;
    // One message always fits into an empty queue, or a message longer than the cap could never be sent.
    if ((queued > 0 && queued + data.length > connectionQueue) || owner.queuedBytes + data.length > totalQueue) {
      owner.statistics.queueOverflows++;
      this.close('outbound queue is full', true);
      return false;
    }
    this.#pending += data;
    if (undelivered !== undefined) (this.#unsent ??= []).push(undelivered);
    owner.queuedBytes += data.length;
    this.lastUsed = owner.now();
    if (this.#ready && !this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(this.#flush);
    }
    return true;
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    const data = this.#pending;
    if (data.length === 0 || this.#closed) return;
    const { options, statistics } = this.#owner;
    const unsent = this.#unsent;
    this.#pending = '';
    this.#unsent = null;
    this.#inFlight += data.length;
    if (this.deadline === Number.POSITIVE_INFINITY) this.deadline = this.#owner.now() + options.sendTimeout * 1000;
    this.#socket.write(data, 'latin1', (error) => {
      this.#inFlight -= data.length;
      this.#owner.queuedBytes -= data.length;
      if (error) {
        this.#tell(unsent);
        return;
      }
      statistics.sent++;
      statistics.sentBytes += data.length;
      // Progress was made; what still waits gets its own time.
      this.deadline = this.#inFlight === 0 ? Number.POSITIVE_INFINITY : this.#owner.now() + options.sendTimeout * 1000;
    });
  };

  /** Closes after what is queued has left, or at once with `discard`. */
  close(reason: string, discard = false): void {
    if (this.#closed) return;
    if (!this.#closing) {
      this.#closing = true;
      this.#reason = reason;
    }
    if (discard || !this.#ready) {
      this.#finish(reason);
      return;
    }
    this.#flush();
    this.#socket.end(() => this.#finish(reason));
    if (this.deadline === Number.POSITIVE_INFINITY) {
      this.deadline = this.#owner.now() + this.#owner.options.sendTimeout * 1000;
    }
  }

  /** Closes at once, with a RST. */
  reset(reason: string): void {
    if (this.#closed) return;
    this.#socket.resetAndDestroy();
    this.#finish(reason);
  }

  /** Closes once what was sent so far has left; an outgoing connection is given the time to come up first. */
  closeWhenSent(): void {
    if (this.#ready) this.close('closed after sending');
    else this.#closeWhenReady = true;
  }

  /** Later, since this may happen while one of them is sending. */
  #tell(unsent: (() => void)[] | null): void {
    if (unsent !== null) for (const undelivered of unsent) setImmediate(undelivered);
  }

  #finish(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing = true;
    this.#owner.queuedBytes -= this.#pending.length;
    this.#pending = '';
    this.#tell(this.#unsent);
    this.#unsent = null;
    this.#socket.destroy();
    if (!this.#ready) this.#owner.statistics.connectFailed++;
    this.#owner.closed(this, this.#reason || reason);
  }
}
