import { toStored, type Value } from './value.js';

/** What an attribute holds: never a failed read, never a `Dual`. */
export type Stored = string | number | bigint;

/** A node of an xavp tree: a plain value, or a list of named children. */
export type XavpValue = Stored | XavpList;

/** One named value of an {@link XavpList}. */
export interface XavpItem {
  readonly name: string;
  readonly value: XavpValue;
}

/**
 * An ordered list of named values where a name may repeat: each name is a stack, index 0 its newest value. The root of
 * `$xavp` and `$xavi`, and the fields under one of their values.
 */
export class XavpList {
  /** Oldest first, so that a push is cheap. */
  private readonly list: XavpItem[] = [];

  /** `ignoreCase`: names are compared without regard to ASCII case (`$xavi`). */
  constructor(readonly ignoreCase = false) {}

  /** Number of values of all names. */
  get size(): number {
    return this.list.length;
  }

  /** All values, newest first, as upstream prints and walks them. */
  items(): XavpItem[] {
    return this.list.slice().reverse();
  }

  /** Pushes a value on top of a name's stack. */
  push(name: string, value: XavpValue): void {
    this.list.push({ name: this.#key(name), value });
  }

  /** Puts a value under all others: what a list that is filled in reading order needs. */
  append(name: string, value: XavpValue): void {
    this.list.unshift({ name: this.#key(name), value });
  }

  /** The value `index` below the newest of that name; undefined when there is none. A negative index finds nothing. */
  get(name: string, index = 0): XavpValue | undefined {
    const at = this.#find(name, index);
    return at < 0 ? undefined : this.list[at]!.value;
  }

  /** All values of one name, newest first. */
  all(name: string): XavpValue[] {
    const key = this.#key(name);
    const values: XavpValue[] = [];
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i]!.name === key) values.push(this.list[i]!.value);
    return values;
  }

  /** How many values a name has. */
  count(name: string): number {
    const key = this.#key(name);
    let n = 0;
    for (const item of this.list) if (item.name === key) n++;
    return n;
  }

  /** Replaces the value at an index in its place; false when there is none. */
  set(name: string, index: number, value: XavpValue): boolean {
    const at = this.#find(name, index);
    if (at < 0) return false;
    this.list[at] = { name: this.list[at]!.name, value };
    return true;
  }

  /** Removes the value at an index; false when there is none. */
  remove(name: string, index = 0): boolean {
    const at = this.#find(name, index);
    if (at < 0) return false;
    this.list.splice(at, 1);
    return true;
  }

  /** Removes every value of a name; how many there were. */
  removeAll(name: string): number {
    const key = this.#key(name);
    let kept = 0;
    for (const item of this.list) if (item.name !== key) this.list[kept++] = item;
    const removed = this.list.length - kept;
    this.list.length = kept;
    return removed;
  }

  /** An independent copy, lists inside included. */
  clone(): XavpList {
    const copy = new XavpList(this.ignoreCase);
    for (const { name, value } of this.list) {
      copy.list.push({ name, value: value instanceof XavpList ? value.clone() : value });
    }
    return copy;
  }

  #key(name: string): string {
    return this.ignoreCase ? name.toLowerCase() : name;
  }

  #find(name: string, index: number): number {
    if (index < 0) return -1;
    const key = this.#key(name);
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i]!.name === key && index-- === 0) return i;
    return -1;
  }
}

const NO_FLAGS: ReadonlyMap<string, ReadonlySet<string>> = new Map();

/**
 * The attributes that travel with a message and its transaction: `$avp`, `$xavp`, `$xavu`, `$xavi`. Stacks are kept
 * oldest first, so that a push is cheap; index 0 is the newest, as scripts see it.
 */
export class Attributes {
  // Made at first use: most messages carry none of them.
  private avpMap: Map<string, Stored[]> | null = null;
  private xavpList: XavpList | null = null;
  private xavuMap: Map<string, Stored | Map<string, Stored>> | null = null;
  private xaviList: XavpList | null = null;
  /** Declared flags (`avpflags`) that are set on AVPs, by AVP name. */
  private flagMap: Map<string, Set<string>> | null = null;

  get avps(): Map<string, Stored[]> {
    return (this.avpMap ??= new Map());
  }
  get xavps(): XavpList {
    return (this.xavpList ??= new XavpList());
  }
  get xavus(): Map<string, Stored | Map<string, Stored>> {
    return (this.xavuMap ??= new Map());
  }
  /** Names are compared without regard to case. */
  get xavis(): XavpList {
    return (this.xaviList ??= new XavpList(true));
  }

  /** Pushes a value on top of an AVP's stack. */
  push(name: string, value: Stored): void {
    const stack = this.avps.get(name);
    if (stack) stack.push(value);
    else this.avps.set(name, [value]);
  }

  /** The newest value, or the one `index` below it; null when there is none. */
  get(name: string, index = 0): Stored | null {
    const stack = this.avpMap?.get(name);
    return stack?.[stack.length - 1 - index] ?? null;
  }

  /** How many values an AVP has. */
  count(name: string): number {
    return this.avpMap?.get(name)?.length ?? 0;
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
    else this.avps.set(name, [toStored(value) as Stored]);
  }

  /** Declared flags that are set on AVPs, by AVP name. */
  get flags(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.flagMap ?? NO_FLAGS;
  }

  /** Sets or clears a declared flag of an AVP. */
  setFlag(name: string, flag: string, on: boolean): void {
    this.flagMap ??= new Map();
    const flags = this.flagMap.get(name) ?? new Set();
    this.flagMap.set(name, flags);
    if (on) flags.add(flag);
    else flags.delete(flag);
  }

  hasFlag(name: string, flag: string): boolean {
    return this.avps.has(name) && (this.flagMap?.get(name)?.has(flag) ?? false);
  }
}
