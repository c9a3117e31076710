import type { Log } from '../observe/log.js';
import { type LetterHandler, Refused, TALLIES, type ThreadGroupSpec, type Threads } from '../registry/threads.js';
import type { Letter, LetterPort } from './letter.js';

export interface ExchangeParts {
  readonly index: number;
  readonly group: string;
  readonly groups: readonly ThreadGroupSpec[];
  /** The threads of each group, by its name. Groups without threads of their own are served by this thread. */
  readonly members: ReadonlyMap<string, readonly number[]>;
  readonly count: number;
  /** How many tasks each thread has; shared by all threads. */
  readonly loads: Int32Array;
  /** {@link TALLIES} numbers per thread; shared by all threads. */
  readonly tallies: Float64Array;
  readonly log: Log;
  /** Has work done in a later turn. */
  readonly later: (work: () => void) => void;
  /** Has work done after a pause of whole milliseconds. */
  readonly after: (ms: number, work: () => void) => void;
}

/** Letters that wait for a thread that is being started again, at most; tasks are bounded by their groups as well. */
const MAX_WAITING = 20_000;

/** The load of a thread that is not there for good: more than any queue holds. */
const NO_ROOM = 0x3fffffff;

/** Where among its tallies a worker counts the letters that it has read. */
const READ = TALLIES - 1;

/** Thread 0 tells the others that one has died. */
const LOST = 'threads:lost';

/**
 * Takes letters to other threads and to handlers of this one. Letters of one turn leave together; those for a thread
 * without a port of its own go over the port of thread 0, which passes them on.
 */
export class Exchange implements Threads {
  readonly index: number;
  readonly groups: readonly ThreadGroupSpec[];
  readonly count: number;
  readonly #parts: ExchangeParts;
  readonly #handlers = new Map<string, LetterHandler>();
  readonly #ports = new Map<number, LetterPort>();
  readonly #outgoing = new Map<LetterPort, Letter[]>();
  readonly #questions = new Map<number, { readonly to: number; readonly answer: (value: unknown) => void }>();
  readonly #byName = new Map<string, ThreadGroupSpec>();
  /** What waits for threads that have died and are being started again. */
  readonly #down = new Map<number, Letter[]>();
  /** How many letters each port has been given. */
  readonly #sent = new Map<number, number>();
  readonly #lost: ((thread: number) => void)[] = [];
  /** A thread that is started again must not take answers to questions of the one before. */
  #nextQuestion = 1 + Math.floor(Math.random() * 2 ** 40);
  #leaving = false;
  #group: string;
  /** Tasks that wait for the pause that their group asks for (`usleep`). */
  #paused: Letter[] | null = null;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.index = parts.index;
    this.groups = parts.groups;
    this.count = parts.count;
    this.#group = parts.group;
    for (const group of parts.groups) this.#byName.set(group.name, group);
    this.handle<number>(LOST, (thread) => this.#miss(thread));
  }

  get group(): string {
    return this.#group;
  }
  get place(): number {
    return Math.max(0, this.#parts.members.get(this.#parts.group)?.indexOf(this.index) ?? 0);
  }

  tallies(thread: number): Float64Array {
    return this.#parts.tallies.subarray(thread * TALLIES, (thread + 1) * TALLIES);
  }

  /** Opens the way to a thread. Workers have one to thread 0 only. What has waited for the thread goes first. */
  connect(thread: number, port: LetterPort): void {
    this.#ports.set(thread, port);
    const waiting = this.#down.get(thread);
    this.#down.delete(thread);
    if (this.index === 0) {
      this.#sent.set(thread, waiting?.length ?? 0);
      this.#parts.tallies[thread * TALLIES + READ] = 0;
    }
    if (waiting !== undefined && waiting.length > 0) this.#hand(port, waiting);
  }

  /**
   * A thread has ended and will be started again: its tasks are lost, what was asked of it gets no answer. What is sent to
   * it from now on waits.
   * @returns how many tasks are lost
   */
  lost(thread: number): number {
    const { loads } = this.#parts;
    const port = this.#ports.get(thread);
    this.#ports.delete(thread);
    if (port !== undefined) this.#outgoing.delete(port);
    this.#down.set(thread, []);
    const tasks = Atomics.exchange(loads, thread, 0);
    this.#missAll(thread);
    return tasks;
  }

  /** The others hear of it before what this thread does about it. */
  #missAll(thread: number): void {
    for (const other of this.#ports.keys()) this.send(other, LOST, thread);
    this.#miss(thread);
  }

  /** What this thread has to do with one that has died. */
  #miss(thread: number): void {
    for (const [id, { to, answer }] of this.#questions) {
      if (to !== thread) continue;
      this.#questions.delete(id);
      answer(undefined);
    }
    for (const run of this.#lost) run(thread);
  }

  /** A thread that was lost will not come back: no task is given to it any more. */
  givenUp(thread: number): void {
    const waiting = this.#down.get(thread) ?? [];
    this.#down.delete(thread);
    for (const letter of waiting) this.#undeliverable(letter);
    Atomics.store(this.#parts.loads, thread, NO_ROOM);
    // What they brought is lost with them.
    this.#missAll(thread);
  }

  whenLost(run: (thread: number) => void): void {
    this.#lost.push(run);
  }

  handle<P>(kind: string, run: LetterHandler<P>): void {
    this.#handlers.set(kind, run as LetterHandler);
  }

  dispatch(group: string, kind: string, payload: unknown, affinity?: string): number {
    const thread = this.reserve(group, affinity);
    if (thread >= 0) this.dispatchTo(thread, group, kind, payload);
    return thread;
  }

  reserve(group: string, affinity?: string): number {
    const spec = this.#byName.get(group);
    if (spec === undefined) return Refused.UNKNOWN;
    const members = this.#parts.members.get(group) ?? [this.index];
    const { loads } = this.#parts;
    let chosen = members[0]!;
    if (affinity !== undefined) chosen = this.#servingOne(members, hash(affinity));
    else for (const thread of members) if (this.#loadOf(thread) < this.#loadOf(chosen)) chosen = thread;
    if (Atomics.add(loads, chosen, 1) < spec.queue) return chosen;
    Atomics.sub(loads, chosen, 1);
    return Refused.FULL;
  }

  /** The member that a hash stands for; while that one is given up, the one behind it. */
  #servingOne(members: readonly number[], hashed: number): number {
    for (let i = 0; i < members.length; i++) {
      const thread = members[(hashed + i) % members.length]!;
      if (this.#loadOf(thread) < NO_ROOM) return thread;
    }
    return members[0]!;
  }

  #loadOf(thread: number): number {
    return Atomics.load(this.#parts.loads, thread);
  }

  /** Places of a thread that died have all been given back: one of them that comes late is not counted again. */
  release(thread: number): void {
    const { loads } = this.#parts;
    for (let load = this.#loadOf(thread); load > 0 && load < NO_ROOM; ) {
      const found = Atomics.compareExchange(loads, thread, load, load - 1);
      if (found === load) return;
      load = found;
    }
  }

  dispatchTo(thread: number, group: string, kind: string, payload: unknown): void {
    this.#post({ to: thread, from: this.index, kind, payload, ask: 0, task: group });
  }

  /** How many tasks of a group wait or run. */
  depth(group: string): number {
    let sum = 0;
    for (const thread of this.#parts.members.get(group) ?? [this.index]) {
      const load = this.#loadOf(thread);
      if (load < NO_ROOM) sum += load;
    }
    return sum;
  }

  send(thread: number, kind: string, payload: unknown): void {
    this.#post({ to: thread, from: this.index, kind, payload, ask: 0 });
  }

  ask<R>(thread: number, kind: string, payload: unknown): Promise<R | undefined> {
    const id = this.#nextQuestion++;
    return new Promise((answer) => {
      this.#questions.set(id, { to: thread, answer: answer as (value: unknown) => void });
      this.#post({ to: thread, from: this.index, kind, payload, ask: id });
    });
  }

  backlog(thread: number): number {
    const sent = this.index === 0 ? this.#sent.get(thread) : undefined;
    return sent === undefined ? 0 : sent - this.#parts.tallies[thread * TALLIES + READ]!;
  }

  /** Takes letters that came over a port. */
  readonly receive = (letters: readonly Letter[]): void => {
    if (this.index !== 0) this.#parts.tallies[this.index * TALLIES + READ]! += letters.length;
    for (const letter of letters) {
      if (letter.to === this.index) this.#deliver(letter);
      else this.#post(letter);
    }
  };

  #post(letter: Letter): void {
    if (letter.to === this.index) {
      this.#parts.later(() => this.#deliver(letter));
      return;
    }
    const port = this.#ports.get(letter.to) ?? (this.index === 0 ? undefined : this.#ports.get(0));
    if (port === undefined) {
      const down = this.#down.get(letter.to);
      if (down !== undefined && down.length < MAX_WAITING) down.push(letter);
      else this.#undeliverable(letter);
      return;
    }
    if (this.index === 0) this.#sent.set(letter.to, this.#sent.get(letter.to)! + 1);
    const waiting = this.#outgoing.get(port);
    if (waiting !== undefined) waiting.push(letter);
    else this.#outgoing.set(port, [letter]);
    if (this.#leaving) return;
    this.#leaving = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#leaving = false;
    const outgoing = [...this.#outgoing];
    this.#outgoing.clear();
    for (const [port, letters] of outgoing) this.#hand(port, letters);
  };

  /** A letter with something in it that cannot be copied is lost alone. */
  #hand(port: LetterPort, letters: readonly Letter[]): void {
    try {
      port.post(letters);
    } catch (e) {
      if (letters.length > 1) for (const letter of letters) this.#hand(port, [letter]);
      else if (letters[0] !== undefined) this.#unsent(letters[0], `it cannot be copied: ${String(e)}`);
    }
  }

  #undeliverable(letter: Letter): void {
    this.#unsent(letter, `script thread ${letter.to} is not there`);
  }

  /** A task gives back its place, a question gets its non-answer; so does who waits for an answer that is lost. */
  #unsent(letter: Letter, why: string): void {
    if (letter.task !== undefined) this.release(letter.to);
    this.#parts.log.warn('<core>', `${why}: a letter (${letter.kind || 'an answer'}) is lost`);
    if (letter.ask === 0) return;
    if (letter.kind !== '') this.#answer(letter, undefined);
    else if (letter.payload !== undefined) this.#post({ ...letter, payload: undefined });
  }

  #deliver(letter: Letter): void {
    if (letter.kind === '') {
      this.#answered(letter.ask, letter.payload);
      return;
    }
    if (letter.task === undefined) {
      this.#run(letter);
      return;
    }
    const pause = this.#byName.get(letter.task)?.usleep ?? 0;
    if (pause > 0) this.#runPaced(letter, Math.max(1, Math.round(pause / 1000)));
    else this.#runTask(letter);
  }

  /** Tasks one after the other, each behind the pause that its group asks for. */
  #runPaced(letter: Letter, pauseMs: number): void {
    if (this.#paused !== null) {
      this.#paused.push(letter);
      return;
    }
    const waiting = (this.#paused = [letter]);
    const next = (): void => {
      const first = waiting.shift();
      if (first !== undefined) this.#runTask(first);
      if (waiting.length === 0) this.#paused = null;
      else this.#parts.after(pauseMs, next);
    };
    this.#parts.after(pauseMs, next);
  }

  #runTask(letter: Letter): void {
    const outer = this.#group;
    // Where one thread serves every group, a task still sees the name of its own.
    this.#group = letter.task ?? outer;
    const result = this.#run(letter);
    this.#group = outer;
    if (result instanceof Promise) void result.finally(() => this.release(this.index));
    else this.release(this.index);
  }

  /** Runs the handler; whatever it does, the thread goes on. Gives a promise while it works. */
  #run(letter: Letter): unknown {
    const handler = this.#handlers.get(letter.kind) as LetterHandler<unknown> | undefined;
    if (handler === undefined) {
      this.#parts.log.error('<core>', `nothing here takes letters of kind ${letter.kind}`);
      this.#answer(letter, undefined);
      return undefined;
    }
    let result: unknown;
    try {
      result = handler(letter.payload, letter.from);
    } catch (e) {
      this.#failed(letter, e);
      return undefined;
    }
    if (result instanceof Promise) {
      return result.then(
        (value) => this.#answer(letter, value),
        (e: unknown) => this.#failed(letter, e),
      );
    }
    this.#answer(letter, result);
    return undefined;
  }

  #failed(letter: Letter, e: unknown): void {
    const what = e instanceof Error ? (e.stack ?? e.message) : String(e);
    this.#parts.log.error('<core>', `a task (${letter.kind}) failed: ${what}`);
    this.#answer(letter, undefined);
  }

  #answer(letter: Letter, value: unknown): void {
    if (letter.ask > 0) this.#post({ to: letter.from, from: this.index, kind: '', payload: value, ask: letter.ask });
  }

  #answered(id: number, value: unknown): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    question?.answer(value);
  }
}

/** FNV-1a, for spreading Call-IDs over workers. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
