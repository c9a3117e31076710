/** The parts of a moment that calendars print, in local time or UTC. */
export interface BrokenDownTime {
  readonly year: number;
  /** 1 … 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 … 366. */
  readonly yearday: number;
  /** Minutes east of UTC. */
  readonly offset: number;
  readonly dst: boolean;
  /** Seconds since the epoch. */
  readonly epoch: number;
}

const DAY_MS = 86_400_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
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

/** Breaks down milliseconds since the epoch. */
export function brokenDown(ms: number, utc: boolean): BrokenDownTime {
  const local = new Date(ms);
  const offset = utc ? 0 : -local.getTimezoneOffset();
  const d = new Date(ms + offset * 60_000);
  const year = d.getUTCFullYear();
  return {
    year,
    month: d.getUTCMonth() + 1,
    day: d.getUTCDate(),
    hour: d.getUTCHours(),
    minute: d.getUTCMinutes(),
    second: d.getUTCSeconds(),
    weekday: d.getUTCDay(),
    yearday: Math.floor((d.getTime() - Date.UTC(year, 0, 1)) / DAY_MS) + 1,
    offset,
    dst: !utc && offset > standardOffset(year),
    epoch: Math.floor(ms / 1000),
  };
}

/** The smaller offset of January and July is the one without daylight saving, on either hemisphere. */
function standardOffset(year: number): number {
  return Math.min(-new Date(year, 0, 1).getTimezoneOffset(), -new Date(year, 6, 1).getTimezoneOffset());
}

const two = (n: number): string => `${n}`.padStart(2, '0');
const blank = (n: number): string => `${n}`.padStart(2, ' ');
const hour12 = (t: BrokenDownTime): number => t.hour % 12 || 12;

/** ISO 8601 week and the year it belongs to. */
function isoWeek(t: BrokenDownTime): { year: number; week: number } {
  const monday = (t.weekday + 6) % 7;
  const week = Math.floor((t.yearday - 1 - monday + 10) / 7);
  if (week < 1) return { year: t.year - 1, week: weeksIn(t.year - 1) };
  return week > weeksIn(t.year) ? { year: t.year + 1, week: 1 } : { year: t.year, week };
}

function weeksIn(year: number): number {
  const jan1 = new Date(Date.UTC(year, 0, 1)).getUTCDay();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return jan1 === 4 || (leap && jan1 === 3) ? 53 : 52;
}

function zoneName(t: BrokenDownTime): string {
  if (t.offset === 0) return 'GMT';
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(t.epoch * 1000);
  return parts.find((p) => p.type === 'timeZoneName')?.value ?? '';
}

function zoneOffset(t: BrokenDownTime): string {
  const abs = Math.abs(t.offset);
  return `${t.offset < 0 ? '-' : '+'}${two(Math.floor(abs / 60))}${two(abs % 60)}`;
}

/** C conversion characters in the C locale (POSIX strftime). */
const CONVERSIONS: Readonly<Record<string, (t: BrokenDownTime) => string>> = {
  a: (t) => WEEKDAYS[t.weekday]!.slice(0, 3),
  A: (t) => WEEKDAYS[t.weekday]!,
  b: (t) => MONTHS[t.month - 1]!.slice(0, 3),
  B: (t) => MONTHS[t.month - 1]!,
  c: (t) => strftime('%a %b %e %H:%M:%S %Y', t),
  C: (t) => two(Math.floor(t.year / 100)),
  d: (t) => two(t.day),
  D: (t) => strftime('%m/%d/%y', t),
  e: (t) => blank(t.day),
  F: (t) => strftime('%Y-%m-%d', t),
  g: (t) => two(isoWeek(t).year % 100),
  G: (t) => `${isoWeek(t).year}`,
  h: (t) => MONTHS[t.month - 1]!.slice(0, 3),
  H: (t) => two(t.hour),
  I: (t) => two(hour12(t)),
  j: (t) => `${t.yearday}`.padStart(3, '0'),
  k: (t) => blank(t.hour),
  l: (t) => blank(hour12(t)),
  m: (t) => two(t.month),
  M: (t) => two(t.minute),
  n: () => '\n',
  p: (t) => (t.hour < 12 ? 'AM' : 'PM'),
  P: (t) => (t.hour < 12 ? 'am' : 'pm'),
  r: (t) => strftime('%I:%M:%S %p', t),
  R: (t) => strftime('%H:%M', t),
  s: (t) => `${t.epoch}`,
  S: (t) => two(t.second),
  t: () => '\t',
  T: (t) => strftime('%H:%M:%S', t),
  u: (t) => `${t.weekday || 7}`,
  U: (t) => two(Math.floor((t.yearday + 6 - t.weekday) / 7)),
  V: (t) => two(isoWeek(t).week),
  w: (t) => `${t.weekday}`,
  W: (t) => two(Math.floor((t.yearday + 6 - ((t.weekday + 6) % 7)) / 7)),
  x: (t) => strftime('%m/%d/%y', t),
  X: (t) => strftime('%H:%M:%S', t),
  y: (t) => two(t.year % 100),
  Y: (t) => `${t.year}`,
  z: zoneOffset,
  Z: zoneName,
  '%': () => '%',
};

/** Formats as C's strftime does in the C locale; what is not a conversion stays as it is. */
export function strftime(format: string, t: BrokenDownTime): string {
  let out = '';
  for (let i = 0; i < format.length; i++) {
    const c = format[i]!;
    if (c !== '%' || i + 1 >= format.length) {
      out += c;
      continue;
    }
    let spec = format[++i]!;
    // Alternative formats (%E…, %O…) are the plain ones in the C locale.
    if ((spec === 'E' || spec === 'O') && i + 1 < format.length) spec = format[++i]!;
    const convert = Object.hasOwn(CONVERSIONS, spec) ? CONVERSIONS[spec] : undefined;
    out += convert === undefined ? `%${spec}` : convert(t);
  }
  return out;
}

/** As C's ctime without its newline: `Sat Nov  1 04:02:07 2025`, local time. */
export function ctime(ms: number): string {
  return strftime('%a %b %e %H:%M:%S %Y', brokenDown(ms, false));
}
