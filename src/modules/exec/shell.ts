import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Clock, Timer } from '../../clock/clock.js';
import { shellCommand } from './command-text.js';

/** What a shell is to run. Texts are bytes as latin1 characters. */
export interface Command {
  readonly text: string;
  /** Variables beside those of the server. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the command reads; null: nothing. */
  readonly input: string | null;
  /** What becomes of its output: kept for the caller, sent where the server's goes, or thrown away. */
  readonly output: 'keep' | 'inherit' | 'ignore';
}

/** How a command ended. */
export type Outcome =
  | { readonly end: 'exit'; readonly status: number; readonly output: string }
  /** Ended by a signal that nobody here sent. */
  | { readonly end: 'signal'; readonly signal: string; readonly output: string }
  /** Stopped by us, or never started. */
  | { readonly end: 'failed'; readonly reason: string };

/** Bytes of output that are kept of one command. */
export const MAX_OUTPUT = 1 << 20;
/** Commands that run at the same time; further ones wait for their turn. */
export const MAX_RUNNING = 64;
/** Commands that wait for their turn. */
const MAX_WAITING = 1024;
/** How long a command that was told to end has for it (ms). */
const GRACE = 2000;

/** Runs commands beside the script thread, bounded in number, time and output. */
export class Shell {
  readonly #running = new Set<ChildProcess>();
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    /** Seconds that a command may take; 0: no limit. */
    private readonly seconds: number,
  ) {}

  /** Runs a command; never rejects. */
  run(command: Command): Promise<Outcome> {
    if (command.text.includes('\0')) return Promise.resolve(failure('it contains a NUL byte'));
    if (this.#running.size < MAX_RUNNING) return this.#launch(command);
    if (this.#waiting.length >= MAX_WAITING) return Promise.resolve(failure('too many commands wait'));
    return new Promise((resolve) => {
      this.#waiting.push(() => void this.#launch(command).then(resolve));
    });
  }

  /** Ends what runs; what waits is not started any more. */
  stop(): void {
    this.#waiting.length = 0;
    for (const child of this.#running) kill(child, 'SIGTERM');
  }

  #launch(command: Command): Promise<Outcome> {
    const child = start(command);
    if (typeof child === 'string') return Promise.resolve(failure(child));
    this.#running.add(child);
    return this.#follow(child, command).finally(() => {
      this.#running.delete(child);
      this.#waiting.shift()?.();
    });
  }

  #follow(child: ChildProcess, { input, output }: Command): Promise<Outcome> {
    return new Promise((resolve) => {
      const kept: Buffer[] = [];
      let size = 0;
      let limit: Timer | null = null;
      const end = (outcome: Outcome): void => {
        limit?.cancel();
        resolve(outcome);
      };
      const abort = (reason: string): void => {
        this.#terminate(child);
        // Not waited for: what it left behind may hold its output open.
        child.stdout?.destroy();
        end(failure(reason));
      };
      if (this.seconds > 0) {
        limit = this.clock.after(this.seconds * 1000, () => abort(`killed after ${this.seconds} seconds`));
      }
      child.stdout?.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (output === 'keep' && size <= MAX_OUTPUT) kept.push(chunk);
        else abort(`killed after more than ${MAX_OUTPUT} bytes of output`);
      });
      child.once('error', (error) => end(failure(error.message)));
      child.once('close', (status, signal) => {
        const text = Buffer.concat(kept).toString('latin1');
        end(
          signal === null
            ? { end: 'exit', status: status ?? -1, output: text }
            : { end: 'signal', signal, output: text },
        );
      });
      // A command need not read what it is given.
      child.stdin?.on('error', () => {}).end(Buffer.from(input ?? '', 'latin1'));
    });
  }

  #terminate(child: ChildProcess): void {
    kill(child, 'SIGTERM');
    const force = this.clock.after(GRACE, () => kill(child, 'SIGKILL'));
    child.once('exit', () => force.cancel());
  }
}

const failure = (reason: string): Outcome => ({ end: 'failed', reason });

/** The process, or why there is none. */
function start({ text, variables, input, output }: Command): ChildProcess | string {
  const { script, env } = shellCommand(text, variables);
  const options: SpawnOptions = {
    env: { ...process.env, ...env },
    // A group of its own, so that what the shell started ends with it.
    detached: true,
    stdio: [input === null ? 'ignore' : 'pipe', output === 'keep' ? 'pipe' : output, 'inherit'],
  };
  try {
    return spawn('/bin/sh', ['-c', script], options);
  } catch (error) {
    return error instanceof Error ? error.message : `${error}`;
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
