import { int, maybe, type TableSchema, text } from './table.js';

/** Dialogs of module dialog. */
export const DIALOG_TABLES: readonly TableSchema[] = [
  {
    name: 'dialog',
    version: 7,
    columns: [
      int('hash_entry'),
      int('hash_id'),
      text('callid', 255),
      text('from_uri', 255),
      text('from_tag', 128),
      text('to_uri', 255),
      text('to_tag', 128),
      text('caller_cseq', 20),
      text('callee_cseq', 20),
      maybe.text('caller_route_set', 512),
      maybe.text('callee_route_set', 512),
      text('caller_contact', 255),
      text('callee_contact', 255),
      text('caller_sock', 64),
      text('callee_sock', 64),
      int('state'),
      int('start_time'),
      int('timeout', 0),
      int('sflags', 0),
      int('iflags', 0),
      maybe.text('toroute_name', 32),
      text('req_uri', 255),
      maybe.text('xdata', 512),
    ],
    indexes: [{ name: 'dialog_hash_idx', columns: ['hash_entry', 'hash_id'] }],
  },
  {
    name: 'dialog_vars',
    version: 1,
    columns: [int('hash_entry'), int('hash_id'), text('dialog_key', 128), text('dialog_value', 512)],
    indexes: [{ name: 'dialog_vars_hash_idx', columns: ['hash_entry', 'hash_id'] }],
  },
];
