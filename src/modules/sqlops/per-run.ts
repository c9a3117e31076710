import type { ScriptContext } from '../../script/context.js';

/**
 * What a query leaves behind, by name. Upstream's processes keep it from one message to the next; a run that waits must
 * not see what other runs of its thread leave meanwhile. So a run sees its own first, then the thread's last.
 */
export class PerRun<T> {
  readonly #thread = new Map<string, T>();

  get(ctx: ScriptContext, name: string): T | undefined {
    const own = ctx.scratch?.get(this) as Map<string, T> | undefined;
    return own?.get(name) ?? this.#thread.get(name);
  }

  set(ctx: ScriptContext, name: string, value: T): void {
    ctx.scratch ??= new Map();
    const own = ctx.scratch.get(this) as Map<string, T> | undefined;
    if (own === undefined) ctx.scratch.set(this, new Map([[name, value]]));
    else own.set(name, value);
    this.#thread.set(name, value);
  }
}
