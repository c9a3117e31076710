import type { ColumnType } from '../database.js';

/** Types as the first line of a table's file names them. `str` and `string` differ in their names only. */
export type Kind = 'int' | 'double' | 'str' | 'string' | 'blob' | 'time';

export interface TextColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  /** A row without a value gets the column's highest number plus one. */
  readonly auto: boolean;
}

/** A cell in memory: numbers of int and double columns, Unix seconds of time columns, else bytes held as latin1 text. */
export type Cell = null | number | string;

export type Row = readonly Cell[];

/** Kinds by the first letter of a type; upstream looks no further, but for `str` and `string`. */
const KINDS: Readonly<Record<string, Kind>> = { s: 'str', i: 'int', d: 'double', b: 'blob', t: 'time' };

/** Types of the database interface. */
export const TYPES: Readonly<Record<Kind, ColumnType>> = {
  int: 'int',
  double: 'double',
  str: 'string',
  string: 'string',
  blob: 'blob',
  time: 'datetime',
};

export function isNumeric(kind: Kind): boolean {
  return kind === 'int' || kind === 'double' || kind === 'time';
}

/** What is wrong, and at which character of the line (counted from 1). */
export interface LineError {
  readonly at: number;
  readonly message: string;
}

export function isLineError(read: readonly unknown[] | LineError): read is LineError {
  return !Array.isArray(read);
}

/** The columns that a table's first line declares: `id(int,auto) name(str) note(str,null)`. */
export function parseHeader(line: string): readonly TextColumn[] | LineError {
  const columns: TextColumn[] = [];
  const one = /\s*([^\s(]+)\s*\(\s*([A-Za-z]\w*)\s*(?:,\s*([A-Za-z]\w*)\s*)?\)/y;
  const end = line.trimEnd().length;
  while (one.lastIndex < end) {
    const from = one.lastIndex;
    const found = one.exec(line);
    if (found === null) return { at: from + 1, message: 'expected a column: name(type) or name(type,null)' };
    const [, name, type, attribute] = found as unknown as [string, string, string, string | undefined];
    const wrong = (message: string): LineError => ({ at: from + 1, message: `column ${name}: ${message}` });
    const kind = KINDS[type[0]!.toLowerCase()];
    if (kind === undefined) return wrong(`unknown type ${type}`);
    if (columns.some((column) => sameName(column.name, name))) return wrong('declared twice');
    const flag = attribute?.charAt(0).toLowerCase();
    if (flag !== undefined && flag !== 'n' && flag !== 'a') return wrong(`unknown attribute ${attribute}`);
    if (flag === 'a' && kind !== 'int') return wrong('only an int column can be auto');
    if (flag === 'a' && columns.some((column) => column.auto)) return wrong('another column is auto already');
    columns.push({
      name,
      kind: kind === 'str' && type.toLowerCase().includes('i') ? 'string' : kind,
      nullable: flag === 'n',
      auto: flag === 'a',
    });
  }
  return columns.length > 0 ? columns : { at: 1, message: 'the first line has to declare the columns' };
}

export function printHeader(columns: readonly TextColumn[]): string {
  return columns
    .map(({ name, kind, nullable, auto }) => `${name}(${kind}${nullable ? ',null' : auto ? ',auto' : ''})`)
    .join(' ');
}

/** Names of columns are the same in any case. */
export function sameName(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase();
}
