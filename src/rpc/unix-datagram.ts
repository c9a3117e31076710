import {
  describeErrno,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  type Readiness,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  watchReadable,
} from '../net/libc.js';
import { clearPath, type FileAccess, grant, type Opened, removeQuietly } from './endpoint-file.js';
import { AF_UNIX, SOCKADDR_UN_BYTES, type UnixCalls, unixAddress, unixCalls } from './unix-calls.js';

/** Longest datagram; upstream's jsonrpcs and ctl read into 64 KB. */
const MAX_DATAGRAM = 65536;

/** Datagrams taken in one turn, so that a flood cannot starve SIP. */
const PER_TURN = 16;

/** Bytes of a sockaddr. A sender that bound no name has none to answer to. */
interface Peer {
  readonly address: Buffer;
  readonly length: number;
}

/** Told of a datagram; `answer` sends one back and says whether it went out. */
export type DatagramListener = (data: Buffer, answer: (bytes: Buffer) => boolean) => void;

/** A datagram socket with a name in the file system. Never blocks: what cannot be sent at once is dropped. */
export class UnixDatagramSocket {
  readonly #readiness: Readiness;
  readonly #data = Buffer.allocUnsafeSlow(MAX_DATAGRAM);
  readonly #from = Buffer.allocUnsafeSlow(SOCKADDR_UN_BYTES);
  readonly #length = Buffer.allocUnsafeSlow(4);
  #scheduled = false;
  #closed = false;

  private constructor(
    readonly path: string,
    private readonly calls: UnixCalls,
    private readonly fd: number,
    private readonly listener: DatagramListener,
  ) {
    this.#readiness = watchReadable(fd, () => this.#schedule());
  }

  /** Binds `path`, replacing what a former run left there. */
  static open(path: string, access: FileAccess, listener: DatagramListener): Opened<UnixDatagramSocket> {
    const calls = unixCalls();
    if (calls === null) return { ok: false, message: 'datagram sockets in the file system need Linux' };
    const address = unixAddress(path);
    if (address === undefined) return { ok: false, message: `socket name too long: ${path}` };
    const cleared = clearPath(path);
    if (!cleared.ok) return cleared;
    const fd = calls.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return { ok: false, message: `cannot make a socket: ${reason(calls)}` };
    if (calls.bind(fd, address.bytes, address.length) !== 0) {
      const why = reason(calls);
      calls.close(fd);
      return { ok: false, message: `cannot bind ${path}: ${why}` };
    }
    const granted = grant(path, access);
    if (!granted.ok) {
      calls.close(fd);
      removeQuietly(path);
      return granted;
    }
    return { ok: true, value: new UnixDatagramSocket(path, calls, fd, listener) };
  }

  /** False when it cannot be delivered now. */
  sendTo(data: Buffer, path: string): boolean {
    const address = unixAddress(path);
    return address !== undefined && this.#send(data, { address: address.bytes, length: address.length });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#readiness.close();
    this.calls.close(this.fd);
    removeQuietly(this.path);
  }

  #send(data: Buffer, to: Peer): boolean {
    if (this.#closed || to.length <= 2) return false;
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    return this.calls.sendto(this.fd, data, data.length, flags, to.address, to.length) === data.length;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#receive();
    });
  }

  #receive(): void {
    for (let i = 0; i < PER_TURN && !this.#closed; i++) {
      this.#length.writeUInt32LE(SOCKADDR_UN_BYTES);
      const size = Number(
        this.calls.recvfrom(this.fd, this.#data, MAX_DATAGRAM, MSG_DONTWAIT, this.#from, this.#length),
      );
      if (size < 0) return;
      const length = this.#length.readUInt32LE();
      const address = Buffer.alloc(SOCKADDR_UN_BYTES);
      this.#from.copy(address, 0, 0, length);
      this.listener(Buffer.from(this.#data.subarray(0, size)), (bytes) => this.#send(bytes, { address, length }));
    }
  }
}

function reason(calls: UnixCalls): string {
  return describeErrno(calls.errno())[1];
}
