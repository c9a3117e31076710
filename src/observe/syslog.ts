import { existsSync } from 'node:fs';
import { MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK } from '../net/libc.js';
import { AF_UNIX, unixAddress, unixCalls } from '../rpc/unix-calls.js';
import type { LogRecord, LogSink } from './log.js';
import { levelWord } from './log.js';

/** Facility numbers by the names that `log_facility` takes (RFC 3164 §4.1.1). */
const FACILITIES: Readonly<Record<string, number>> = {
  LOG_KERN: 0,
  LOG_USER: 1,
  LOG_MAIL: 2,
  LOG_DAEMON: 3,
  LOG_AUTH: 4,
  LOG_SYSLOG: 5,
  LOG_LPR: 6,
  LOG_NEWS: 7,
  LOG_UUCP: 8,
  LOG_CRON: 9,
  LOG_AUTHPRIV: 10,
  LOG_FTP: 11,
  LOG_LOCAL0: 16,
  LOG_LOCAL1: 17,
  LOG_LOCAL2: 18,
  LOG_LOCAL3: 19,
  LOG_LOCAL4: 20,
  LOG_LOCAL5: 21,
  LOG_LOCAL6: 22,
  LOG_LOCAL7: 23,
};

/** Severity of each level from ALERT (-5) to DBG (3). */
const SEVERITIES = [1, 2, 2, 2, 3, 4, 5, 6, 7];

const SOCKET = '/dev/log';

/** Writes records to the machine's syslog; null when it has none. */
export function openSyslog(name: string, facility: string | null): LogSink | null {
  if (!existsSync(SOCKET)) return null;
  const calls = unixCalls();
  const address = unixAddress(SOCKET);
  if (calls === null || address === undefined) return null;
  const fd = calls.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return null;
  const number = FACILITIES[facility ?? 'LOG_DAEMON'] ?? 3;
  return {
    write(record: LogRecord): void {
      const severity = SEVERITIES[Math.max(-5, Math.min(3, record.level)) + 5] ?? 7;
      const text = `${levelWord(record.level)}: ${record.prefix}${record.source === '' ? '' : `${record.source}: `}${record.text}`;
      // Script records may name a facility of their own (module xlog).
      const own = record.facts?.facility;
      const used = typeof own === 'string' ? (FACILITIES[own] ?? number) : number;
      const data = Buffer.from(`<${used * 8 + severity}>${name}[${process.pid}]: ${text}`, 'latin1');
      calls.sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address.bytes, address.length);
    },
  };
}
