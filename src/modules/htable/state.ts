import type { Timer } from '../../clock/clock.js';
import type { Database } from '../../db/database.js';
import { ArgumentError, type BindEnv, type Format, type Regex } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { Stop } from '../../script/context.js';
import { type Layout, loadTable, saveTable } from './database.js';
import { Iterators } from './iterators.js';
import type { params as definitions } from './params.js';
import { SlotLocks } from './slot-locks.js';
import { parseTableSpec } from './spec.js';
import { type Item, Table } from './table.js';

/** `table=>key`, as variables and a few functions take it. */
export interface ItemRef {
  readonly tableName: string;
  readonly key: Format;
}

/** Parses `table=>key`; the key may hold pseudo-variables. */
export function parseItemRef(text: string, env: Pick<BindEnv, 'format'>): ItemRef {
  const match = /^\s*([^=\s]+)\s*=>/.exec(text);
  if (match === null) throw new ArgumentError(`"${text}" is not of the form table=>key`);
  return { tableName: match[1]!, key: env.format(text.slice(match[0].length)) };
}

const MAX_CACHED_PATTERNS = 512;

/** Every table of the config, and what works on all of them. Other modules reach tables through {@link table}. */
export class Htable {
  readonly iterators = new Iterators();
  /** The item whose expiry event is running: `$shtrecord`. */
  expired: Item | null = null;
  /** What `sht_lock` holds. */
  readonly locks: SlotLocks;
  readonly #tables = new Map<string, Table>();
  readonly #layout: Layout;
  readonly #patterns = new Map<string, Regex | null>();
  #timer: Timer | null = null;
  #sweeping = false;

  constructor(
    private readonly host: Host,
    private readonly params: ParamValues<typeof definitions>,
  ) {
    this.#layout = {
      keyName: params.key_name_column,
      keyType: params.key_type_column,
      valueType: params.value_type_column,
      keyValue: params.key_value_column,
      expires: params.expires_column,
      arraySizeSuffix: params.array_size_suffix,
      withExpires: params.db_expires !== 0,
      fetchRows: params.fetch_rows > 0 ? params.fetch_rows : 100,
    };
    for (const text of params.htable) {
      const spec = parseTableSpec(text);
      if (typeof spec === 'string') throw new ConfigError(spec, 'htable');
      if (this.#tables.has(spec.name)) throw new ConfigError(`htable already configured [${spec.name}]`, 'htable');
      const full = (key: string): void =>
        this.error(`could not allocate shared memory from shm pool: no room for $sht(${spec.name}=>${key})`);
      this.#tables.set(spec.name, new Table(spec, host.zone, host.clock, host.compat === '5.6' ? 32 : 64, full));
    }
    this.locks = new SlotLocks(host.zone, host.threadIndex, (slot) =>
      this.error(`slot ${slot} was locked too long by another thread: took it over`),
    );
  }

  table(name: string): Table | null {
    return this.#tables.get(name) ?? null;
  }

  /** The table declared last comes first, as upstream lists them. */
  tables(): Table[] {
    return [...this.#tables.values()].reverse();
  }

  get compat(): Host['compat'] {
    return this.host.compat;
  }

  now(): number {
    return this.host.clock.unix();
  }

  error(text: string): void {
    this.host.log.error('htable', text);
  }

  warn(text: string): void {
    this.host.log.warn('htable', text);
  }

  /** A pattern as upstream compiles them here; null, and logged, when it is not one. */
  readonly regex = (pattern: string): Regex | null => {
    let regex = this.#patterns.get(pattern);
    if (regex === undefined) {
      try {
        regex = this.host.bindEnv.regex(pattern, { ignoreCase: true, newline: true });
      } catch {
        regex = null;
      }
      if (this.#patterns.size >= MAX_CACHED_PATTERNS) this.#patterns.clear();
      this.#patterns.set(pattern, regex);
    }
    if (regex === null) this.error(`bad re ${pattern}`);
    return regex;
  };

  async start(): Promise<void> {
    if (this.host.threadIndex !== 0) return;
    if (this.params.db_url !== null && this.params.db_url !== '') {
      const failed = await this.#withDatabase(async (db) => {
        for (const table of this.#tables.values()) {
          if (table.spec.dbtable === '') continue;
          const problem = await loadTable(db, table, this.#layout, this.now());
          if (problem !== null) return problem;
        }
        return null;
      });
      if (failed !== null) throw new ConfigError(failed, 'db_url');
    }
    const specs = [...this.#tables.values()].map((table) => table.spec);
    if (specs.some((spec) => spec.autoexpire > 0 || spec.reloadat > 0)) {
      const seconds = this.params.timer_interval > 0 ? this.params.timer_interval : 20;
      this.#timer = this.host.clock.every(seconds * 1000, () => void this.#tick());
    }
    const run = await this.host.routes.runEvent('htable:mod-init');
    if (run !== null && (run.stop & Stop.DROP) !== 0) throw new ConfigError("exit due to 'drop' in event route");
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    if (this.host.threadIndex !== 0 || !this.params.db_url) return;
    const due = [...this.#tables.values()].filter(
      ({ spec, loaded }) => spec.dbtable !== '' && spec.dbmode !== 0 && loaded && spec.cols.length === 0,
    );
    if (due.length === 0) return;
    await this.#withDatabase(async (db) => {
      for (const table of due) {
        if ((await saveTable(db, table, this.#layout)) !== null) {
          this.error(`failed syncing hash table [${table.spec.name}] to db`);
        }
      }
      return null;
    });
  }

  /** Loads a table anew; the message when that failed. */
  async reload(table: Table): Promise<string | null> {
    if (!this.params.db_url) return 'No htable db_url';
    if (table.spec.dbtable === '') return `No database htable configured for [${table.spec.name}]`;
    return this.#withDatabase((db) => loadTable(db, table, this.#layout, this.now()));
  }

  /** Writes a table to the database; a message and, for the caller, what upstream says when that failed. */
  async store(table: Table | null): Promise<string | null> {
    if (!this.params.db_url) return 'No htable db_url';
    if (table === null) return 'No such htable';
    if (table.spec.dbtable === '') return 'No database htable';
    if (table.spec.cols.length > 0) {
      this.warn(`saving htable [${table.spec.name}] with custom db columns is not available`);
      return null;
    }
    const problem = await this.#withDatabase((db) => saveTable(db, table, this.#layout));
    if (problem === null) return null;
    this.error(`failed syncing hash table [${table.spec.name}] to db`);
    return 'Storing htable failed';
  }

  get hasDatabase(): boolean {
    return Boolean(this.params.db_url);
  }

  /** Runs over a connection of its own, as upstream's: the database is needed at start, end and on command only. */
  async #withDatabase(work: (db: Database) => Promise<string | null>): Promise<string | null> {
    const opened = await this.host.databases.open(this.params.db_url ?? '');
    if (!opened.ok) {
      this.error('failed to connect to the database');
      return opened.error.message;
    }
    try {
      return await work(opened.value);
    } finally {
      await opened.value.close();
    }
  }

  async #tick(): Promise<void> {
    // An event route that waits must not meet the next tick of the same walk.
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      for (const table of this.#tables.values()) {
        if (table.spec.autoexpire > 0) await table.takeExpired((item) => this.#tellExpired(table, item));
        await this.#reloadWhenDue(table);
      }
    } finally {
      this.#sweeping = false;
    }
  }

  #tellExpired(table: Table, item: Item): ScriptContext | null | Promise<ScriptContext | null> {
    this.expired = item;
    const run = this.host.routes.runEvent(`htable:expired:${table.spec.name}`);
    if (run instanceof Promise) return run.finally(() => (this.expired = null));
    this.expired = null;
    return run;
  }

  async #reloadWhenDue(table: Table): Promise<void> {
    const { reloadat, dbtable, name } = table.spec;
    if (reloadat === 0 || dbtable === '') return;
    const now = this.now();
    if (table.lastReload !== 0 && now - table.lastReload < reloadat) return;
    const problem = await this.reload(table);
    if (problem !== null) {
      this.error(problem);
      return;
    }
    table.lastReload = now;
    await this.host.routes.runEvent(`htable:reloaded:${name}`);
  }
}
