import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { DbErrorCode, DbResult } from '../../../src/db/database.js';

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
