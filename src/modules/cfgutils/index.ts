import { defineModule, entriesOf } from '../../registry/module.js';
import { FUNCTIONS } from './functions.js';
import { RPC } from './rpc.js';
import { Cfgutils } from './state.js';

const { readPv } = entriesOf<Cfgutils>();

export default defineModule({
  name: 'cfgutils',
  doc: 'Chance, waiting, flags and locks of the server, and routes by name.',
  params: {
    initial_probability: { type: 'int', default: 10, doc: 'Probability of `rand_event` at start, in percent.' },
    initial_gflags: { type: 'int', default: 0, doc: 'Flags of the server at start, as bits.' },
    hash_file: { type: 'string', default: null, doc: 'File whose MD5 RPC commands show and check.' },
    lock_set_size: { type: 'int', default: 0, doc: 'Number of locks as a power of two; 0: none.' },
  },
  functions: FUNCTIONS,
  pvs: {
    RANDOM: readPv('A random number of 31 bits.', () => () => Math.floor(Math.random() * 0x80000000)),
  },
  rpc: RPC,
  configure: (host, params) =>
    new Cfgutils(host, {
      initialProbability: params.initial_probability,
      initialGflags: params.initial_gflags,
      hashFile: params.hash_file,
      lockSetSize: params.lock_set_size,
    }),
  start: (state) => state.start(),
});
