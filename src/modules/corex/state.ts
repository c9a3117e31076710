import { readFileSync, writeFileSync } from 'node:fs';
import type { ListenSocket } from '../../net/transport.js';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { SipMessage } from '../../sip/message.js';
import type { ReceiveInfo } from '../../sip/receive-info.js';
import type { Interceptor } from './intercept.js';

export const SOURCE = 'corex';

/** Extended flags per message: two words of 32 bits, as upstream has. */
const XFLAG_WORDS = 2;
export const MAX_XFLAG = XFLAG_WORDS * 32 - 1;

/** Internal flags that `msg_iflag_set` knows, by name. */
export const INTERNAL_FLAGS: Readonly<Record<string, number>> = {
  USE_UAC_FROM: 1,
  USE_UAC_TO: 2,
  UAC_AUTH: 4,
};

/** A domain all of whose subdomains are this server (`alias_subdomains`). */
interface Subdomains {
  readonly domain: string;
  readonly port: number;
  readonly proto: string;
}

/** What module corex keeps per script thread. */
export class Corex {
  readonly #xflags = new WeakMap<SipMessage, Uint32Array>();
  readonly #internal = new WeakMap<SipMessage, number>();
  readonly #viaFlags = new WeakMap<SipMessage, number>();
  readonly subdomains: Subdomains[] = [];
  /** Null without `nio_intercept`. */
  interceptor: Interceptor | null = null;

  constructor(readonly host: Host) {}

  /** Takes one value of `alias_subdomains`: `[proto:]domain[:port]`. */
  addSubdomains(text: string): void {
    const m = /^(?:(udp|tcp|tls|sctp|ws|wss):)?([^:]+)(?::(\d+))?$/i.exec(text);
    if (!m) throw new ConfigError(`invalid subdomains alias "${text}"`, 'alias_subdomains');
    this.subdomains.push({ domain: m[2]!.toLowerCase(), port: Number(m[3] ?? 0), proto: (m[1] ?? '').toLowerCase() });
  }

  /** True for a domain of `alias_subdomains` and everything below it. */
  isSubdomain(host: string, port: number, proto: string | null): boolean {
    const name = host.toLowerCase();
    return this.subdomains.some(
      (s) =>
        (s.port === 0 || port === 0 || s.port === port) &&
        (s.proto === '' || proto === null || s.proto === proto) &&
        (name === s.domain || name.endsWith(`.${s.domain}`)),
    );
  }

  xflags(msg: SipMessage): Uint32Array {
    let words = this.#xflags.get(msg);
    if (!words) this.#xflags.set(msg, (words = new Uint32Array(XFLAG_WORDS)));
    return words;
  }

  internalFlags(msg: SipMessage): number {
    return this.#internal.get(msg) ?? 0;
  }

  setInternalFlags(msg: SipMessage, flags: number): void {
    this.#internal.set(msg, flags);
  }

  /** Flags for the handling of Via of a message. */
  viaFlags(msg: SipMessage): number {
    return this.#viaFlags.get(msg) ?? 0;
  }

  setViaFlags(msg: SipMessage, flags: number): void {
    this.#viaFlags.set(msg, flags);
  }

  socketNamed(name: string): ListenSocket | null {
    return this.host.network.findSocketByName(name);
  }

  /** Replaces what is known of how a message came in (set_source_address and its like). */
  received(ctx: ScriptContext, change: Partial<ReceiveInfo>): void {
    ctx.msg.received = { ...ctx.msg.received, ...change };
  }

  /** A file's bytes as latin1; null when it cannot be read (logged). */
  readFile(name: string): string | null {
    try {
      return readFileSync(name, 'latin1');
    } catch {
      this.host.log.error(SOURCE, `cannot open file: ${name}`);
      return null;
    }
  }

  /** Writes a file; false when it cannot be written (logged). */
  writeFile(name: string, content: string): boolean {
    try {
      writeFileSync(name, content, 'latin1');
      return true;
    } catch {
      this.host.log.error(SOURCE, `cannot open file: ${name}`);
      return false;
    }
  }
}
