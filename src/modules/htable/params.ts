import type { ParamDef } from '../../registry/module.js';
import { parseTableSpec } from './spec.js';

const ONE_TIMER = 'items of all tables expire on one timer';
const NO_DMQ = 'tables are replicated by module dmq, which is not here';

export const params = {
  htable: {
    type: 'list',
    value: 'string',
    doc: 'Declares a table: `name=>size=8;autoexpire=60;initval=0;dbtable=t;…`.',
    check: (value: string) => {
      const spec = parseTableSpec(value);
      return typeof spec === 'string' ? spec : null;
    },
  },
  db_url: { type: 'string', default: null, doc: 'Database that tables with `dbtable` are loaded from.' },
  key_name_column: { type: 'string', default: 'key_name', doc: 'Column of the key.' },
  key_type_column: { type: 'string', default: 'key_type', doc: 'Column that is 1 for members of an array.' },
  value_type_column: { type: 'string', default: 'value_type', doc: 'Column that is 1 for integers.' },
  key_value_column: { type: 'string', default: 'key_value', doc: 'Column of the value.' },
  expires_column: { type: 'string', default: 'expires', doc: 'Column of the expiry time in Unix seconds.' },
  array_size_suffix: {
    type: 'string',
    default: '::size',
    doc: 'Appended to the name of the item that counts an array.',
  },
  fetch_rows: { type: 'int', default: 100, doc: 'Rows read at a time.' },
  timer_interval: { type: 'int', default: 20, doc: 'Seconds between looks for expired items.' },
  db_expires: { type: 'int', default: 0, doc: '1: expiry times are loaded and stored as well.' },
  enable_dmq: { type: 'int', default: 0, doc: 'Replicate over DMQ.', noEffect: NO_DMQ },
  dmq_init_sync: { type: 'int', default: 0, doc: 'Ask a peer for all items at start.', noEffect: NO_DMQ },
  timer_procs: { type: 'int', default: 0, doc: 'Timer processes.', noEffect: ONE_TIMER },
  event_callback: {
    type: 'string',
    default: null,
    doc: 'KEMI function for events.',
    noEffect: 'KEMI scripts are not run',
  },
  event_callback_mode: {
    type: 'int',
    default: 0,
    doc: 'Process that runs `htable:mod-init`.',
    noEffect: 'the event route runs once, on the main thread, before the first message',
  },
  dmq_peer_id: { type: 'string', default: 'htable', doc: 'Name of the DMQ peer.', noEffect: NO_DMQ },
} as const satisfies Readonly<Record<string, ParamDef>>;
