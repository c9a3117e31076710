import type { Rows } from '../../db/database.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamSetting, type ParamValues } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { Connection, isFailure } from './connection.js';
import type { params as definitions } from './params.js';
import { PerRun } from './per-run.js';
import { NO_RESULT, type Result, resultOf } from './result.js';

/** What queries answer; with rows it is 1. */
export const Code = {
  NO_ROWS: 2,
  /** There are rows, and nobody asked for them. */
  IGNORED: 3,
  FAILED: -1,
  NOT_CONNECTED: -2,
} as const;

/** Characters of a failed query that 5.6 logs. */
const LOGGED_56 = 64;

/** Connections and results of the config. */
export class Sqlops {
  readonly #connections = new Map<string, Connection>();
  readonly #resultNames = new Set<string>();
  readonly #results = new PerRun<Result>();
  readonly #affected = new PerRun<number>();
  readonly is56: boolean;

  constructor(
    private readonly host: Host,
    readonly params: ParamValues<typeof definitions>,
    settings: readonly ParamSetting[],
  ) {
    this.is56 = host.compat === '5.6';
    if (params.tr_buf_size <= 0) throw new ConfigError(`invalid buffer size: ${params.tr_buf_size}`, 'tr_buf_size');
    for (const setting of settings) {
      if (setting.name === 'sqlcon') this.#connect(setting);
      else if (setting.name === 'sqlres' && !this.declareResult(`${setting.value}`)) {
        throw new ConfigError(`invalid result [${setting.value}]`, setting);
      }
    }
  }

  connection(name: string): Connection | undefined {
    return this.#connections.get(name);
  }

  error(text: string, source = 'sqlops'): void {
    this.host.log.error(source, text);
  }

  /** Makes a result's name known; false when there are too many (logged). */
  declareResult(name: string): boolean {
    if (this.#resultNames.has(name)) return true;
    if (this.#resultNames.size > this.params.results_maxsize) {
      this.error('too many result containers defined');
      return false;
    }
    this.#resultNames.add(name);
    return true;
  }

  result(ctx: ScriptContext, name: string): Result {
    return this.#results.get(ctx, name) ?? NO_RESULT;
  }

  setResult(ctx: ScriptContext, name: string, result: Result): void {
    this.#results.set(ctx, name, result);
  }

  /** Rows that the last query on a connection changed or, when it changed none by its nature, gave. */
  affected(ctx: ScriptContext, connection: Connection): number {
    return this.#affected.get(ctx, connection.name) ?? 0;
  }

  /** Runs a query; its rows, or the return code when there are none. Failures are logged. */
  async query(ctx: ScriptContext, connection: Connection, sql: string): Promise<Result | number> {
    const rows = await this.#ask(connection, sql);
    if (typeof rows === 'number') return rows;
    this.#affected.set(ctx, connection.name, rows.affected ?? rows.rows.length);
    if (rows.rows.length === 0 || rows.columns.length === 0) return Code.NO_ROWS;
    return resultOf(rows, this.is56);
  }

  /** Runs a query that nobody waits for. */
  queryLater(connection: Connection, sql: string): void {
    void this.#ask(connection, sql);
  }

  async start(): Promise<void> {
    // Upstream's order: the connection defined last comes first.
    for (const connection of [...this.#connections.values()].reverse()) {
      const failed = await connection.open();
      if (failed === null) continue;
      if (this.params.connect_mode === 0) throw new ConfigError(failed, 'sqlcon');
      this.host.log.info('sqlops', `${failed} - trying next`);
    }
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections.values()) await connection.close();
  }

  async #ask(connection: Connection, sql: string): Promise<Rows | number> {
    const outcome = await connection.query(sql);
    if (!isFailure(outcome)) return outcome;
    if (outcome === 'not connected') {
      this.error('invalid connection to database');
      return Code.NOT_CONNECTED;
    }
    const shown = sql.slice(0, this.is56 ? LOGGED_56 : this.params.log_buf_size);
    this.error(`cannot do the query [${shown}]: ${outcome.message}`);
    return Code.FAILED;
  }

  #connect(setting: ParamSetting): void {
    const text = `${setting.value}`;
    const [, name, url] = /^\s*([^=\s]+)\s*=>\s*(.*)$/s.exec(text) ?? [];
    if (name === undefined || url === undefined) throw new ConfigError(`invalid sqlops parameter [${text}]`, setting);
    if (this.#connections.has(name)) throw new ConfigError(`duplicate connection name [${name}]`, setting);
    const { databases, log } = this.host;
    this.#connections.set(name, new Connection(name, url, databases, log, this.params.connect_mode !== 0));
  }
}
