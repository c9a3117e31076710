import type { Clock } from '../clock/clock.js';
import { formatIp } from './addresses.js';
import * as sys from './libc.js';
import type { Family } from './listen-socket.js';
import { SOCKADDR_BYTES, sockaddr } from './sockaddr.js';

/** The discard service: nothing is sent, the kernel only looks for a route. */
const ANY_PORT = 9;
/** How long an answer is kept, in milliseconds: one message asks several times, routes seldom change. */
const KEPT = 1000;
const MOST_KEPT = 4096;

/** Asks the kernel which of the machine's addresses packets to another one leave from (`mhomed`). */
export class SourceAddresses {
  readonly #probes = new Map<Family, number>();
  readonly #known = new Map<string, string | null>();
  #knownSince = 0;

  constructor(private readonly clock: Clock) {}

  /** The address that packets to `address` leave from; null when the kernel knows no way there. */
  towards(address: string): string | null {
    const now = this.clock.now();
    if (now - this.#knownSince >= KEPT || this.#known.size >= MOST_KEPT) {
      this.#known.clear();
      this.#knownSince = now;
    }
    let source = this.#known.get(address);
    if (source === undefined) this.#known.set(address, (source = this.#ask(address)));
    return source;
  }

  close(): void {
    for (const fd of this.#probes.values()) sys.libc()?.close(fd);
    this.#probes.clear();
  }

  #ask(address: string): string | null {
    const libc = sys.libc();
    const to = sockaddr(address, ANY_PORT);
    if (libc === null || to === null) return null;
    const family: Family = address.includes(':') ? 6 : 4;
    let fd = this.#probes.get(family);
    if (fd === undefined) {
      fd = libc.socket(family === 6 ? sys.AF_INET6 : sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_CLOEXEC, 0);
      if (fd < 0) return null;
      this.#probes.set(family, fd);
    }
    if (libc.connect(fd, to.bytes, to.length) < 0) return null;
    const own = Buffer.alloc(SOCKADDR_BYTES);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(SOCKADDR_BYTES);
    if (libc.getsockname(fd, own, length) < 0) return null;
    return formatIp(family === 6 ? own.subarray(8, 24) : own.subarray(4, 8));
  }
}
