import type { ColumnType, Rows } from '../../db/database.js';
import { type Kind, printHeader } from '../../db/text/layout.js';
import { printRow } from '../../db/text/line.js';
import { cellOf } from '../../db/text/values.js';

const KINDS: Readonly<Partial<Record<ColumnType, Kind>>> = {
  int: 'int',
  double: 'double',
  blob: 'blob',
  datetime: 'time',
};

/** An answer as lines of a table's file, with the count of rows behind; or how many rows a statement changed. */
export function shownRows({ columns, rows, affected }: Rows, delimiter: string): string[] {
  if (affected !== undefined) return [`${affected} affected rows`];
  if (rows.length === 0) return ['statement returned 0 rows'];
  const shown = columns.map(({ name, type }) => ({ name, kind: KINDS[type] ?? 'string', nullable: true, auto: false }));
  const lines = rows.map((row) => {
    const cells = row.map((value, i) => {
      const cell = cellOf(value, shown[i]!);
      return cell.ok ? cell.value : null;
    });
    return printRow(cells, shown, delimiter);
  });
  return [`${printHeader(shown)}\n`, ...lines, `\ntotal rows ${rows.length} / ${rows.length}`];
}
