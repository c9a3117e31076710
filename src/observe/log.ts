import type { ScriptContext } from '../script/context.js';

/** Log levels as upstream numbers them: a record is written when its level is at or below `debug`. */
export const Level = { ALERT: -5, BUG: -4, CRIT2: -3, CRIT: -2, ERR: -1, WARN: 0, NOTICE: 1, INFO: 2, DBG: 3 } as const;

const WORDS: Readonly<Record<number, string>> = {
  [-5]: 'ALERT',
  [-4]: 'BUG',
  [-3]: 'CRITICAL',
  [-2]: 'CRITICAL',
  [-1]: 'ERROR',
  0: 'WARNING',
  1: 'NOTICE',
  2: 'INFO',
  3: 'DEBUG',
};

/** One log record before it is written out. */
export interface LogRecord {
  readonly level: number;
  /** `<core>`, `<script>`, a module's name. */
  readonly source: string;
  readonly text: string;
  /** The evaluated `log_prefix` of the message being processed; '' outside of messages. */
  readonly prefix: string;
  /** Unix time in milliseconds. */
  readonly time: number;
  /** For `--log-format json`: config position, Call-ID and route, where known. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** Where records go: stderr, syslog, a test's array. */
export interface LogSink {
  write(record: LogRecord): void;
}

/**
 * Writes records at or below its level. `context` is the run in progress, so that every record while a message is
 * processed carries `log_prefix`; the script runtime sets it around each run.
 */
export class Log {
  context: ScriptContext | null = null;
  /** Evaluates `log_prefix` for a run; set by the runtime when the config has one. */
  prefixOf: ((ctx: ScriptContext) => string) | null = null;

  constructor(
    private readonly sink: LogSink,
    /** The threshold, `debug` in the config. */
    public level: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** True when a record of this level would be written: guard expensive texts with it. */
  enabled(level: number): boolean {
    return level <= this.level;
  }

  /** Writes a record. `source` is a module's name, `<core>` or `<script>`; the text has no trailing newline. */
  write(level: number, source: string, text: string, facts?: LogRecord['facts']): void {
    if (level > this.level) return;
    const ctx = this.context;
    const prefix = ctx !== null && this.prefixOf !== null ? this.prefixOf(ctx) : '';
    this.sink.write({ level, source, text, prefix, time: this.now(), facts });
  }

  error(source: string, text: string): void {
    this.write(Level.ERR, source, text);
  }
  warn(source: string, text: string): void {
    this.write(Level.WARN, source, text);
  }
  notice(source: string, text: string): void {
    this.write(Level.NOTICE, source, text);
  }
  info(source: string, text: string): void {
    this.write(Level.INFO, source, text);
  }
  debug(source: string, text: string): void {
    this.write(Level.DBG, source, text);
  }
}

/** The level's word as it stands in a record. */
export function levelWord(level: number): string {
  return WORDS[Math.max(-5, Math.min(3, level))] ?? 'DEBUG';
}

/** Upstream's stderr format: process index, pid, level word, prefix, source, text. */
export class StderrSink implements LogSink {
  constructor(
    private readonly out: (line: string) => void,
    private readonly index: number,
    private readonly pid: number,
  ) {}

  write(record: LogRecord): void {
    const head = `${`${this.index}`.padStart(2)}(${this.pid}) ${levelWord(record.level)}: ${record.prefix}`;
    // A script text is written as is: it brings its own newline, and without one the next record continues the line.
    if (record.source === '<script>' || record.source === '')
      this.out(`${head}${record.source === '' ? '' : '<script>: '}${record.text}`);
    else this.out(`${head}${record.source}: ${record.text}\n`);
  }
}

/** One JSON object a line. */
export class JsonSink implements LogSink {
  constructor(private readonly out: (line: string) => void) {}

  write(record: LogRecord): void {
    this.out(
      `${JSON.stringify({
        time: new Date(record.time).toISOString(),
        level: levelWord(record.level).toLowerCase(),
        source: record.source,
        prefix: record.prefix === '' ? undefined : record.prefix,
        text: record.text.endsWith('\n') ? record.text.slice(0, -1) : record.text,
        ...record.facts,
      })}\n`,
    );
  }
}
