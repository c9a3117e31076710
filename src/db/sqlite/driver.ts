import type { Database, DbResult, Driver, SyncDatabase } from '../database.js';
import { SQLITE_CAPABILITIES, SqliteDatabase } from './async-database.js';
import { SqliteConnection, type SqliteSettings } from './connection.js';
import { FileClient } from './file-client.js';
import { SqliteSyncDatabase } from './sync-database.js';
import { sqlitePath } from './url.js';

const JOURNAL_MODES = new Set(['WAL', 'DELETE', 'TRUNCATE', 'PERSIST', 'MEMORY', 'OFF']);

/** Another process may hold the file while it commits; upstream's default fails at once, which loses records. */
const BUSY_TIMEOUT_MS = 2000;

/** What db_sqlite's modparams say of one file. */
interface FileSettings {
  readonly?: boolean;
  journalMode?: string;
  busyTimeoutMs?: number;
}

/** The driver of `sqlite://` URLs; its parameters are those of upstream's db_sqlite, each naming the file it is for. */
export class SqliteDriver implements Driver {
  readonly schemes = ['sqlite'];
  readonly capabilities = SQLITE_CAPABILITIES;
  readonly #files = new Map<string, FileSettings>();
  /** Files that are open, with the number of those who use them. */
  readonly #shared = new Map<string, { readonly client: FileClient; users: number }>();

  /** @param baseDir - where relative paths start */
  constructor(private readonly baseDir: string = process.cwd()) {}

  configure(param: string, value: string | number): string | undefined {
    const text = String(value);
    switch (param) {
      case 'db_set_readonly':
        this.#file(text).readonly = true;
        return undefined;
      case 'db_set_journal_mode':
        return this.#each(text, (file, mode) => {
          if (!JOURNAL_MODES.has(mode.toUpperCase())) return `unknown journal mode: ${mode}`;
          file.journalMode = mode.toUpperCase();
          return undefined;
        });
      case 'db_set_busy_timeout':
        return this.#each(text, (file, ms) => {
          if (!/^\d+$/.test(ms)) return `not a number of milliseconds: ${ms}`;
          file.busyTimeoutMs = Number(ms);
          return undefined;
        });
      default:
        return `db_sqlite has no parameter ${param}`;
    }
  }

  async open(url: string): Promise<DbResult<Database>> {
    const settings = this.#settings(url);
    if (!settings.ok) return settings;
    const { path } = settings.value;
    const shared = path === ':memory:' ? undefined : this.#shared.get(path);
    const file = shared?.client.alive ? shared : { client: new FileClient(settings.value), users: 0 };
    if (path !== ':memory:') this.#shared.set(path, file);
    file.users++;
    const release = async (): Promise<void> => {
      file.users--;
      if (file.users > 0) return;
      if (this.#shared.get(path) === file) this.#shared.delete(path);
      await file.client.close();
    };
    const opened = await file.client.opened;
    if (opened.ok) return { ok: true, value: new SqliteDatabase(url, file.client, release) };
    await release();
    return opened;
  }

  openSync(url: string): DbResult<SyncDatabase> {
    const settings = this.#settings(url);
    if (!settings.ok) return settings;
    const opened = SqliteConnection.open(settings.value);
    return opened.ok ? { ok: true, value: new SqliteSyncDatabase(url, opened.value) } : opened;
  }

  #settings(url: string): DbResult<SqliteSettings> {
    const path = sqlitePath(url, this.baseDir);
    if (!path.ok) return path;
    const file = this.#files.get(path.value);
    return {
      ok: true,
      value: {
        path: path.value,
        readonly: file?.readonly ?? false,
        journalMode: file?.journalMode,
        busyTimeoutMs: file?.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
      },
    };
  }

  /** `path=value;path=value` */
  #each(text: string, apply: (file: FileSettings, value: string) => string | undefined): string | undefined {
    for (const item of text.split(';').filter((part) => part.trim() !== '')) {
      const at = item.lastIndexOf('=');
      if (at <= 0) return `expected file=value: ${item}`;
      const refused = apply(this.#file(item.slice(0, at).trim()), item.slice(at + 1).trim());
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  /** Parameters name the file as URLs do, without the scheme. */
  #file(name: string): FileSettings {
    const path = sqlitePath(`sqlite://${name}`, this.baseDir);
    const key = path.ok ? path.value : name;
    const file = this.#files.get(key) ?? {};
    this.#files.set(key, file);
    return file;
  }
}
