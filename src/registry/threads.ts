/**
 * A group of worker threads: one that the config declares (`async_workers`, `async_workers_group`), or one of a module's
 * own or the core's, whose name begins with a blank so that no script can name it.
 */
export interface ThreadGroupSpec {
  readonly name: string;
  readonly workers: number;
  /** Upstream's switch for pushes that do not wait. Here none waits: a full queue refuses whatever it says. */
  readonly nonblock: boolean;
  /** Pause before each task, in microseconds. */
  readonly usleep: number;
  /** Tasks at most that wait or run, per worker. */
  readonly queue: number;
  /** What `core.ps` says of a worker, `%d` being its place, and its rank; absent: upstream's text for async workers. */
  readonly shown?: { readonly text: string; readonly rank: number };
}

/** How many numbers each thread has for others to read. The last one is the threads' own. */
export const TALLIES = 16;

/** The group of workers that route what thread 0 receives (`--workers`); no config can name it. */
export const ROUTING_GROUP = ' routing';

/** A task was refused: no group of that name, or its queue is full. */
export const Refused = { UNKNOWN: -1, FULL: -2 } as const;

/** What a thread does with the letters of one kind. What it returns (or resolves to) answers an `ask`. */
export type LetterHandler<P = never> = (payload: P, from: number) => unknown;

/**
 * The script threads of the server as modules see them. Thread 0 receives from the network; groups of workers take
 * tasks. Letters between two threads arrive in the order they were sent; payloads are copied (structured clone).
 */
export interface Threads {
  /** This thread: 0 is the one that receives. */
  readonly index: number;
  /** The group that this thread works for; empty for thread 0. */
  readonly group: string;
  /** This thread's place among those of its group, 0 first. */
  readonly place: number;
  readonly groups: readonly ThreadGroupSpec[];
  /** How many script threads there are, thread 0 included. */
  readonly count: number;

  /**
   * {@link TALLIES} numbers of a thread, which that thread counts in and all can read at once: for what is counted too
   * often for a lock. Module tm uses them.
   */
  tallies(thread: number): Float64Array;

  /** Says what to do with letters of a kind; every thread says so in `configure`. */
  handle<P>(kind: string, run: LetterHandler<P>): void;
  /**
   * Hands a task to the least busy worker of a group, or always to the same one for one `affinity`.
   * @returns the thread that got it, or a {@link Refused} code
   */
  dispatch(group: string, kind: string, payload: unknown, affinity?: string): number;
  /** The worker that {@link dispatch} would choose, with its place in the queue taken: for tasks that need to know it. */
  reserve(group: string, affinity?: string): number;
  /** Sends the task that a place was {@link reserve}d for. */
  dispatchTo(thread: number, group: string, kind: string, payload: unknown): void;
  /** Gives back a reserved place that no task will need. */
  release(thread: number): void;
  /** Says what to do when a worker thread has died. */
  whenLost(run: (thread: number) => void): void;
  send(thread: number, kind: string, payload: unknown): void;
  /** How many letters wait for a thread to read them. Thread 0 knows; 0 in others, which send through it. */
  backlog(thread: number): number;
  /** Sends and waits for what the handler gives; undefined when that thread is gone or its handler failed. */
  ask<R>(thread: number, kind: string, payload: unknown): Promise<R | undefined>;
}
