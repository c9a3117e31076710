import { spawn } from 'node:child_process';
import type { ListenSocket } from '../net/transport.js';
import type { Host } from '../registry/host.js';
import type { SipMessage } from '../sip/message.js';
import type { CfgTable } from './cfg-variables.js';
import { findSocketByText } from './listeners.js';

/** The state behind core functions and pseudo-variables, one per script thread. */
export class CoreState {
  /** Transport that `udp_mtu_try_proto()` chose for a message. */
  readonly #mtuProto = new WeakMap<SipMessage, string>();

  constructor(
    readonly host: Host,
    private readonly cfg: CfgTable,
    /** What `$def` reads. */
    public defines: ReadonlyMap<string, string | null>,
    /** The environment that `$env` reads. */
    readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  /** The value of a `#!define`; null when it has none, undefined when it is not defined. */
  define(name: string): string | null | undefined {
    return this.defines.get(name);
  }

  setMtuProto(msg: SipMessage, proto: string): void {
    this.#mtuProto.set(msg, proto);
  }

  mtuProto(msg: SipMessage): string | undefined {
    return this.#mtuProto.get(msg);
  }

  /** Sockets that the script names. */
  #required = new Set<string>();

  /** Notes a socket that the script names; `missingSockets` tells which of them are not open. */
  requireSocket(text: string): void {
    this.#required.add(text);
  }

  /** Forgets what the script named, for another script; the result brings it back. */
  forgetRequired(): () => void {
    const before = this.#required;
    this.#required = new Set();
    return () => {
      this.#required = before;
    };
  }

  /** One sentence for each socket that the script names and that is not open. */
  missingSockets(): string[] {
    const missing = [...this.#required].filter((text) => findSocketByText(this.host.network, text) === null);
    return missing.map((text) => `bad force_send_socket argument: ${text} (the server does not listen on it)`);
  }

  /** The listen socket written as `[proto:]address[:port]`, or null (logged). */
  findSocketText(text: string): ListenSocket | null {
    const socket = findSocketByText(this.host.network, text);
    if (socket === null)
      this.host.log.error('<core>', `bad force_send_socket argument: ${text} (kamailio doesn't listen on it)`);
    return socket;
  }

  /** Makes reads of a cfg group give one of its instances, or its plain values (null). */
  selectCfg(group: string, instance: number | null): boolean {
    return this.cfg.select(group, instance);
  }

  /** Runs a command in a shell; 1 when it ends with status 0. */
  runShell(command: string): Promise<number> {
    return new Promise((resolve) => {
      const child = spawn('/bin/sh', ['-c', Buffer.from(command, 'latin1').toString()], { stdio: 'ignore' });
      child.once('error', () => resolve(-1));
      child.once('exit', (code) => resolve(code === 0 ? 1 : -1));
    });
  }
}
