import type { ScriptContext } from '../../../script/context.js';
import type { Value } from '../../../script/value.js';
import { keyedPv, type PvTable, pv, type Read, readPv, textWithNumber } from '../define.js';
import type { PvState } from '../state.js';
import { type BrokenDownTime, brokenDown, ctime, strftime } from '../strftime.js';

const FIELDS: Readonly<Record<string, (t: BrokenDownTime) => Value>> = {
  sec: (t) => t.second,
  min: (t) => t.minute,
  hour: (t) => t.hour,
  mday: (t) => t.day,
  mon: (t) => t.month,
  year: (t) => t.year,
  wday: (t) => t.weekday + 1,
  yday: (t) => t.yearday,
  isdst: (t) => (t.dst ? 1 : 0),
};

function fields(doc: string, utc: boolean) {
  const keys = Object.entries(FIELDS).map(([key, get]) => [
    key,
    (state: PvState): Read =>
      (ctx) =>
        get(brokenDown(state.timeOf(ctx.msg), utc)),
  ]);
  return keyedPv(doc, 'time', Object.fromEntries(keys));
}

/** Upstream formats into 64 bytes, and gives null for what does not fit. */
const LONGEST = 63;

function formatted(doc: string, utc: boolean) {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => ({
      read: (ctx) => {
        const text = strftime(inner!.text, brokenDown(state.timeOf(ctx.msg), utc));
        return text === '' || text.length > LONGEST ? null : text;
      },
    }),
  });
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const micros = (ms: number): number => Math.floor((ms % 1000) * 1000);
const messageTime =
  (get: (ms: number) => Value) =>
  (state: PvState): Read =>
  (ctx: ScriptContext) =>
    get(state.timeOf(ctx.msg));
const now =
  (get: (ms: number) => Value) =>
  (state: PvState): Read =>
  () =>
    get(state.host.clock.now());
const sixDigits = (n: number): string => `${n}`.padStart(6, '0');

/** Times of the message (one moment per message) and of now. */
export const timePvs: PvTable = {
  Ts: readPv('Time of the message, seconds since the epoch.', messageTime(seconds)),
  Tf: readPv(
    'Time of the message as text.',
    messageTime((ms) => textWithNumber(ctime(ms), seconds(ms))),
  ),
  Tb: readPv('Start of the server, seconds since the epoch.', (state) => () => state.startedAt),
  TS: readPv('Seconds since the epoch, now.', now(seconds)),
  TF: readPv(
    'The time now as text.',
    now((ms) => textWithNumber(ctime(ms), seconds(ms))),
  ),
  TV: keyedPv('Seconds and microseconds; of the message (s, u) or now.', 'timeval', {
    s: messageTime(seconds),
    u: messageTime(micros),
    sn: now(seconds),
    un: now(micros),
    Sn: now((ms) => `${seconds(ms)}.${sixDigits(micros(ms))}`),
    Fn: now((ms) => `${strftime('%Y-%m-%d %H:%M:%S', brokenDown(ms, false))}.${sixDigits(micros(ms))}`),
    Sm: () => () => process.hrtime.bigint().toString(),
  }),
  time: fields('Field of the local time of the message.', false),
  utime: fields('Field of the UTC time of the message.', true),
  timef: formatted('Local time of the message by a strftime format.', false),
  utimef: formatted('UTC time of the message by a strftime format.', true),
};
