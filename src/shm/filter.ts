import type { Stored, ZoneFilter } from './zone.js';

export function matches(filter: ZoneFilter, key: string, value: Stored): boolean {
  if (filter.keyPrefix !== undefined && !key.startsWith(filter.keyPrefix)) return false;
  if (filter.key !== undefined && !found(filter.key, key)) return false;
  if (filter.value === undefined) return true;
  return typeof value === 'string' && found(filter.value, value);
}

/** As `test`, from the start of the text even for a pattern that remembers where it stopped. */
function found(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}
