/** Date (RFC 3261 §20.17): always GMT, in the fixed format of RFC 1123. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds since the epoch as `Sat, 13 Nov 2010 23:29:00 GMT`. */
export function formatSipDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/** Milliseconds since the epoch of a Date body; null unless it is a well-formed time in GMT. */
export function parseSipDate(body: string): number | null {
  const parts = body.trim().split(' ');
  if (parts.length !== 6 || parts[5] !== 'GMT' || parts[0]!.length !== 4 || !parts[0]!.endsWith(',')) return null;
  const day = digits(parts[1]!, 2);
  const month = MONTHS.indexOf(parts[2]!);
  const year = digits(parts[3]!, 4);
  const clock = parts[4]!.split(':');
  const hour = digits(clock[0] ?? '', 2);
  const minute = digits(clock[1] ?? '', 2);
  const second = digits(clock[2] ?? '', 2);
  if (clock.length !== 3 || day < 1 || month < 0 || year < 0 || hour < 0 || minute < 0 || second < 0) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const ms = Date.UTC(year, month, day, hour, minute, second);
  return new Date(ms).getUTCDate() === day || second === 60 ? ms : null;
}

function digits(text: string, length: number): number {
  if (text.length !== length) return -1;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) < 48 || text.charCodeAt(i) > 57) return -1;
  return Number(text);
}
