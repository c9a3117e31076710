import type { Stored } from './attributes.js';

/** A script variable's number, fixed when a route is bound. */
export type VarSlot = number;

/**
 * `$var(name)` (also `$vz`) and `$vn(name)`: one value per name and script thread, which stays from one message to the
 * next. A run that waits goes on with a copy of its own (`ScriptContext.vars`), so that the messages handled meanwhile do
 * not write into its variables; at its end the thread {@link adopt}s them.
 */
export class ScriptVars {
  /** By slot. Compiled code and pseudo-variables read it directly. */
  readonly values: (Stored | null)[] = [];
  readonly #zero = new Map<string, VarSlot>();
  readonly #nullable = new Map<string, VarSlot>();
  /** What each slot holds before its first assignment: 0, or null for `$vn`. */
  readonly #unset: (0 | null)[] = [];

  /** The slot of `$var(name)`, made at first use with the value 0. */
  slot(name: string): VarSlot {
    return this.#slotIn(this.#zero, name, 0);
  }

  /** The slot of `$vn(name)`, made at first use without a value. */
  nullableSlot(name: string): VarSlot {
    return this.#slotIn(this.#nullable, name, null);
  }

  /** The slot of `$var(name)` if something has used that name; undefined otherwise. */
  find(name: string): VarSlot | undefined {
    return this.#zero.get(name);
  }

  /** The slot of `$vn(name)` if something has used that name; undefined otherwise. */
  findNullable(name: string): VarSlot | undefined {
    return this.#nullable.get(name);
  }

  get(slot: VarSlot): Stored | null {
    return this.values[slot] ?? null;
  }

  /** Assigns; null puts the slot back to what it was before its first assignment. */
  set(slot: VarSlot, value: Stored | null): void {
    this.values[slot] = value ?? this.#unset[slot] ?? null;
  }

  /** Values by slot, each as before its first assignment. */
  unset(): (0 | null)[] {
    return this.#unset.slice();
  }

  /** Names of `$var` variables in the order they were first used. */
  names(): string[] {
    return [...this.#zero.keys()];
  }

  /** Takes over the variables of a run that had a copy of its own; slots made since keep their values. */
  adopt(own: readonly (Stored | null)[]): void {
    for (let i = 0; i < own.length; i++) this.values[i] = own[i] ?? this.#unset[i] ?? null;
  }

  #slotIn(table: Map<string, VarSlot>, name: string, unset: 0 | null): VarSlot {
    let slot = table.get(name);
    if (slot === undefined) {
      slot = this.values.length;
      table.set(name, slot);
      this.values.push(unset);
      this.#unset.push(unset);
    }
    return slot;
  }
}
