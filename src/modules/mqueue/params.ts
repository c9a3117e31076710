/** Parameters of the module. Those that are repeated are read from the config's lines, in their order: see `queueSpecs`. */
export const params = {
  db_url: {
    type: 'string',
    default: null,
    doc: 'The database of queues with a dbmode.',
  },
  mqueue: {
    type: 'list',
    value: 'string',
    doc:
      'A queue: `name=Q;size=N;dbmode=M;addmode=A`. Without size it is not bounded; a full queue drops its oldest item. ' +
      'addmode 0: every item; 1: the first of a key; 2: the last of a key. dbmode 0: memory only; 1: loaded at start and ' +
      'saved at stop; 2: loaded only; 3: saved only; 4 (not upstream’s): on disk before `mq_add` returns.',
  },
  mqueue_name: {
    type: 'list',
    value: 'string',
    doc: 'A queue by its name alone, with the `mqueue_size` and `mqueue_addmode` of the lines above.',
  },
  mqueue_size: { type: 'int', default: 0, doc: 'Size of the queues that `mqueue_name` defines below; 0: no bound.' },
  mqueue_addmode: { type: 'int', default: 0, doc: 'addmode of the queues that `mqueue_name` defines below.' },
  peek_timeout: {
    type: 'int',
    default: 30,
    min: 1,
    doc: 'Seconds after which an item that `mq_peek` showed and nobody acknowledged goes back to the front. Not upstream’s.',
  },
  db_sync: {
    type: 'int',
    default: 1,
    min: 0,
    max: 1,
    doc:
      'dbmode 4 with SQLite. 1: an accepted item survives a power failure. 0: it survives the end of the process by any ' +
      'signal, and adding does not wait for the disk. Not upstream’s.',
  },
} as const;
