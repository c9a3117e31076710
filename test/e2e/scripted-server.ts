import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ClaimedAddress, claimAddress } from '../oracle/address.js';
import { processTree, socketsOf } from '../oracle/kernel.js';
import { TARGET } from './peers.js';
import { SIP_PORT } from './stock-server.js';

const KTS = fileURLToPath(new URL('../../bin/kamailio', import.meta.url));

const PID_FILE = 'server.pid';

export interface ScriptedOptions {
  readonly target?: 'kts' | 'kamailio';
  /** Where the server runs, kept when it stops; a directory of its own by default. */
  readonly dir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The server under test as processes of its own, with a config of the test's, on UDP and TCP of an address of its own. */
export class ScriptedServer {
  readonly port = SIP_PORT;
  log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly claimed: ClaimedAddress,
    readonly dir: string,
    private readonly keepsDir: boolean,
  ) {
    child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      this.log += text;
    });
  }

  static async start(config: string, options: ScriptedOptions = {}): Promise<ScriptedServer> {
    const { target = TARGET, args = [], env = {} } = options;
    const claimed = await claimAddress();
    const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'kts-scripted-'));
    const file = join(dir, 'kamailio.cfg');
    writeFileSync(file, config, 'latin1');
    const [command, ...head] =
      target === 'kamailio' ? ['kamailio', '-x', 'fm', '-X', 'fm', '-m', '64', '-M', '8'] : [process.execPath, KTS];
    const at = `${claimed.address}:${SIP_PORT}`;
    const pidFile = ['-P', join(dir, PID_FILE)];
    // One that was killed leaves it.
    rmSync(join(dir, PID_FILE), { force: true });
    const all = [
      ...head,
      '-f',
      file,
      '-DD',
      '-E',
      '-Y',
      dir,
      '-l',
      `udp:${at}`,
      '-l',
      `tcp:${at}`,
      ...pidFile,
      ...args,
    ];
    const child = spawn(command!, all, {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, KTS_COMPAT: '5.6', ...env },
    });
    const server = new ScriptedServer(child, claimed, dir, options.dir !== undefined);
    await server.#listening();
    return server;
  }

  get address(): string {
    return this.claimed.address;
  }
  get host(): string {
    return this.claimed.address;
  }
  get uriHost(): string {
    return this.claimed.address;
  }
  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
  /** Lines of the log that tell of errors. */
  get errors(): string[] {
    return this.log.split('\n').filter((line) => /ERROR|CRITICAL|ALERT/.test(line));
  }

  /** Ends it in order; gives its exit status. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends it at once, whatever it is at. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const ended = new Promise<void>((resolve) => {
      if (!this.running) resolve();
      else this.child.once('exit', () => resolve());
    });
    const tree = processTree(this.child.pid!);
    if (signal === 'SIGKILL') for (const pid of tree) process.kill(pid, signal);
    else this.child.kill(signal);
    const limit = setTimeout(() => {
      for (const pid of processTree(this.child.pid!)) process.kill(pid, 'SIGKILL');
    }, 10_000);
    await ended;
    clearTimeout(limit);
    await this.claimed.release();
    if (!this.keepsDir) rmSync(this.dir, { recursive: true, force: true });
    return this.child.exitCode;
  }

  async #listening(): Promise<void> {
    const limit = Date.now() + 15_000;
    while (Date.now() < limit && this.running) {
      const bound = socketsOf(this.host, { tcp: true, ipv6: false }).filter((s) => s.port === SIP_PORT && s.listening);
      // Sockets are open before worker threads are; the pid file comes last.
      if (bound.length >= 2 && existsSync(join(this.dir, PID_FILE))) return;
      await sleep(10);
    }
    const { log } = this;
    await this.stop();
    throw new Error(`${TARGET} does not listen:\n${log}`);
  }
}
