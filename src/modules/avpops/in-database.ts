import type { Attributes, Stored } from '../../script/attributes.js';

/**
 * Values of AVPs that are in the database already, which storing leaves out: by the stack of an AVP and the place in it,
 * so that a value which goes, and one which comes after it, are not mistaken for each other.
 */
const inDatabase = new WeakMap<readonly Stored[], Map<number, Stored>>();

/**
 * Notes that a value of an AVP, by its index from the newest, came from the database or went there. Nothing is noted when
 * another value is there by now.
 */
export function rememberStored(attrs: Attributes, name: string, index: number, value: Stored): void {
  const stack = attrs.avps.get(name);
  if (stack === undefined || attrs.get(name, index) !== value) return;
  let places = inDatabase.get(stack);
  if (places === undefined) inDatabase.set(stack, (places = new Map()));
  places.set(stack.length - 1 - index, value);
}

/** Whether a value of an AVP, by its index from the newest, is in the database. */
export function isStored(attrs: Attributes, name: string, index: number): boolean {
  const stack = attrs.avps.get(name);
  const value = attrs.get(name, index);
  return stack !== undefined && value !== null && inDatabase.get(stack)?.get(stack.length - 1 - index) === value;
}

/** Keeps some values of an AVP, by their indexes from the newest, and removes the others. */
export function keepValues(attrs: Attributes, name: string, indexes: readonly number[]): void {
  const kept = indexes.map((index) => ({ value: attrs.get(name, index), stored: isStored(attrs, name, index) }));
  attrs.clear(name);
  for (const { value, stored } of kept.reverse()) {
    if (value === null) continue;
    attrs.push(name, value);
    if (stored) rememberStored(attrs, name, 0, value);
  }
}
