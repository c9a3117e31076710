import type { ParamDef } from '../../registry/module.js';

export const params = {
  workers: {
    type: 'int',
    default: 1,
    doc: 'Above 0: async_route() and async_sleep() work; 0 or less switches them off. Their timers are the thread’s own, whatever the number.',
  },
  ms_timer: {
    type: 'int',
    default: 0,
    min: 0,
    doc: 'Above 0: async_ms_route() and async_ms_sleep() work. The number is upstream’s tick in milliseconds; timers here are exact to one.',
  },
  return: {
    type: 'int',
    default: 0,
    doc: 'What functions that suspend the transaction return when that worked; 0 ends the script.',
  },
  mode: {
    type: 'int',
    default: 0,
    min: 0,
    max: 1,
    doc: '1: without module tm, for events and data only.',
  },
  continuation: {
    type: 'int',
    default: 0,
    min: 0,
    max: 1,
    doc:
      'Ours. 1: async_sleep() and async_ms_sleep() go on exactly where they stand, in any block, with script variables and ' +
      'the calls around them kept; nothing else waits for them.',
  },
  max_tasks: {
    type: 'int',
    default: 10_000,
    min: 1,
    doc: 'Ours. Suspended transactions that wait for a timer of this module, at most, per thread. Upstream has this limit for ms functions.',
  },
} as const satisfies Readonly<Record<string, ParamDef>>;
