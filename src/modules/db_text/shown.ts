import type { Rows } from '../../db/database.js';
import { printHeader } from '../../db/text/layout.js';
import { printRow } from '../../db/text/line.js';
import type { TextRows } from '../../db/text/table.js';
import { cellOf } from '../../db/text/values.js';

/** An answer as lines of a table's file, with the count of rows behind; or how many rows a statement changed. */
export function shownRows(answer: Rows | TextRows, delimiter: string): string[] {
  if (!('declared' in answer)) return [`${answer.affected ?? 0} affected rows`];
  const { rows, declared } = answer;
  if (rows.length === 0) return ['statement returned 0 rows'];
  const lines = rows.map((row) => {
    const cells = row.map((value, i) => {
      const cell = cellOf(value, declared[i]!);
      return cell.ok ? cell.value : null;
    });
    return printRow(cells, declared, delimiter);
  });
  return [`${printHeader(declared)}\n`, ...lines, `\ntotal rows ${rows.length} / ${rows.length}`];
}
