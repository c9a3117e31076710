import type { Cell, LineError, Row, TextColumn } from './layout.js';

/** How files are read (db_text's modparams). */
export interface LineFormat {
  /** One character. */
  readonly delimiter: string;
  /** Whether an empty field of a text column is an empty text rather than null. */
  readonly emptyStrings: boolean;
  /** Characters of a field at most. */
  readonly maxField: number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '0': '\0' };
const ESCAPED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', '\0': '\\0' };

/**
 * The cells of a line. Fields of text that are missing at its end are empty, as upstream has it; an auto column without a
 * number is null here.
 */
export function parseRow(line: string, columns: readonly TextColumn[], format: LineFormat): Row | LineError {
  const cells: Cell[] = [];
  let at = 0;
  for (const column of columns) {
    // Behind the end of a line that is too short.
    const missing = at > line.length;
    const start = Math.min(at, line.length);
    const end = fieldEnd(line, start, format.delimiter);
    const cell = parseField(line, start, end, column, format);
    if (typeof cell === 'object' && cell !== null) return cell;
    if (cell === null && !column.nullable && !column.auto) {
      return { at: start + 1, message: `${missing ? 'no field' : 'null value not allowed'} for column ${column.name}` };
    }
    cells.push(cell);
    at = end + 1;
  }
  return at > line.length ? cells : { at: at + 1, message: `more fields than the ${columns.length} columns` };
}

/** Where a field ends: at the next delimiter that no backslash is before. */
function fieldEnd(line: string, from: number, delimiter: string): number {
  let i = from;
  while (i < line.length && line[i] !== delimiter) i += line[i] === '\\' ? 2 : 1;
  return Math.min(i, line.length);
}

function parseField(line: string, from: number, end: number, column: TextColumn, format: LineFormat): Cell | LineError {
  const wrong = (message: string, at = from): LineError => ({
    at: at + 1,
    message: `column ${column.name}: ${message}`,
  });
  const empty = from === end;
  if (end - from > format.maxField) {
    return wrong(`more than ${format.maxField} characters: please increase 'file_buffer_size'`);
  }
  switch (column.kind) {
    case 'int':
    case 'time': {
      if (empty) return null;
      const text = line.slice(from, end);
      if (!/^-?\d+$/.test(text)) return wrong('not a number');
      const value = Number(text);
      return Number.isSafeInteger(value) ? value : wrong('number out of range');
    }
    case 'double': {
      if (empty) return null;
      const text = line.slice(from, end);
      return /^-?\d+(\.\d*)?$/.test(text) ? Number(text) : wrong('not a number');
    }
    default: {
      // An empty text that cannot be null was written from an empty text.
      if (empty) return column.nullable && !format.emptyStrings ? null : '';
      if (line.indexOf('\\', from) < 0) return line.slice(from, end);
      let text = '';
      for (let i = from; i < end; i++) {
        const c = line[i]!;
        if (c !== '\\') {
          text += c;
          continue;
        }
        const escaped = line[++i];
        const meant = escaped === format.delimiter ? escaped : ESCAPES[escaped ?? ''];
        if (meant === undefined) return wrong(`unknown escape \\${escaped ?? ''}`, i - 1);
        text += meant;
      }
      return text;
    }
  }
}

export function printRow(row: Row, columns: readonly TextColumn[], delimiter: string): string {
  return row
    .map((cell, i) => {
      if (cell === null) return '';
      if (typeof cell === 'string') return printText(cell, delimiter);
      return columns[i]!.kind === 'double' ? printDouble(cell) : `${cell}`;
    })
    .join(delimiter);
}

function printText(text: string, delimiter: string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const escaped = c === delimiter ? `\\${c}` : ESCAPED[c];
    if (escaped === undefined) continue;
    out += text.slice(from, i) + escaped;
    from = i + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Two decimals, as upstream writes them, or as many as the number has: never an exponent, which nobody would read. */
function printDouble(value: number): string {
  const short = value.toFixed(2);
  if (Number(short) === value) return short;
  const exact = `${value}`;
  return exact.includes('e') ? value.toFixed(20).replace(/0+$/, '') : exact;
}
