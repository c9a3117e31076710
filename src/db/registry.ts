import type { Database, Databases, DbResult, Driver, SyncDatabase } from './database.js';
import { dbError } from './result.js';

/** The drivers of a server by URL scheme. */
export class DriverRegistry implements Databases {
  readonly #drivers = new Map<string, Driver>();
  readonly #open = new Set<Database>();

  register(driver: Driver): void {
    for (const scheme of driver.schemes) this.#drivers.set(scheme, driver);
  }

  driver(scheme: string): Driver | undefined {
    return this.#drivers.get(scheme);
  }

  async open(url: string): Promise<DbResult<Database>> {
    const driver = this.#find(url);
    if (!driver.ok) return driver;
    const opened = await driver.value.open(url);
    if (opened.ok) this.#open.add(opened.value);
    return opened;
  }

  openSync(url: string): DbResult<SyncDatabase> {
    const driver = this.#find(url);
    if (!driver.ok) return driver;
    if (driver.value.openSync === undefined) return dbError('url', `${scheme(url)} cannot be opened synchronously`);
    return driver.value.openSync(url);
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    await Promise.all(open.map((database) => database.close()));
  }

  #find(url: string): DbResult<Driver> {
    const driver = this.#drivers.get(scheme(url));
    if (driver !== undefined) return { ok: true, value: driver };
    const known = [...this.#drivers.keys()].join(', ') || 'none';
    return dbError('url', `no database driver for ${scheme(url) || url} (loaded: ${known})`);
  }
}

function scheme(url: string): string {
  return /^([A-Za-z][\w+.-]*):/.exec(url)?.[1]?.toLowerCase() ?? '';
}
