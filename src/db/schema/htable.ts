import { int, type TableSchema, text } from './table.js';

/** Entries of htable. */
export const HTABLE_TABLES: readonly TableSchema[] = [
  {
    name: 'htable',
    version: 2,
    columns: [
      text('key_name', 64, ''),
      int('key_type', 0),
      int('value_type', 0),
      text('key_value', 128, ''),
      int('expires', 0),
    ],
  },
];
