import type { DbValue } from '../../db/database.js';

/** How records carry the time beside the timestamp: `time_mode`. */
export interface TimeStyle {
  readonly mode: number;
  readonly attribute: string;
  readonly extension: string;
  readonly format: string;
}

/** `;time_attr=…` as lines in the log have it; empty in mode 0. */
export function timeInLog(style: TimeStyle, now: number): string {
  switch (style.mode) {
    case 1:
      return `;${style.extension}=${(now % 1000) * 1000}`;
    case 2:
      return `;${style.attribute}=${(now / 1000).toFixed(3)}`;
    case 3:
    case 4:
      return `;${style.attribute}=${formatTime(style.format, now, style.mode === 4)}`;
    default:
      return '';
  }
}

/** The columns of the time; none in mode 0. */
export function timeColumns(style: TimeStyle, now: number): { readonly column: string; readonly value: DbValue }[] {
  switch (style.mode) {
    case 1:
      return [
        { column: style.attribute, value: Math.floor(now / 1000) },
        { column: style.extension, value: (now % 1000) * 1000 },
      ];
    case 2:
      return [{ column: style.attribute, value: now / 1000 }];
    case 3:
    case 4:
      return [{ column: style.attribute, value: formatTime(style.format, now, style.mode === 4) }];
    default:
      return [];
  }
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `strftime` in the C locale; conversions that it does not know stay as they are. */
export function formatTime(format: string, now: number, utc: boolean): string {
  const at = new Date(utc ? now : now - new Date(now).getTimezoneOffset() * 60_000);
  const two = (n: number): string => `${n}`.padStart(2, '0');
  const hour12 = at.getUTCHours() % 12 || 12;
  const dayOfYear = Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  const table: Readonly<Record<string, () => string>> = {
    Y: () => `${at.getUTCFullYear()}`,
    y: () => two(at.getUTCFullYear() % 100),
    C: () => two(Math.floor(at.getUTCFullYear() / 100)),
    m: () => two(at.getUTCMonth() + 1),
    d: () => two(at.getUTCDate()),
    e: () => `${at.getUTCDate()}`.padStart(2),
    H: () => two(at.getUTCHours()),
    I: () => two(hour12),
    M: () => two(at.getUTCMinutes()),
    S: () => two(at.getUTCSeconds()),
    p: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    j: () => `${dayOfYear}`.padStart(3, '0'),
    a: () => DAYS[at.getUTCDay()]!.slice(0, 3),
    A: () => DAYS[at.getUTCDay()]!,
    b: () => MONTHS[at.getUTCMonth()]!.slice(0, 3),
    B: () => MONTHS[at.getUTCMonth()]!,
    s: () => `${Math.floor(now / 1000)}`,
    F: () => formatTime('%Y-%m-%d', now, utc),
    T: () => formatTime('%H:%M:%S', now, utc),
    R: () => formatTime('%H:%M', now, utc),
    D: () => formatTime('%m/%d/%y', now, utc),
    c: () => formatTime('%a %b %e %H:%M:%S %Y', now, utc),
    z: () => (utc ? '+0000' : offset(new Date(now).getTimezoneOffset())),
    Z: () => (utc ? 'GMT' : ''),
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  };
  return format.replace(/%(.)/g, (whole, letter: string) => table[letter]?.() ?? whole);
}

function offset(minutesWest: number): string {
  const minutes = Math.abs(minutesWest);
  const text = `${Math.floor(minutes / 60)}`.padStart(2, '0') + `${minutes % 60}`.padStart(2, '0');
  return `${minutesWest > 0 ? '-' : '+'}${text}`;
}
