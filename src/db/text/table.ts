import type { Assignment, ChangeResult, DbResult, DbValue, Rows } from '../database.js';
import { dbError, dbOk } from '../result.js';
import type { TableContent } from './file.js';
import { type Cell, type Row, sameName, type TextColumn, TYPES } from './layout.js';
import type { Edit, Filter, Select } from './statement.js';
import { cellOf, compareCells, dbValueOf, testOf } from './values.js';

/** The rows of a select, with their columns as the file declares them. */
export interface TextRows extends Rows {
  readonly declared: readonly TextColumn[];
}

/** What a table holds, to go back to. */
export interface Snapshot {
  readonly rows: readonly Row[];
  readonly lastAuto: number;
  readonly changed: boolean;
}

/** One table in memory. Rows are replaced, never changed. */
export class TextTable {
  readonly columns: readonly TextColumn[];
  /** The newest last: upstream puts new rows in front of the others. */
  #rows: Row[];
  readonly #auto: number;
  #lastAuto = 0;
  /** Whether the file does not have it all yet. */
  changed = false;

  constructor(
    readonly name: string,
    { columns, rows }: TableContent,
  ) {
    this.columns = columns;
    this.#auto = columns.findIndex((column) => column.auto);
    for (const row of rows) this.#count(row);
    this.#rows = rows.map((row) => this.#numbered(row)).reverse();
  }

  /** In the order of the file. */
  get rows(): Row[] {
    return this.#rows.toReversed();
  }

  snapshot(): Snapshot {
    return { rows: [...this.#rows], lastAuto: this.#lastAuto, changed: this.changed };
  }

  restore({ rows, lastAuto, changed }: Snapshot): void {
    this.#rows = [...rows];
    this.#lastAuto = lastAuto;
    this.changed = changed;
  }

  select({ columns, filter, order, limit }: Select, maxRows: number): DbResult<TextRows> {
    const places = columns === undefined ? dbOk(this.columns.map((_, i) => i)) : this.#places(columns);
    if (!places.ok) return places;
    const keys = this.#places(order.map((by) => by.column));
    if (!keys.ok) return keys;
    const matches = this.#matcher(filter);
    if (!matches.ok) return matches;
    const found: Row[] = [];
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      const row = this.#rows[i]!;
      if (!matches.value(row)) continue;
      if (found.length >= maxRows) {
        return dbError('other', `table ${this.name}: more than ${maxRows} rows: please increase 'max_result_rows'`);
      }
      found.push(row);
    }
    if (order.length > 0) {
      found.sort((a, b) => {
        for (const [i, place] of keys.value.entries()) {
          const way = compareCells(a[place]!, b[place]!);
          if (way !== 0) return order[i]!.descending ? -way : way;
        }
        return 0;
      });
    }
    const shown = places.value.map((place) => this.columns[place]!);
    const rows = (limit === undefined ? found : found.slice(0, limit)).map((row) =>
      places.value.map((place, i) => dbValueOf(row[place]!, shown[i]!)),
    );
    return dbOk({ columns: shown.map(({ name, kind }) => ({ name, type: TYPES[kind] })), rows, declared: shown });
  }

  /** Does all of an edit or, when it cannot, nothing. */
  edit(edit: Edit): DbResult<ChangeResult> {
    switch (edit.op) {
      case 'insert':
        return this.#insert(edit.values);
      case 'update':
        return this.#update(edit.values, this.#matcher(edit.filter), false);
      case 'delete':
        return this.#delete(edit.filter);
      case 'replace':
        return this.#replace(edit.values, edit.key);
    }
  }

  #insert(values: readonly Assignment[]): DbResult<ChangeResult> {
    const cells = this.#cells(values);
    if (!cells.ok) return cells;
    const row: Cell[] = this.columns.map(() => null);
    for (const [place, cell] of cells.value) row[place] = cell;
    for (const [i, column] of this.columns.entries()) {
      if (row[i] === null && !column.nullable && !column.auto) {
        return dbError('constraint', `table ${this.name}: null value not allowed for column ${column.name}`);
      }
    }
    const numbered = this.#numbered(row);
    this.#count(numbered);
    this.#rows.push(numbered);
    this.changed = true;
    const id = this.#auto < 0 ? undefined : (numbered[this.#auto] as number);
    return dbOk({ affected: 1, lastInsertId: id });
  }

  #update(
    values: readonly Assignment[],
    matches: DbResult<(row: Row) => boolean>,
    once: boolean,
  ): DbResult<ChangeResult> {
    if (!matches.ok) return matches;
    const cells = this.#cells(values);
    if (!cells.ok) return cells;
    let affected = 0;
    for (let i = this.#rows.length - 1; i >= 0 && !(once && affected > 0); i--) {
      if (!matches.value(this.#rows[i]!)) continue;
      const row = [...this.#rows[i]!];
      for (const [place, cell] of cells.value) row[place] = cell;
      this.#count(row);
      this.#rows[i] = this.#numbered(row);
      affected++;
    }
    if (affected > 0) this.changed = true;
    return dbOk({ affected, lastInsertId: undefined });
  }

  #delete(filter: Filter): DbResult<ChangeResult> {
    const matches = this.#matcher(filter);
    if (!matches.ok) return matches;
    const kept = this.#rows.filter((row) => !matches.value(row));
    const affected = this.#rows.length - kept.length;
    this.#rows = kept;
    if (affected > 0) this.changed = true;
    return dbOk({ affected, lastInsertId: undefined });
  }

  #replace(values: readonly Assignment[], key?: readonly string[]): DbResult<ChangeResult> {
    const names = key ?? this.columns.flatMap((column) => (column.auto ? [column.name] : []));
    const where = values.filter(({ column }) => names.some((name) => sameName(name, column)));
    if (where.length === 0) return this.#insert(values);
    const updated = this.#update(values, this.#matcher([where]), true);
    return updated.ok && updated.value.affected === 0 ? this.#insert(values) : updated;
  }

  #cells(values: readonly Assignment[]): DbResult<(readonly [place: number, cell: Cell])[]> {
    const places = this.#places(values.map(({ column }) => column));
    if (!places.ok) return places;
    const cells: [number, Cell][] = [];
    for (const [i, place] of places.value.entries()) {
      const cell = cellOf(values[i]!.value as DbValue, this.columns[place]!);
      if (!cell.ok) return dbError(cell.error.code, `table ${this.name}: ${cell.error.message}`);
      cells.push([place, cell.value]);
    }
    return dbOk(cells);
  }

  #matcher(filter: Filter): DbResult<(row: Row) => boolean> {
    const groups: ((row: Row) => boolean)[][] = [];
    for (const conditions of filter) {
      const places = this.#places(conditions.map(({ column }) => column));
      if (!places.ok) return places;
      groups.push(places.value.map((place, i) => testOf(conditions[i]!, place, this.columns[place]!)));
    }
    if (groups.length === 0) return dbOk(() => true);
    return dbOk((row) => groups.some((tests) => tests.every((test) => test(row))));
  }

  #places(names: readonly string[]): DbResult<number[]> {
    const places: number[] = [];
    for (const name of names) {
      const place = this.columns.findIndex((column) => sameName(column.name, name));
      if (place < 0) return dbError('syntax', `table ${this.name}: column <${name}> not found`);
      places.push(place);
    }
    return dbOk(places);
  }

  #count(row: Row): void {
    const number = this.#auto < 0 ? null : row[this.#auto]!;
    if (typeof number === 'number' && number > this.#lastAuto) this.#lastAuto = number;
  }

  #numbered(row: Row): Row {
    if (this.#auto < 0 || row[this.#auto] !== null) return row;
    return row.with(this.#auto, ++this.#lastAuto);
  }
}
