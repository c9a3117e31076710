import { int, maybe, type TableSchema, text, time } from './table.js';

/** Domains of module domain. */
export const DOMAIN_TABLES: readonly TableSchema[] = [
  {
    name: 'domain',
    version: 2,
    columns: [text('domain', 64), maybe.text('did', 64), time('last_modified', '2000-01-01 00:00:01')],
    unique: [{ name: 'domain_domain_idx', columns: ['domain'] }],
  },
  {
    name: 'domain_attrs',
    version: 1,
    columns: [
      text('did', 64),
      text('name', 32),
      int('type'),
      text('value', 255),
      time('last_modified', '2000-01-01 00:00:01'),
    ],
    indexes: [{ name: 'domain_attrs_domain_attrs_idx', columns: ['did', 'name'] }],
  },
];
