import type { Host } from '../../registry/host.js';
import type { ScriptContext } from '../../script/context.js';
import { slotHashIgnoringCase } from '../../shm/slot-hash.js';
import type { ZoneMap } from '../../shm/zone.js';

/** How often a lock that another script thread holds is asked for again, in milliseconds. */
const RETRY = 1;

/**
 * Locks by name that all script threads see. Names share a fixed number of locks, as upstream's do. A run that waits
 * lets others go on; a run that asks again for a lock that it holds gets it, where upstream would wait for itself.
 */
export class Locks {
  readonly #held: ZoneMap<number>;
  /** Runs of this thread by the lock that they hold. */
  readonly #owners = new Map<number, ScriptContext>();
  readonly #waiting = new Map<number, (() => void)[]>();

  constructor(
    private readonly host: Host,
    /** A power of two. */
    private readonly size: number,
  ) {
    this.#held = host.zone.map<number>('cfgutils.locks');
  }

  /** Takes a lock, waiting for it as long as it takes. */
  lock(ctx: ScriptContext, name: string): 1 | Promise<1> {
    const slot = this.#slot(name);
    if (this.#owners.get(slot) === ctx || this.#take(ctx, slot)) return 1;
    return this.#wait(ctx, slot);
  }

  /** Takes a lock if it is free. */
  tryLock(ctx: ScriptContext, name: string): boolean {
    return this.#take(ctx, this.#slot(name));
  }

  /** Gives a lock back, whoever took it. */
  unlock(name: string): void {
    const slot = this.#slot(name);
    this.#owners.delete(slot);
    this.#held.delete(`${slot}`);
    this.#waiting.get(slot)?.shift()?.();
  }

  #slot(name: string): number {
    return slotHashIgnoringCase(name) & (this.size - 1);
  }

  #take(ctx: ScriptContext, slot: number): boolean {
    if (!this.#held.add(`${slot}`, this.host.threadIndex)) return false;
    this.#owners.set(slot, ctx);
    return true;
  }

  async #wait(ctx: ScriptContext, slot: number): Promise<1> {
    while (!this.#take(ctx, slot)) await this.#released(slot);
    return 1;
  }

  /** Until an unlock of this thread, or until it is time to ask again when another thread holds the lock. */
  #released(slot: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#owners.has(slot)) {
        const queue = this.#waiting.get(slot) ?? [];
        this.#waiting.set(slot, queue);
        queue.push(resolve);
      } else this.host.clock.after(RETRY, resolve);
    });
  }
}
