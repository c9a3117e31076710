import { isAbsolute, resolve } from 'node:path';
import type { DbResult } from '../database.js';
import { dbError } from '../result.js';

/**
 * The file of a `sqlite://` URL, as upstream's db_sqlite takes it: everything behind the two slashes is the path, so three
 * slashes make an absolute one; a relative path starts at `base`. `:memory:` is a database of its own.
 */
export function sqlitePath(url: string, base: string): DbResult<string> {
  const rest = /^sqlite:\/\/(.*)$/s.exec(url)?.[1];
  if (rest === undefined || rest === '') return dbError('url', `not a database URL: ${url}`);
  if (rest === ':memory:') return { ok: true, value: rest };
  return { ok: true, value: isAbsolute(rest) ? rest : resolve(base, rest) };
}
