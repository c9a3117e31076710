import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Log } from '../observe/log.js';
import type { ThreadGroupSpec } from '../registry/threads.js';
import type { Exchange } from './exchange.js';
import type { Letter, LetterPort } from './letter.js';
import { LetterReader, LetterWriter, type Packet } from './letter-codec.js';

/** The first letter of a worker: a {@link Ready}. */
export const READY = 'threads:ready';
/** Tells a worker to stop its modules and end. */
export const STOP = 'threads:stop';

export interface Ready {
  /** Why it cannot serve; null when it does. */
  readonly reason: string | null;
  /** Its number among the threads of the process. */
  readonly threadId: number;
}

/** What one worker thread is started with, beside what all share. */
export interface ServeTask {
  readonly index: number;
  readonly group: string;
  readonly port: MessagePort;
  /** What {@link SupervisorParts.present} gives. */
  readonly present: unknown;
}

export interface SupervisorParts {
  readonly groups: readonly ThreadGroupSpec[];
  readonly members: ReadonlyMap<string, readonly number[]>;
  readonly exchange: Exchange;
  readonly log: Log;
  /** File that worker threads run: its default export serves until told to stop. */
  readonly entry: string;
  /** What every worker needs: structured-cloneable. */
  readonly shared: unknown;
  /** What of that may change while the server runs, as a worker that starts now needs it: structured-cloneable. */
  readonly present: () => unknown;
  /** A thread of the process has ended unasked; whatever it held is to be let go. */
  readonly onLost: (threadId: number) => void;
}

/** A worker that fails this often in a row without getting ready is given up. */
const MAX_FAILURES = 5;

/** Pause before a thread that died is started again, in milliseconds: doubled each time it dies unready. */
const RESTART_MS = 100;

/**
 * Runs the worker threads: one pool per group, in which every thread has a single task, to serve. A thread that dies is
 * started again; its tasks are lost and counted, the others go on.
 */
export class Supervisor {
  readonly #pools = new Map<string, Piscina<ServeTask, void>>();
  readonly #waiting = new Map<number, (reason: string | null) => void>();
  readonly #failures = new Map<number, number>();
  readonly #threadIds = new Map<number, number>();
  #running: Promise<void>[] = [];
  #stopping = false;

  constructor(private readonly parts: SupervisorParts) {
    parts.exchange.handle<Ready>(READY, ({ reason, threadId }, from) => {
      this.#threadIds.set(from, threadId);
      const starting = this.#waiting.get(from);
      this.#waiting.delete(from);
      if (reason === null) this.#failures.delete(from);
      if (starting !== undefined) starting(reason);
      else if (reason !== null) this.#endUnserving(from, reason);
    });
  }

  /** What module states need was there when the server started and is not now: ended, so that it is tried again. */
  #endUnserving(index: number, reason: string): void {
    this.parts.log.error('<core>', `script thread ${index} cannot serve: ${reason}`);
    this.parts.exchange.send(index, STOP, null);
  }

  /** Starts all workers; resolves when they serve, with the reason when one of them refuses. */
  async start(): Promise<string | null> {
    const ready: Promise<string | null>[] = [];
    for (const group of this.parts.groups) {
      this.#pools.set(
        group.name,
        new Piscina<ServeTask, void>({
          filename: this.parts.entry,
          name: 'default',
          workerData: this.parts.shared,
          minThreads: group.workers,
          maxThreads: group.workers,
          // A thread has its event loop to itself: between letters it sleeps in it, not on a lock.
          atomics: 'disabled',
        }),
      );
      for (const index of this.parts.members.get(group.name) ?? []) {
        ready.push(new Promise((done) => this.#waiting.set(index, done)));
        this.#serve(group.name, index);
      }
    }
    return (await Promise.all(ready)).find((reason) => reason !== null) ?? null;
  }

  /** Has every worker end in order; those that do not are ended. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    for (const members of this.parts.members.values()) {
      for (const index of members) this.parts.exchange.send(index, STOP, null);
    }
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      Promise.all(this.#running),
      new Promise((done) => {
        timer = setTimeout(done, limitMs);
      }),
    ]);
    clearTimeout(timer);
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #serve(group: string, index: number): void {
    const pool = this.#pools.get(group);
    if (pool === undefined || this.#stopping) return;
    const { port1, port2 } = new MessageChannel();
    readLetters(port1, this.parts.exchange.receive);
    this.parts.exchange.connect(index, letterPort(port1));
    const ended = pool
      .run({ index, group, port: port2, present: this.parts.present() }, { transferList: [port2] })
      .then(
        () => this.#ended(group, index, port1, 'it ended'),
        (e: unknown) => this.#ended(group, index, port1, e instanceof Error ? e.message : String(e)),
      );
    this.#running.push(ended);
  }

  #ended(group: string, index: number, port: MessagePort, why: string): void {
    port.close();
    if (this.#stopping) return;
    const threadId = this.#threadIds.get(index);
    if (threadId !== undefined) this.parts.onLost(threadId);
    this.#threadIds.delete(index);
    const tasks = this.parts.exchange.lost(index);
    const failures = (this.#failures.get(index) ?? 0) + 1;
    this.#failures.set(index, failures);
    const first = this.#waiting.get(index);
    if (first !== undefined) {
      // It never served: the server does not start.
      this.#waiting.delete(index);
      first(`script thread ${index} (${group}) did not start: ${why}`);
      return;
    }
    const costs = tasks > 0 ? `; tasks lost: ${tasks}` : '';
    if (failures > MAX_FAILURES) {
      this.parts.exchange.givenUp(index);
      this.parts.log.error('<core>', `script thread ${index} (${group}) died: ${why}${costs}; it is not started again`);
      return;
    }
    this.parts.log.error('<core>', `script thread ${index} (${group}) died: ${why}${costs}; it is started again`);
    setTimeout(() => this.#serve(group, index), RESTART_MS * 2 ** (failures - 1));
  }
}

/** A message port as a way for letters. */
export function letterPort(port: MessagePort): LetterPort {
  const writer = new LetterWriter();
  return {
    post: (letters) => {
      const packet = writer.pack(letters);
      try {
        port.postMessage(packet);
      } catch (e) {
        writer.unsent();
        throw e;
      }
    },
  };
}

/** Has letters taken that come over a port. */
export function readLetters(port: MessagePort, take: (letters: readonly Letter[]) => void): void {
  const reader = new LetterReader();
  port.on('message', (packet: Packet) => take(reader.unpack(packet)));
}

/** Numbers the threads of all groups, from 1 on. */
export function membersOf(groups: readonly ThreadGroupSpec[]): ReadonlyMap<string, readonly number[]> {
  let next = 1;
  return new Map(groups.map(({ name, workers }) => [name, Array.from({ length: workers }, () => next++)]));
}
