import type { DbErrorCode, DbResult } from './database.js';

export function dbOk<T>(value: T): DbResult<T> {
  return { ok: true, value };
}

export function dbError(code: DbErrorCode, message: string): DbResult<never> {
  return { ok: false, error: { code, message } };
}
