import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DbErrorCode, DbResult } from '../database.js';
import { dbError, dbOk } from '../result.js';
import { isLineError, type LineError, parseHeader, printHeader, type Row, type TextColumn } from './layout.js';
import { type LineFormat, parseRow, printRow } from './line.js';

/** Rows read or printed in one turn; messages are routed in between. */
const ROWS_PER_TURN = 500;

/** What a table's file holds. */
export interface TableContent {
  readonly columns: readonly TextColumn[];
  /** In the order of the file. */
  readonly rows: Row[];
}

/** Tells one state of a file from another. */
export type FileStamp = string;

/** Undefined when there is no such file. */
export async function stampOf(path: string): Promise<FileStamp | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}

/** Reads a table; what is wrong in it is told as `path:line:column: …`. */
export async function loadTable(path: string, format: LineFormat): Promise<DbResult<TableContent>> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (error) {
    return failure(path, error);
  }
  const wrong = (line: number, { at, message }: LineError): DbResult<never> =>
    dbError('other', `${path}:${line}:${at}: ${message}`);
  let end = lineEnd(text, 0);
  const columns = parseHeader(text.slice(0, end));
  if (isLineError(columns)) return wrong(1, columns);
  const rows: Row[] = [];
  for (let number = 2, from = end + 1; from < text.length; number++, from = end + 1) {
    end = lineEnd(text, from);
    if (end === from) continue;
    const row = parseRow(text.slice(from, end), columns, format);
    if (isLineError(row)) return wrong(number, row);
    rows.push(row);
    if (rows.length % ROWS_PER_TURN === 0) await nextTurn();
  }
  return dbOk({ columns, rows });
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

/** Writes a table. Who reads the file meanwhile sees the old one or the new one, and so does who starts after a crash. */
export async function saveTable(
  path: string,
  columns: readonly TextColumn[],
  rows: Iterable<Row>,
  delimiter: string,
): Promise<DbResult<void>> {
  let temporary: string | undefined;
  try {
    // What a link points at is replaced, not the link.
    const target = await realpath(path).catch(() => path);
    const mode = (await stat(target).catch(() => undefined))?.mode;
    const name = `${target}.${randomBytes(6).toString('hex')}.tmp`;
    const file = await open(name, 'wx', mode === undefined ? 0o640 : mode & 0o777);
    temporary = name;
    try {
      let lines = `${printHeader(columns)}\n`;
      let count = 0;
      for (const row of rows) {
        lines += `${printRow(row, columns, delimiter)}\n`;
        if (++count % ROWS_PER_TURN !== 0) continue;
        await file.writeFile(lines, 'latin1');
        lines = '';
      }
      await file.writeFile(lines, 'latin1');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(name, target);
    return dbOk(undefined);
  } catch (error) {
    if (temporary !== undefined) await unlink(temporary).catch(() => {});
    return failure(path, error);
  }
}

/** Errors of the system that mean something of their own to modules. */
const CODES: Readonly<Record<string, DbErrorCode>> = {
  ENOENT: 'syntax',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'readonly',
  EACCES: 'gone',
  EISDIR: 'gone',
};

function failure(path: string, error: unknown): DbResult<never> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return dbError('syntax', `failed to open file [${path}]: there is no such table`);
  return dbError(CODES[code ?? ''] ?? 'gone', `${path}: ${message}`);
}
