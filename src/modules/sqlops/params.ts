/** Parameters of the module. `sqlcon` and `sqlres` are read from the config's lines: see `state.ts`. */
export const params = {
  sqlcon: {
    type: 'list',
    value: 'string',
    doc: 'A connection: `name=>url`, such as `ca=>sqlite:///var/lib/app.db`. Repeatable.',
  },
  sqlres: {
    type: 'list',
    value: 'string',
    doc: 'A result’s name, known before any function or variable names it. Repeatable.',
  },
  tr_buf_size: {
    type: 'int',
    default: 2048,
    doc: 'Twice the characters that `{sql.val}` takes, plus two: longer text makes it fail.',
  },
  log_buf_size: {
    type: 'int',
    default: 128,
    min: 0,
    doc: 'Characters of a failed query that the log shows. 5.6 shows 64 whatever this says.',
  },
  connect_mode: {
    type: 'int',
    default: 0,
    doc: '0: a database that cannot be opened keeps the server from starting. 1: it is tried again with each query.',
  },
  results_maxsize: {
    type: 'int',
    default: 32,
    doc: 'Names of results that there may be, not counting the first.',
  },
} as const;
