import { writeSync } from 'node:fs';

/** Text that waits at most: beyond it the lines are written at once. */
const MAX_PENDING = 64 * 1024;

/**
 * A file descriptor that is written once per turn of the event loop, not once per line: what a batch of messages logs
 * leaves in one system call. Nothing is lost at exit.
 */
export class BatchedOutput {
  #pending = '';
  #scheduled = false;

  constructor(private readonly fd: number) {
    process.on('exit', () => this.flush());
  }

  /** Takes latin1 text. */
  readonly write = (text: string): void => {
    this.#pending += text;
    if (this.#pending.length >= MAX_PENDING) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.flush());
    }
  };

  /** Writes what waits. A reader that is slow is waited for; one that is gone loses the text. */
  flush(): void {
    this.#scheduled = false;
    let bytes = Buffer.from(this.#pending, 'latin1');
    this.#pending = '';
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.fd, bytes));
      } catch (e) {
        if ((e as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      }
    }
  }
}
