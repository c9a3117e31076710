import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAsleep, processTree } from './kernel.js';
import type { RunningServer, StartRequest, Target } from './server.js';

const BIN = fileURLToPath(new URL('../../bin/kamailio', import.meta.url));
const MEMORY = ['-x', 'fm', '-X', 'fm', '-m', '32', '-M', '8'];

/** Debian's kamailio. Several times as fast to start with a small pool. */
export const kamailioTarget: Target = { name: 'kamailio', start: (request) => launch('kamailio', [], MEMORY, request) };

/** kts through its drop-in command, one process per case. */
export const ktsProcessTarget: Target = {
  name: 'kts',
  start: (request) => launch(process.execPath, [BIN], [], request),
};

async function launch(command: string, head: string[], tail: string[], request: StartRequest): Promise<RunningServer> {
  const mode = request.checkOnly ? ['-c'] : ['-DD'];
  const args = [...head, ...mode, '-f', 'case.cfg', '-E', ...tail, ...request.args];
  const child = spawn(command, args, {
    cwd: request.dir,
    env: { ...process.env, ...request.env, KTS_COMPAT: request.compat === '5.6' ? '5.6' : undefined },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new ServerProcess(child);
}

class ServerProcess implements RunningServer {
  #log = '';
  #exit: number | null = null;
  readonly #ended: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      this.#log += text;
    });
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#log += `${error.message}\n`;
        this.#exit = -1;
        resolve();
      });
      child.once('close', (code) => {
        this.#exit ??= code ?? -1;
        resolve();
      });
    });
  }

  log(): string {
    return this.#log;
  }

  exit(): number | null {
    return this.#exit;
  }

  idle(): boolean {
    return this.child.pid === undefined || isAsleep(this.child.pid);
  }

  async wait(ms: number): Promise<void> {
    await sleep(ms);
  }

  async stop(): Promise<number> {
    this.child.kill('SIGTERM');
    await Promise.race([this.#ended, sleep(5000, undefined, { ref: false })]);
    if (this.#exit === null) await this.kill();
    return this.#exit ?? -1;
  }

  async kill(): Promise<void> {
    if (this.#exit !== null || this.child.pid === undefined) return;
    for (const pid of processTree(this.child.pid)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
    await this.#ended;
  }
}
