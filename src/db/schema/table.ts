import type { ColumnType } from '../database.js';

/** A column of a table layout. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /** Characters at most, for strings. */
  readonly size?: number;
  readonly nullable: boolean;
  /** Value of a row that names none; datetimes as `YYYY-MM-DD hh:mm:ss` in UTC. */
  readonly default?: string | number;
}

export interface IndexSchema {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A table layout of upstream's. Every table has an integer primary key `id` before these columns. */
export interface TableSchema {
  readonly name: string;
  /** Upstream's `table_version`, which modules check. */
  readonly version: number;
  readonly columns: readonly ColumnSchema[];
  readonly unique?: readonly IndexSchema[];
  readonly indexes?: readonly IndexSchema[];
}

function builders(nullable: boolean) {
  const column = (name: string, type: ColumnType, value?: string | number, size?: number): ColumnSchema => ({
    name,
    type,
    nullable,
    ...(size === undefined ? {} : { size }),
    ...(value === undefined ? {} : { default: value }),
  });
  return {
    int: (name: string, value?: number) => column(name, 'int', value),
    real: (name: string, value?: number) => column(name, 'double', value),
    text: (name: string, size: number, value?: string) => column(name, 'string', value, size),
    time: (name: string, value?: string) => column(name, 'datetime', value),
  };
}

/** Columns that must have a value. */
export const { int, real, text, time } = builders(false);

/** Columns that may be null. */
export const maybe = builders(true);
