import { isAbsolute, resolve } from 'node:path';
import type { Database, DbResult, Driver } from '../database.js';
import { dbError, dbOk } from '../result.js';
import { TEXT_CAPABILITIES, TextDatabase } from './database.js';
import type { TextEngine } from './store.js';

/** The driver of `text://` URLs. */
export class TextDriver implements Driver {
  readonly schemes = ['text'];
  readonly capabilities = TEXT_CAPABILITIES;

  /**
   * @param baseDir - where relative paths start
   * @param engine - what holds the tables
   */
  constructor(
    private readonly baseDir: string,
    private readonly engine: TextEngine,
  ) {}

  configure(param: string): string {
    return `db_text has no parameter ${param} of a single database`;
  }

  async open(url: string): Promise<DbResult<Database>> {
    const path = textPath(url, this.baseDir);
    if (!path.ok) return path;
    const opened = await this.engine(path.value, { kind: 'open' });
    return opened.ok ? dbOk(new TextDatabase(url, path.value, this.engine)) : opened;
  }
}

/** The directory of a URL: what is behind the two slashes, so that three make an absolute path. */
export function textPath(url: string, base: string): DbResult<string> {
  const rest = /^text:\/\/(.+)$/is.exec(url)?.[1];
  if (rest === undefined)
    return dbError('url', `invalid database URL - should be: <text://[/]path/to/directory>: ${url}`);
  return dbOk(isAbsolute(rest) ? resolve(rest) : resolve(base, rest));
}
