import type { Value } from './value.js';

/** What an attribute holds: never a failed read, never a `Dual`. */
export type Stored = string | number | bigint;

/** A node of an xavp tree: a plain value, or a list of named children (newest first). */
export type XavpValue = Stored | XavpList;

/** The children of an xavp: stacks by name, each newest first. */
export class XavpList {
  readonly fields = new Map<string, XavpValue[]>();
}

/**
 * The attributes that travel with a message and its transaction: `$avp`, `$xavp`, `$xavu`, `$xavi`. Stacks are kept
 * oldest first, so that a push is cheap; index 0 is the newest, as scripts see it.
 */
export class Attributes {
  readonly avps = new Map<string, Stored[]>();
  readonly xavps = new XavpList();
  readonly xavus = new Map<string, Stored | Map<string, Stored>>();
  /** Names are kept lower case: lookups ignore case. */
  readonly xavis = new XavpList();

  /** Pushes a value on top of an AVP's stack. */
  push(name: string, value: Stored): void {
    const stack = this.avps.get(name);
    if (stack) stack.push(value);
    else this.avps.set(name, [value]);
  }

  /** The newest value, or the one `index` below it; null when there is none. */
  get(name: string, index = 0): Stored | null {
    const stack = this.avps.get(name);
    return stack?.[stack.length - 1 - index] ?? null;
  }

  /** All values, newest first. */
  all(name: string): Stored[] {
    return [...(this.avps.get(name) ?? [])].reverse();
  }

  /** Removes the newest value; true when there was one. */
  pop(name: string): boolean {
    const stack = this.avps.get(name);
    if (!stack) return false;
    stack.pop();
    if (stack.length === 0) this.avps.delete(name);
    return true;
  }

  /** Removes every value of a name; how many there were. */
  clear(name: string): number {
    const n = this.avps.get(name)?.length ?? 0;
    this.avps.delete(name);
    return n;
  }

  /** Replaces all values by one, or removes them when it is null. */
  set(name: string, value: Value): void {
    if (value === null || value === undefined) this.avps.delete(name);
    else this.avps.set(name, [typeof value === 'object' ? value.text : value]);
  }
}
