import { Level, type LogRecord } from '../../observe/log.js';
import type { Format } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import type { CallSite } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';

/** Upstream's name for the source of script records, which `prefix` replaces. */
const DEFAULT_PREFIX = '<script>: ';

/** Syslog facilities by name (RFC 3164 §4.1.1). */
const FACILITIES = new Set([
  ...['LOG_AUTH', 'LOG_CRON', 'LOG_DAEMON', 'LOG_KERN', 'LOG_LPR', 'LOG_MAIL', 'LOG_NEWS', 'LOG_USER', 'LOG_UUCP'],
  ...['LOG_LOCAL0', 'LOG_LOCAL1', 'LOG_LOCAL2', 'LOG_LOCAL3', 'LOG_LOCAL4', 'LOG_LOCAL5', 'LOG_LOCAL6', 'LOG_LOCAL7'],
  ...['LOG_AUTHPRIV', 'LOG_FTP', 'LOG_SYSLOG'],
]);

/** True for a facility that syslog knows. */
export function isFacility(name: string): boolean {
  return FACILITIES.has(name);
}

export interface XlogSettings {
  readonly bufSize: number;
  readonly longFormat: boolean;
  readonly prefix: string;
  readonly prefixIsFormat: boolean;
  readonly autoNewline: boolean;
  readonly facility: string | null;
  readonly methodsFilter: number;
  readonly forceColour: boolean;
}

/** Writes the records of a script. */
export class Xlog {
  /** Methods whose messages `xlogm` keeps quiet about, as bits; -1: of all. */
  methodsFilter: number;
  readonly #prefix: Format | null;

  constructor(
    readonly host: Host,
    readonly settings: XlogSettings,
  ) {
    this.methodsFilter = settings.methodsFilter;
    this.#prefix = settings.prefixIsFormat ? host.bindEnv.format(settings.prefix) : null;
    host.cfg.register('xlog', {
      methods_filter: {
        type: 'int',
        doc: 'Methods filter value for xlogm(...).',
        read: () => this.methodsFilter,
        write: (value) => {
          this.methodsFilter = Number(value);
          return null;
        },
      },
    });
  }

  /** Whether `$C` gives escape sequences: the log goes to stderr, as far as the config says. */
  get coloured(): boolean {
    return this.settings.forceColour || this.host.settings.log_stderror === 1;
  }

  /** Evaluates and writes one record when its level is on; 1, or -1 when the text is too long. */
  write(ctx: ScriptContext, level: number, format: Format, site: Site): number {
    const { host, settings } = this;
    if (!host.log.enabled(level)) return 1;
    let text = format(ctx);
    if (text.length >= settings.bufSize) {
      host.log.error('<core>', 'buffer overflow -- increase the buffer size...');
      return -1;
    }
    if (settings.autoNewline && text !== '' && !text.endsWith('\n')) text += '\n';
    // Records are C strings upstream: what follows a NUL is not written.
    const nul = text.indexOf('\0');
    if (nul >= 0) text = text.slice(0, nul);
    text = site.position + text;
    const prefix = this.#prefix?.(ctx) || settings.prefix;
    const facts: LogRecord['facts'] = { ...site.facts, call_id: ctx.msg.callId ?? '' };
    if (prefix === DEFAULT_PREFIX) host.log.write(level, '<script>', text, facts);
    else host.log.write(level, '', prefix + text, facts);
    return 1;
  }
}

/** What of a call site goes into its records. */
export interface Site {
  /** `LINE:` or `FILE:LINE:` in front of the text, or nothing. */
  readonly position: string;
  readonly facts: NonNullable<LogRecord['facts']>;
}

/** Prepares a call site's part of its records. */
export function siteOf(state: Xlog, site: CallSite, withPosition: boolean, facility: string | null): Site {
  const { longFormat, facility: usual } = state.settings;
  const used = facility ?? usual;
  return {
    position: !withPosition ? '' : longFormat ? `${site.file}:${site.line}:` : `${site.line}:`,
    facts: { file: site.file, line: site.line, route: site.route, ...(used === null ? {} : { facility: used }) },
  };
}

/** Levels by the letter behind `L_`, which alone decides. */
export const LEVEL_BY_LETTER: Readonly<Record<string, number>> = {
  A: Level.ALERT,
  B: Level.BUG,
  C: Level.CRIT2,
  E: Level.ERR,
  W: Level.WARN,
  N: Level.NOTICE,
  I: Level.INFO,
  D: Level.DBG,
};
