import type { Regex } from '../../registry/arguments.js';
import type { Stored } from '../../script/attributes.js';
import { matchesPattern } from './file-pattern.js';

/** Operations of `avp_check`; a word that begins with one is it. */
export const CHECKS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 're', 'fm', 'and', 'or', 'xor'] as const;

/** What a comparison may need: regular expressions compiled, and a place for complaints. */
export interface CheckEnv {
  regex(source: string): Regex | null;
  error(text: string): void;
}

/** Whether a value stands in a relation to another. Values of different types stand in none (logged). */
export function holds(word: string, value: Stored, other: Stored, ignoreCase: boolean, env: CheckEnv): boolean {
  if ((typeof value === 'string') !== (typeof other === 'string')) {
    env.error("value types don't match");
    return false;
  }
  if (typeof value === 'string') return holdsText(word, value, other as string, ignoreCase, env);
  return holdsInteger(word, BigInt(value), BigInt(other), env);
}

function holdsText(word: string, value: string, other: string, ignoreCase: boolean, env: CheckEnv): boolean {
  switch (word) {
    case 'eq':
      return ignoreCase ? folded(value) === folded(other) : value === other;
    case 'ne':
      return ignoreCase ? folded(value) !== folded(other) : value !== other;
    // Order never depends on case.
    case 'lt':
      return folded(value) < folded(other);
    case 'le':
      return folded(value) <= folded(other);
    case 'gt':
      return folded(value) > folded(other);
    case 'ge':
      return folded(value) >= folded(other);
    case 're':
      return env.regex(other)?.test(value) ?? false;
    case 'fm':
      return ignoreCase ? matchesPattern(folded(other), folded(value)) : matchesPattern(other, value);
    default:
      env.error(`operation ${word} needs integers`);
      return false;
  }
}

function holdsInteger(word: string, value: bigint, other: bigint, env: CheckEnv): boolean {
  switch (word) {
    case 'eq':
      return value === other;
    case 'ne':
      return value !== other;
    case 'lt':
      return value < other;
    case 'le':
      return value <= other;
    case 'gt':
      return value > other;
    case 'ge':
      return value >= other;
    case 'and':
      return (value & other) !== 0n;
    case 'or':
      return (value | other) !== 0n;
    case 'xor':
      return (value ^ other) !== 0n;
    default:
      env.error(`operation ${word} needs text`);
      return false;
  }
}

/** Lower case of ASCII letters only: other bytes are no letters here. */
const folded = (text: string): string => text.replace(/[A-Z]+/g, (s) => s.toLowerCase());
