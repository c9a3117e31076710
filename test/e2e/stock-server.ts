import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ClaimedAddress, claimAddress } from '../oracle/address.js';
import { processTree, socketsOf } from '../oracle/kernel.js';
import { ctlRpc } from '../oracle/rpc-client.js';
import { STOCK_CONFIG, TARGET } from './peers.js';

const KTS = fileURLToPath(new URL('../../bin/kamailio', import.meta.url));
export const SIP_PORT = 5060;
const PID_FILE = 'server.pid';

/** Debian's own config, byte for byte, on the server under test: UDP and TCP, on an address of its own and on ::1. */
export class StockServer {
  log = '';
  #users = 0;
  #port = 5100;

  private constructor(
    private readonly child: ChildProcess,
    private readonly claimed: ClaimedAddress,
    readonly dir: string,
    readonly host: string,
  ) {
    child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      this.log += text;
    });
  }

  static async start(ipv6: boolean): Promise<StockServer> {
    const claimed = await claimAddress(ipv6);
    const host = ipv6 ? '::1' : claimed.address;
    const at = `${ipv6 ? '[::1]' : host}:${SIP_PORT}`;
    const dir = mkdtempSync(join(tmpdir(), 'kts-e2e-'));
    const [command, ...head] =
      TARGET === 'kamailio' ? ['kamailio', '-x', 'fm', '-X', 'fm', '-m', '64', '-M', '8'] : [process.execPath, KTS];
    const pidFile = join(dir, PID_FILE);
    const args = [
      ...head,
      '-f',
      STOCK_CONFIG,
      '-DD',
      '-E',
      '-Y',
      dir,
      '-P',
      pidFile,
      '-l',
      `udp:${at}`,
      '-l',
      `tcp:${at}`,
    ];
    const child = spawn(command!, args, {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, KTS_COMPAT: '5.6' },
    });
    const server = new StockServer(child, claimed, dir, host);
    await server.#listening(ipv6);
    return server;
  }

  get uriHost(): string {
    return this.host.includes(':') ? `[${this.host}]` : this.host;
  }

  /** Path of ctl's socket, where the stock config puts it: in the run directory. */
  get ctlSocket(): string {
    return join(this.dir, 'kamailio_ctl');
  }

  rpc(method: string, ...params: (string | number)[]): Promise<unknown> {
    return ctlRpc(this.ctlSocket, method, params);
  }

  /** A user that no other test of this server uses. */
  newUser(): string {
    return `user${++this.#users}`;
  }

  /** A port for a client that no other test of this server uses. */
  newPort(): number {
    return this.#port++;
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => {
      if (this.child.exitCode !== null) resolve(this.child.exitCode);
      else this.child.once('exit', resolve);
    });
    this.child.kill('SIGTERM');
    const limit = setTimeout(() => {
      for (const pid of processTree(this.child.pid!)) process.kill(pid, 'SIGKILL');
    }, 5000);
    const status = await ended;
    clearTimeout(limit);
    await this.claimed.release();
    rmSync(this.dir, { recursive: true, force: true });
    return status;
  }

  async #listening(ipv6: boolean): Promise<void> {
    const limit = Date.now() + 10_000;
    while (Date.now() < limit && this.child.exitCode === null) {
      const bound = socketsOf(this.host, { tcp: true, ipv6 }).filter((s) => s.port === SIP_PORT && s.listening);
      // Sockets are open before modules are, and before worker threads: ctl's tells that Kamailio has started whole, the
      // pid file that kts has.
      if (bound.length >= 2 && existsSync(this.ctlSocket) && existsSync(join(this.dir, PID_FILE))) return;
      await sleep(10);
    }
    const { log } = this;
    await this.stop();
    throw new Error(`${TARGET} does not listen with ${STOCK_CONFIG}:\n${log}`);
  }
}
