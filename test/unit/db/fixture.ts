import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { DbErrorCode, DbResult } from '../../../src/db/database.js';
import { SqliteDriver } from '../../../src/db/sqlite/driver.js';

/** A driver whose threads run the sources. */
export function sqliteDriver(): SqliteDriver {
  return new SqliteDriver({
    url: new URL('../../../src/db/sqlite/worker.js', import.meta.url),
    execArgv: ['--no-warnings', '--import', new URL('./typescript-loader.mjs', import.meta.url).href],
  });
}

/** A directory that goes away with the test file. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kts-db-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function value<T>(result: DbResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

export function errorCode(result: DbResult<unknown>): DbErrorCode | 'none' {
  return result.ok ? 'none' : result.error.code;
}
