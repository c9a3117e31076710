import type { Database } from '../../db/database.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamSetting, type ParamValues } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { QueueItem } from '../../shm/zone.js';
import { clearTable, loadQueue, saveQueue, sqliteTable } from './database.js';
import { Journal } from './journal.js';
import type { params as definitions } from './params.js';
import { type Held, isDurable, loads, Queue, saves } from './queue.js';
import { DbMode, queueSpecs } from './spec.js';

/** The item that `$mqk` and `$mqv` of one queue show. */
export interface Shown {
  readonly item: QueueItem;
  /** Set when `mq_peek` showed it: it is not out of the queue for good. */
  readonly held: Held | null;
}

/** Every queue of the config. Other modules add to queues through {@link add}. */
export class Mqueue {
  readonly #queues = new Map<string, Queue>();
  /** What this thread took out last, by queue: upstream keeps it from one message to the next. */
  readonly #shown = new Map<string, Shown>();
  #db: Database | null = null;

  constructor(
    private readonly host: Host,
    private readonly params: ParamValues<typeof definitions>,
    settings: readonly ParamSetting[],
  ) {
    const { zone, clock, log } = host;
    const parts = { zone, clock, log, peekTimeoutMs: params.peek_timeout * 1000 };
    for (const spec of queueSpecs(settings)) {
      if (spec.dbMode !== DbMode.NONE && !this.#url) {
        throw new ConfigError(`queue ${spec.name} has dbmode=${spec.dbMode}, and there is no db_url`, spec.setting);
      }
      this.#queues.set(spec.name, new Queue(spec, parts));
    }
    for (const queue of this.#queues.values()) this.#countIn(queue);
  }

  queue(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  /** The queue declared last comes first, as upstream lists them. */
  queues(): Queue[] {
    return [...this.#queues.values()].reverse();
  }

  error(text: string): void {
    this.host.log.error('mqueue', text);
  }

  /** Adds an item: 1, or -1 when there is no such queue or the item could not be stored (logged). */
  add(name: string, key: string, value: string): number | Promise<number> {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      this.error(`mqueue not found: ${name}`);
      return -1;
    }
    const added = queue.add(key, value);
    return typeof added === 'boolean' ? code(added) : added.then(code);
  }

  /** What a run itself holds of a queue. What other runs of the thread hold is theirs while they wait for the disk. */
  heldBy(ctx: ScriptContext, name: string): Held | null {
    const own = ctx.scratch?.get(this) as Map<string, Shown | undefined> | undefined;
    return own?.get(name)?.held ?? null;
  }

  /** What `$mqk` and `$mqv` show in a run: what it took out itself, else what the thread took out last. */
  shown(ctx: ScriptContext, name: string): Shown | undefined {
    const own = ctx.scratch?.get(this) as Map<string, Shown | undefined> | undefined;
    return own?.has(name) ? own.get(name) : this.#shown.get(name);
  }

  /** Sets or clears what they show. A run that waits keeps what it took out, whatever others take meanwhile. */
  show(ctx: ScriptContext, name: string, shown: Shown | undefined): void {
    ctx.scratch ??= new Map();
    let own = ctx.scratch.get(this) as Map<string, Shown | undefined> | undefined;
    if (own === undefined) ctx.scratch.set(this, (own = new Map()));
    own.set(name, shown);
    if (shown === undefined) this.#shown.delete(name);
    else this.#shown.set(name, shown);
  }

  async start(): Promise<void> {
    if (this.#queues.size === 0) this.host.log.warn('mqueue', 'no mqueue defined');
    const isFirst = this.host.threadIndex === 0;
    // The first thread loads what all see; each thread has its own way to the rows of durable queues.
    const used = [...this.#queues.values()].filter(({ spec }) => (isFirst ? loads(spec) : isDurable(spec)));
    if (used.length === 0) return;
    const db = await this.#open();
    if (typeof db === 'string') throw new ConfigError(db, 'db_url');
    for (const queue of used) {
      const failed = (await this.#openJournal(db, queue)) ?? (isFirst ? await this.#load(db, queue) : null);
      if (failed === null) continue;
      await db.close();
      throw new ConfigError(failed, queue.spec.setting);
    }
    if (used.some((queue) => isDurable(queue.spec))) this.#db = db;
    else await db.close();
  }

  async stop(): Promise<void> {
    for (const queue of this.#queues.values()) queue.releaseAll();
    if (this.host.threadIndex === 0) await this.#save();
    for (const queue of this.#queues.values()) queue.journal = null;
    await this.#db?.close();
    this.#db = null;
  }

  get #url(): string {
    return this.params.db_url ?? '';
  }

  get #isSqlite(): boolean {
    return this.#url.startsWith('sqlite:');
  }

  async #openJournal(db: Database, queue: Queue): Promise<string | null> {
    const { name } = queue.spec;
    if (!isDurable(queue.spec)) return null;
    if (this.#isSqlite) {
      const made = await db.change({ op: 'raw', sql: sqliteTable(name) });
      if (!made.ok) return `queue ${name}: ${made.error.message}`;
      const synced = await db.rawQuery(`PRAGMA synchronous = ${this.params.db_sync === 1 ? 'FULL' : 'NORMAL'}`);
      if (!synced.ok) return `queue ${name}: ${synced.error.message}`;
    }
    queue.journal = new Journal(db, name, this.host.log);
    return null;
  }

  async #load(db: Database, queue: Queue): Promise<string | null> {
    const failed = await loadQueue(db, queue);
    // Upstream empties the table in mode 2 as well: what it held is in memory only from here on.
    return failed !== null || isDurable(queue.spec) ? failed : clearTable(db, queue.spec.name);
  }

  async #save(): Promise<void> {
    const due = [...this.#queues.values()].filter((queue) => saves(queue.spec) && queue.size > 0);
    if (due.length === 0) return;
    const db = await this.#open();
    if (typeof db === 'string') {
      for (const queue of due) this.error(`queue ${queue.spec.name}: ${queue.size} items are lost: ${db}`);
      return;
    }
    for (const queue of due) await saveQueue(db, queue, this.host.log);
    await db.close();
  }

  async #open(): Promise<Database | string> {
    const opened = await this.host.databases.open(this.#url);
    return opened.ok ? opened.value : `failed to connect to the database: ${opened.error.message}`;
  }

  #countIn(queue: Queue): void {
    const { statistics } = this.host;
    const { name } = queue.spec;
    statistics.gauge('mqueue', `${name}_size`, () => queue.size, 'Items in the queue.');
    statistics.gauge('mqueue', `${name}_dropped`, () => queue.counts().dropped, 'Items that left the full queue.');
    statistics.gauge('mqueue', `${name}_oldest_age`, () => queue.oldestAge(), 'Seconds the oldest item has waited.');
  }
}

function code(done: boolean): number {
  return done ? 1 : -1;
}
