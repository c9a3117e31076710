import { int, maybe, type TableSchema, text } from './table.js';

/** Destinations of dispatcher, peers of permissions. */
export const ROUTING_TABLES: readonly TableSchema[] = [
  {
    name: 'dispatcher',
    version: 4,
    columns: [
      int('setid', 0),
      text('destination', 192, ''),
      int('flags', 0),
      int('priority', 0),
      text('attrs', 128, ''),
      text('description', 64, ''),
    ],
  },
  {
    name: 'trusted',
    version: 6,
    columns: [
      text('src_ip', 50),
      text('proto', 4),
      maybe.text('from_pattern', 64),
      maybe.text('ruri_pattern', 64),
      maybe.text('tag', 64),
      int('priority', 0),
    ],
    indexes: [{ name: 'trusted_peer_idx', columns: ['src_ip'] }],
  },
  {
    name: 'address',
    version: 6,
    columns: [int('grp', 1), text('ip_addr', 50), int('mask', 32), int('port', 0), maybe.text('tag', 64)],
  },
];
