import { Worker } from 'node:worker_threads';
import type { CheckFound, CheckJob } from './check.js';

/** A check that takes longer is given up, in milliseconds; its thread is ended. */
const MAX_TIME = 20_000;

interface Waiting {
  readonly done: (found: CheckFound) => void;
  readonly failed: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

type Answer = { readonly id: number } & ({ readonly found: CheckFound } | { readonly error: string });

/** Checks configs in a thread of its own, which is made when it is needed and made anew when it has died. */
export class Checker {
  #worker: Worker | null = null;
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();

  check(job: CheckJob): Promise<CheckFound> {
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    return new Promise((done, failed) => {
      const timer = setTimeout(
        () => this.#lost(worker, new Error(`the check of ${job.configFile} took too long`)),
        MAX_TIME,
      );
      this.#waiting.set(id, { done, failed, timer });
      worker.postMessage({ id, job });
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker) this.#lost(worker, new Error('the server stops'));
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./check-worker.js', import.meta.url), { stdout: true });
    // The protocol owns the standard output; what the thread prints goes where errors go.
    worker.stdout.pipe(process.stderr);
    worker.on('message', (answer: Answer) => this.#answered(answer));
    worker.on('error', (e) => this.#lost(worker, e));
    worker.on('exit', () => this.#lost(worker, new Error('the thread that checks has ended')));
    worker.unref();
    return worker;
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if ('found' in answer) waiting.done(answer.found);
    else waiting.failed(new Error(answer.error));
  }

  /** Gives up on a thread and everything it was asked. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed, timer } of all) {
      clearTimeout(timer);
      failed(error);
    }
    worker.terminate().catch(() => {});
  }
}
