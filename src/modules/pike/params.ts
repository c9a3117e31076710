/** Parameters of the module. */
export const params = {
  sampling_time_unit: {
    type: 'int',
    default: 2,
    min: 1,
    doc: 'Seconds of a sampling unit. Upstream’s timer goes round without end at 0.',
  },
  reqs_density_per_unit: {
    type: 'int',
    default: 30,
    doc:
      'Requests of one address in a sampling unit that block it. Before its own count starts, an address needs a quarter ' +
      'of this and a few more: a fresh IPv4 address is blocked at density + density/4 + 2, IPv6 at density + density/4 + 14.',
  },
  remove_latency: {
    type: 'int',
    default: 120,
    doc: 'Seconds that an address is remembered after its last request. It is not how long it is blocked.',
  },
  pike_log_level: { type: 'int', default: 0, doc: 'Log level of blocks and unblocks: -1 error, 0 warning, 1 notice.' },
  max_nodes: {
    type: 'int',
    default: 1_000_000,
    min: 1,
    doc: 'Nodes of the tree at most (about 150 bytes each); addresses that do not fit pass. Not upstream’s.',
  },
} as const;
