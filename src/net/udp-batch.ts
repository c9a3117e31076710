import { lendBytes, takeBytesBack } from '../sip/bytes.js';
import './latin1.js';
import { BATCH, HEADER_BYTES, Vectors } from './datagram-vectors.js';
import * as sys from './libc.js';
import { listenError } from './listen-error.js';
import type { Family, ListenSpec } from './listen-socket.js';
import { portOf, SOCKADDR_BYTES, SOCKADDR_WORDS, SockaddrReader, SockaddrWriter, sockaddr } from './sockaddr.js';
import type { ListenError, NetworkStatistics } from './transport.js';
import {
  type DatagramHandler,
  MAX_DATAGRAM,
  type NetworkLog,
  type UdpEngine,
  type UdpOptions,
  type UdpPort,
} from './udp.js';

/**
 * Input goes to one slot per datagram, each long enough for any. Only pages that datagrams touched are ever backed by
 * memory. The odd size keeps the slots' first lines from falling into the same cache sets.
 */
const SLOT_BYTES = 65536 + 1088;

/** Output is packed end to end. */
const ARENA_BYTES = 512 * 1024;

/** Batches per socket and turn of the event loop. */
const ROUNDS = 8;

/** How long a flush may wait for room in the kernel's queue before it drops the rest. */
const SEND_WAIT_MS = 20;

/**
 * UDP by recvmmsg and sendmmsg. Readiness comes from the event loop's own poller, so an idle socket costs nothing; the
 * work happens in `setImmediate` of the same turn, where promises continue as usual.
 */
export class UdpBatchEngine implements UdpEngine {
  readonly libc: sys.Libc;
  readonly statistics: NetworkStatistics;
  readonly log: NetworkLog;
  readonly writer = new SockaddrWriter();
  readonly #reader = new SockaddrReader();
  readonly #options: UdpOptions;
  #input: Vectors | null = null;
  /** The slots of the input, as the parser may borrow them. */
  #slots: Uint8Array[] = [];
  readonly #readable: BatchPort[] = [];
  #rounds = 0;
  #receiveScheduled = false;
  #queued: BatchPort[] = [];
  #flushScheduled = false;
  #receiving = false;

  constructor(library: sys.Libc, options: UdpOptions, statistics: NetworkStatistics, log: NetworkLog) {
    this.libc = library;
    this.#options = options;
    this.statistics = statistics;
    this.log = log;
  }

  async open(spec: ListenSpec, onDatagram: DatagramHandler): Promise<UdpPort | ListenError> {
    const address = sockaddr(spec.address, spec.port);
    if (!address) return listenError(spec, 'EINVAL', 'not an IP address');
    const v6 = address.length === SOCKADDR_BYTES;
    const { libc } = this;
    const fd = libc.socket(v6 ? sys.AF_INET6 : sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC, 0);
    if (fd < 0) return this.#failed(spec);
    this.#configure(fd, v6);
    if (libc.bind(fd, address.bytes, address.length) < 0) {
      const failure = this.#failed(spec);
      libc.close(fd);
      return failure;
    }
    const bound = Buffer.alloc(SOCKADDR_BYTES);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(SOCKADDR_BYTES);
    libc.getsockname(fd, bound, length);
    const port = new BatchPort(this, fd, v6 ? 6 : 4, portOf(bound.readUInt32LE(0)), onDatagram);
    port.watch(() => this.#noteReadable(port));
    return port;
  }

  adopt(fd: number, family: Family): UdpPort {
    return new BatchPort(this, fd, family, 0, null);
  }

  #failed(spec: ListenSpec): ListenError {
    return listenError(spec, ...sys.describeErrno(this.libc.errno()));
  }

  #configure(fd: number, v6: boolean): void {
    const value = Buffer.alloc(4);
    const set = ([level, option]: readonly [number, number], to: number): boolean => {
      value.writeInt32LE(to);
      return this.libc.setsockopt(fd, level, option, value, 4) === 0;
    };
    const { receiveBuffer, sendBuffer, reuseAddress, tos, pmtuDiscovery, freeBind } = this.#options;
    if (reuseAddress) set(sys.SO_REUSEADDR, 1);
    if (freeBind) set(sys.IP_FREEBIND, 1);
    // The forced forms go past the system-wide limit and need privileges; without them the limit applies.
    if (!set(sys.SO_RCVBUFFORCE, receiveBuffer)) set(sys.SO_RCVBUF, receiveBuffer);
    if (!set(sys.SO_SNDBUFFORCE, sendBuffer)) set(sys.SO_SNDBUF, sendBuffer);
    if (v6) set(sys.IPV6_V6ONLY, 1);
    if (!set(v6 ? sys.IPV6_TCLASS : sys.IP_TOS, tos)) this.log('warn', `cannot set tos ${tos}`);
    set(v6 ? sys.IPV6_MTU_DISCOVER : sys.IP_MTU_DISCOVER, pmtuDiscovery ? 2 : 0);
  }

  #noteReadable(port: BatchPort): void {
    if (port.readable) return;
    port.readable = true;
    this.#readable.push(port);
    if (this.#receiveScheduled) return;
    this.#receiveScheduled = true;
    setImmediate(this.#receive);
  }

  /** A batch from each socket that has input, and again while there is more; then everything that was sent leaves. */
  readonly #receive = (): void => {
    this.#receiveScheduled = false;
    this.#receiving = true;
    this.#rounds = 0;
    this.#round();
  };

  /**
   * More input after a batch costs a system call to find, a turn of the event loop several. Between two rounds, runs that
   * wait for promises go on; after some, the event loop has its turn: what is left makes the sockets readable again.
   */
  readonly #round = (): void => {
    const ports = this.#readable;
    let busy = 0;
    try {
      for (let i = 0; i < ports.length; i++) {
        const port = ports[i]!;
        if (port.closed || this.#receiveFrom(port) === 0) port.readable = false;
        else ports[busy++] = port;
      }
      ports.length = busy;
    } finally {
      if (busy > 0 && ++this.#rounds < ROUNDS) queueMicrotask(this.#round);
      else this.#endTurn();
    }
  };

  #endTurn(): void {
    for (const port of this.#readable) port.readable = false;
    this.#readable.length = 0;
    this.#receiving = false;
    this.flush();
  }

  /** @returns how many datagrams there were */
  #receiveFrom(port: BatchPort): number {
    const input = this.#input ?? this.#makeInput();
    const { headers, data, nameWords } = input;
    const slots = this.#slots;
    const count = this.libc.recvmmsg(port.fd, headers, BATCH, sys.MSG_DONTWAIT, null);
    if (count <= 0) return 0;
    const { statistics } = this;
    for (let i = 0; i < count; i++) {
      const bytes = input.received(i);
      const start = i * SLOT_BYTES;
      const name = i * SOCKADDR_WORDS;
      statistics.received++;
      statistics.receivedBytes += bytes;
      const text = data.latin1Slice(start, start + bytes);
      // What an earlier datagram left behind this one in its slot.
      data[start + bytes] = data[start + bytes + 1] = 0;
      lendBytes(text, slots[i]!);
      port.onDatagram!(text, this.#reader.address(nameWords, name), portOf(nameWords[name]!));
    }
    takeBytesBack();
    // The kernel wrote the lengths of the addresses it stored; the next batch may come from the other family.
    for (let i = 0; i < count; i++) input.setNameLength(i, SOCKADDR_BYTES);
    return count;
  }

  #makeInput(): Vectors {
    const vectors = new Vectors(BATCH * SLOT_BYTES);
    for (let i = 0; i < BATCH; i++) {
      vectors.setData(i, i * SLOT_BYTES, SLOT_BYTES);
      this.#slots.push(vectors.data.subarray(i * SLOT_BYTES, (i + 1) * SLOT_BYTES));
    }
    this.#input = vectors;
    return vectors;
  }

  /** Has a port with something to send flushed at the end of the input batch, or else of the current turn. */
  noteQueued(port: BatchPort): void {
    this.#queued.push(port);
    if (this.#receiving || this.#flushScheduled) return;
    this.#flushScheduled = true;
    // Ticks run when all promises that could continue have done so: what they send leaves together.
    process.nextTick(this.#flushTick);
  }

  readonly #flushTick = (): void => {
    this.#flushScheduled = false;
    this.flush();
  };

  flush(): void {
    const ports = this.#queued;
    if (ports.length === 0) return;
    for (let i = 0; i < ports.length; i++) ports[i]!.flush();
    ports.length = 0;
  }
}

class BatchPort implements UdpPort {
  readonly port: number;
  readonly fd: number;
  readonly onDatagram: DatagramHandler | null;
  readable = false;
  closed = false;
  readonly #engine: UdpBatchEngine;
  readonly #family: number;
  #readiness: sys.Readiness | null = null;
  #output: Vectors | null = null;
  #count = 0;
  #used = 0;
  #listed = false;

  constructor(engine: UdpBatchEngine, fd: number, family: Family, port: number, onDatagram: DatagramHandler | null) {
    this.#engine = engine;
    this.fd = fd;
    this.#family = family === 4 ? sys.AF_INET : sys.AF_INET6;
    this.port = port;
    this.onDatagram = onDatagram;
  }

  watch(onReadable: () => void): void {
    this.#readiness = sys.watchReadable(this.fd, onReadable);
  }

  send(address: string, port: number, data: string): boolean {
    const output = this.#reserve(data.length);
    if (!output) return false;
    output.data.latin1Write(data, this.#used, data.length);
    return this.#push(output, address, port, data.length);
  }

  sendBuffer(address: string, port: number, data: Uint8Array): boolean {
    const output = this.#reserve(data.length);
    if (!output) return false;
    output.data.set(data, this.#used);
    return this.#push(output, address, port, data.length);
  }

  #reserve(bytes: number): Vectors | null {
    if (this.closed || bytes > MAX_DATAGRAM) return null;
    this.#output ??= new Vectors(ARENA_BYTES);
    if (this.#count === BATCH || this.#used + bytes > ARENA_BYTES) this.#sendQueued();
    return this.#output;
  }

  #push(output: Vectors, address: string, port: number, bytes: number): boolean {
    const i = this.#count;
    const { writer } = this.#engine;
    const nameLength = writer.write(this.#family, address, port, output.nameWords, i * SOCKADDR_WORDS);
    if (nameLength === 0) return false;
    output.setNameLength(i, nameLength);
    output.setData(i, this.#used, bytes);
    this.#count++;
    this.#used += bytes;
    if (!this.#listed) {
      this.#listed = true;
      this.#engine.noteQueued(this);
    }
    return true;
  }

  flush(): void {
    this.#listed = false;
    this.#sendQueued();
  }

  #sendQueued(): void {
    const count = this.#count;
    const output = this.#output;
    if (!output || count === 0) return;
    const { statistics, libc } = this.#engine;
    this.#count = 0;
    this.#used = 0;
    let done = 0;
    let waited = 0;
    while (done < count) {
      const headers = done === 0 ? output.headers : output.headers.subarray(done * HEADER_BYTES);
      const sent = libc.sendmmsg(this.fd, headers, count - done, sys.MSG_DONTWAIT | sys.MSG_NOSIGNAL);
      if (sent > 0) {
        for (let i = done; i < done + sent; i++) statistics.sentBytes += output.iovecWords[i * 4 + 2]!;
        statistics.sent += sent;
        done += sent;
        continue;
      }
      const errno = libc.errno();
      if (errno === sys.EINTR) continue;
      if (errno === sys.EAGAIN || errno === sys.ENOBUFS) {
        if (waited < SEND_WAIT_MS) {
          waited += this.#waitForRoom(errno);
          continue;
        }
        statistics.sendDropped += count - done;
        this.#engine.log('error', `udp: the kernel's send queue stays full, dropped ${count - done} datagrams`);
        return;
      }
      // The error is that of the first datagram; the others may well pass.
      statistics.sendErrors++;
      this.#logFailure(output, done, errno);
      done++;
    }
  }

  /** @returns milliseconds to count as waited */
  #waitForRoom(errno: number): number {
    const set = Buffer.alloc(8);
    set.writeInt32LE(this.fd, 0);
    set.writeInt16LE(sys.POLLOUT, 4);
    // ENOBUFS is the device's queue: the socket itself counts as writable, so there is nothing to wait on but time.
    this.#engine.libc.poll(set, errno === sys.EAGAIN ? 1 : 0, 1);
    return 1;
  }

  #logFailure(output: Vectors, i: number, errno: number): void {
    const reader = new SockaddrReader();
    const name = i * SOCKADDR_WORDS;
    const [code, text] = sys.describeErrno(errno);
    const bytes = output.iovecWords[i * 4 + 2]!;
    const peer = `${reader.address(output.nameWords, name)} port ${portOf(output.nameWords[name]!)}`;
    this.#engine.log('error', `udp: sending ${bytes} bytes to ${peer}: ${text} (${code})`);
  }

  close(): void {
    if (this.closed) return;
    this.#sendQueued();
    this.closed = true;
    // A port that was adopted belongs to the thread that opened it.
    if (!this.#readiness) return;
    this.#readiness.close();
    this.#engine.libc.close(this.fd);
  }
}
