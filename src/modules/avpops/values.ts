import type { Stored } from '../../script/attributes.js';
import type { Int } from '../../script/int-math.js';
import { Dual, normalise, type Value } from '../../script/value.js';

/** A value as this module computes with it: null and empty values are empty text. Undefined: it could not be read. */
export function operand(value: Value): Stored | undefined {
  if (value === undefined) return undefined;
  if (value === null) return '';
  if (value instanceof Dual) return value.primary === 'int' ? value.int : value.text;
  return value;
}

/** The integer that decimal digits are, of 32 bits in 5.6; null for any other text, signs included. */
export function digits(text: string, is56: boolean): Int | null {
  if (!/^\d{1,20}$/.test(text)) return null;
  const value = BigInt(text);
  return is56 ? Number(BigInt.asIntN(32, value)) : normalise(BigInt.asIntN(64, value));
}

/** Whether an AVP's name is an integer. */
export function isIntegerName(name: string): boolean {
  return name.startsWith('i:');
}
