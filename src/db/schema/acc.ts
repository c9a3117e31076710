import { real, type TableSchema, text, time } from './table.js';

/** Records of acc. */
export const ACC_TABLES: readonly TableSchema[] = [
  {
    name: 'acc',
    version: 5,
    columns: [
      text('method', 16, ''),
      text('from_tag', 128, ''),
      text('to_tag', 128, ''),
      text('callid', 255, ''),
      text('sip_code', 3, ''),
      text('sip_reason', 128, ''),
      time('time'),
    ],
    indexes: [{ name: 'acc_callid_idx', columns: ['callid'] }],
  },
  {
    name: 'acc_cdrs',
    version: 2,
    columns: [time('start_time', '2000-01-01 00:00:00'), time('end_time', '2000-01-01 00:00:00'), real('duration', 0)],
    indexes: [{ name: 'acc_cdrs_start_time_idx', columns: ['start_time'] }],
  },
  {
    name: 'missed_calls',
    version: 4,
    columns: [
      text('method', 16, ''),
      text('from_tag', 128, ''),
      text('to_tag', 128, ''),
      text('callid', 255, ''),
      text('sip_code', 3, ''),
      text('sip_reason', 128, ''),
      time('time'),
    ],
    indexes: [{ name: 'missed_calls_callid_idx', columns: ['callid'] }],
  },
];
