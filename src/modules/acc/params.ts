import type { ParamDef } from '../../registry/module.js';

const flag = (doc: string) => ({ type: 'int', default: -1, min: -1, max: 31, doc }) as const;
const column = (name: string) => ({ type: 'string', default: name, doc: `Name of the column ${name}.` }) as const;
const NO_CDR = 'call detail records need module dialog, which is not here';
const ONE_LOG = 'records go where the server’s log goes';
const unused = (noEffect: string, doc: string) => ({ doc, noEffect });

export const params = {
  early_media: { type: 'int', default: 0, doc: '1: provisional replies with a body are accounted.' },
  failed_transaction_flag: flag('Flag of transactions that are accounted when they fail.'),
  failed_filter: {
    type: 'string',
    default: null,
    doc: 'Statuses of failed transactions that are not accounted, `404,486`.',
    check: (value) =>
      /^\s*[3-6]\d\d(\s*,\s*[3-6]\d\d)*\s*$/.test(value)
        ? null
        : 'expected statuses of 300 to 699, separated by commas',
  },
  report_ack: { type: 'int', default: 0, doc: '1: ACKs to 2xx are accounted.' },
  report_cancels: { type: 'int', default: 0, doc: '1: CANCELs are accounted.' },
  multi_leg_info: { type: 'string', default: null, doc: 'Attributes per leg, `src=$avp(src);dst=$avp(dst)`.' },
  detect_direction: { type: 'int', default: 0, doc: '1: From and To change places for upstream requests; needs rr.' },
  acc_prepare_flag: flag('Flag of requests that later flags may make accounted.'),
  acc_prepare_always: { type: 'int', default: 0, doc: '1: every request may become accounted later.' },
  reason_from_hf: { type: 'int', default: 0, doc: '1: the reason is that of the Reason header.' },
  acc_extra_nullable: { type: 'int', default: 0, doc: '1: extra values that are null are stored as NULL.' },
  log_flag: flag('Flag of transactions that are logged.'),
  log_missed_flag: flag('Flag of calls that are logged when missed.'),
  log_level: { type: 'int', default: 1, doc: 'Level of the records.' },
  log_facility: { type: 'string', default: 'LOG_DAEMON', ...unused(ONE_LOG, 'Syslog facility of the records.') },
  log_extra: { type: 'string', default: null, doc: 'Further values in the log, `name=$pv;…`.' },
  cdr_enable: {
    type: 'int',
    default: 0,
    doc: '1: call detail records; keeps the server from starting, as module dialog is not here.',
  },
  cdr_skip: { type: 'string', default: null, ...unused(NO_CDR, 'Dialog variable that turns them off.') },
  cdr_log_enable: { type: 'int', default: 1, ...unused(NO_CDR, '0: they are not logged.') },
  cdr_start_on_confirmed: { type: 'int', default: 0, ...unused(NO_CDR, '1: they begin with the answer.') },
  cdr_facility: { type: 'string', default: 'LOG_DAEMON', ...unused(NO_CDR, 'Syslog facility.') },
  cdr_extra: { type: 'string', default: null, ...unused(NO_CDR, 'Further values.') },
  cdr_extra_nullable: { type: 'int', default: 0, ...unused(NO_CDR, '1: null values are stored as NULL.') },
  cdr_start_id: { type: 'string', default: 'start_time', ...unused(NO_CDR, 'Name of the start time.') },
  cdr_end_id: { type: 'string', default: 'end_time', ...unused(NO_CDR, 'Name of the end time.') },
  cdr_duration_id: { type: 'string', default: 'duration', ...unused(NO_CDR, 'Name of the duration.') },
  cdr_duration_mode: { type: 'int', default: 1, ...unused(NO_CDR, 'Precision of the duration.') },
  cdr_expired_dlg_enable: { type: 'int', default: 0, ...unused(NO_CDR, '1: expired dialogs have records.') },
  db_flag: flag('Flag of transactions that are stored.'),
  db_missed_flag: flag('Flag of calls that are stored when missed.'),
  db_extra: { type: 'string', default: null, doc: 'Further columns, `column=$pv;…`.' },
  db_url: { type: 'string', default: null, doc: 'Database of the records; unset: none.' },
  db_table_acc: { type: 'string', default: 'acc', doc: 'Table of transactions; may hold variables.' },
  db_table_missed_calls: { type: 'string', default: 'missed_calls', doc: 'Table of missed calls; may hold variables.' },
  db_version_check: {
    type: 'int',
    default: 1,
    ...unused(NO_CDR, 'Checks the layout of the table of call detail records.'),
  },
  acc_method_column: column('method'),
  acc_from_tag_column: column('from_tag'),
  acc_to_tag_column: column('to_tag'),
  acc_callid_column: column('callid'),
  acc_sip_code_column: column('sip_code'),
  acc_sip_reason_column: column('sip_reason'),
  acc_time_column: column('time'),
  db_insert_mode: {
    type: 'int',
    default: 0,
    ...unused(
      'no script thread waits for the database, whatever the mode',
      '0 wait; 1 delayed; 2 asynchronous inserts.',
    ),
  },
  time_mode: {
    type: 'int',
    default: 0,
    min: 0,
    max: 4,
    doc: 'Adds the time as 1 seconds and microseconds; 2 seconds with a fraction; 3 local time; 4 UTC by `time_format`.',
  },
  time_attr: { type: 'string', default: 'time_attr', doc: 'Name of the added time.' },
  time_exten: { type: 'string', default: 'time_exten', doc: 'Name of the microseconds of mode 1.' },
  cdrs_table: { type: 'string', default: '', ...unused(NO_CDR, 'Table of call detail records.') },
  time_format: { type: 'string', default: '%Y-%m-%d %H:%M:%S', doc: 'How modes 3 and 4 write the time.' },
  clone_msg: {
    type: 'int',
    default: 1,
    ...unused('reading values leaves nothing behind in messages', '1: values are read from a copy.'),
  },
  cdr_on_failed: { type: 'int', default: 1, ...unused(NO_CDR, '1: failed calls have records.') },
  acc_extra_size: { type: 'int', default: 64, min: 1, doc: 'Extra values at most.' },
  cdr_extra_size: { type: 'int', default: 64, ...unused(NO_CDR, 'Extra values at most.') },
} as const satisfies Readonly<Record<string, ParamDef>>;
