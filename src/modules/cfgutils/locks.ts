import type { Host } from '../../registry/host.js';
import type { ScriptContext } from '../../script/context.js';
import { slotHashIgnoringCase } from '../../shm/slot-hash.js';
import type { ZoneMap } from '../../shm/zone.js';

/** How often a lock that another script thread holds is asked for again, in milliseconds. */
const RETRY = 1;

/** A lock that a run of this thread took. */
interface Taken {
  readonly run: ScriptContext;
  /** What the zone holds for it: the thread, and which of its locks. */
  readonly mark: string;
}

/**
 * Locks by name that all script threads see. Names share a fixed number of locks, as upstream's do. A run that waits
 * lets others go on; a run that asks again for a lock that it holds gets it, where upstream would wait for itself.
 */
export class Locks {
  /** Marks of the locks that are held. */
  readonly #held: ZoneMap<string>;
  /** What this thread took; the zone tells whether it still has it, as any thread may unlock. */
  readonly #taken = new Map<number, Taken>();
  /** Runs of this thread that wait, the first of which asks; the others go on when it is their turn to. */
  readonly #waiting = new Map<number, (() => void)[]>();
  #serial = 0;

  constructor(
    private readonly host: Host,
    /** A power of two. */
    private readonly size: number,
  ) {
    this.#held = host.zone.map<string>('cfgutils.locks');
    // What a thread of this number held when it was lost.
    const lost = `${host.threadIndex}.`;
    for (const { key } of this.#held.scan({})) this.#held.deleteIf(key, (mark) => mark.startsWith(lost));
  }

  /** Takes a lock, waiting for it as long as it takes. */
  lock(ctx: ScriptContext, name: string): 1 | Promise<1> {
    const slot = this.#slot(name);
    const taken = this.#taken.get(slot);
    if (taken?.run === ctx && this.#held.get(`${slot}`) === taken.mark) return 1;
    return this.#take(ctx, slot) ? 1 : this.#wait(ctx, slot);
  }

  /** Takes a lock if it is free. */
  tryLock(ctx: ScriptContext, name: string): boolean {
    return this.#take(ctx, this.#slot(name));
  }

  /** Gives a lock back, whoever took it. */
  unlock(name: string): void {
    const slot = this.#slot(name);
    this.#taken.delete(slot);
    this.#held.delete(`${slot}`);
    this.#waiting.get(slot)?.[0]?.();
  }

  #slot(name: string): number {
    return slotHashIgnoringCase(name) & (this.size - 1);
  }

  #take(run: ScriptContext, slot: number): boolean {
    const mark = `${this.host.threadIndex}.${++this.#serial}`;
    if (!this.#held.add(`${slot}`, mark)) return false;
    this.#taken.set(slot, { run, mark });
    return true;
  }

  async #wait(ctx: ScriptContext, slot: number): Promise<1> {
    const queue = this.#waiting.get(slot) ?? [];
    this.#waiting.set(slot, queue);
    const first = queue.length === 0;
    const turn = new Promise<void>((resolve) => queue.push(resolve));
    if (!first) await turn;
    while (!this.#take(ctx, slot)) await this.#pause(queue);
    queue.shift();
    if (queue.length === 0) this.#waiting.delete(slot);
    else queue[0]!();
    return 1;
  }

  /** Until this thread unlocks, or it is time to look whether another did. */
  #pause(queue: (() => void)[]): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.host.clock.after(RETRY, resolve);
      queue[0] = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
