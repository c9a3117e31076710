import type { Stored } from '../../script/attributes.js';
import { Dual, type Value } from '../../script/value.js';

/** A value as this module computes with it: null and empty values are empty text. Undefined: it could not be read. */
export function operand(value: Value): Stored | undefined {
  if (value === undefined) return undefined;
  if (value === null) return '';
  if (value instanceof Dual) return value.primary === 'int' ? value.int : value.text;
  return value;
}

/** Decimal digits, as AVPs are converted from text; a sign is upstream's for values of scripts only. */
export function digits(text: string): number | null {
  return /^\d+$/.test(text) ? Number(BigInt.asIntN(32, BigInt(text.slice(0, 20)))) : null;
}

/** Whether an AVP's name is an integer. */
export function isIntegerName(name: string): boolean {
  return name.startsWith('i:');
}
