/** Parameters of the module; they hold for all databases. */
export const params = {
  db_mode: {
    type: 'int',
    default: 0,
    doc: '0: a table is read once. 1: it is read again when its file has changed; changes not written yet are lost then.',
  },
  emptystring: {
    type: 'int',
    default: 0,
    doc: '1: an empty field of text is an empty text. 0: it is null, if the column may be null.',
  },
  file_buffer_size: { type: 'int', default: 16384, min: 1, doc: 'Characters of a field at most.' },
  max_result_rows: { type: 'int', default: 100000, min: 1, doc: 'Rows of an answer at most; a query with more fails.' },
  default_connection: {
    type: 'string',
    default: '',
    doc: 'The database that RPC `db_text.query` asks: `text:///directory`.',
  },
  db_delim: { type: 'string', default: ':', doc: 'The character between the fields of a row.' },
} as const;
