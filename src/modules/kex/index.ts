import { defineModule, entriesOf } from '../../registry/module.js';
import { FUNCTIONS } from './functions.js';
import { RPC } from './rpc.js';
import { Kex } from './state.js';
import { STATISTICS } from './statistics.js';

const { readPv } = entriesOf<Kex>();

export default defineModule({
  name: 'kex',
  doc: 'Script and branch flags, the next hop, the log level, and the statistics of the core.',
  functions: FUNCTIONS,
  pvs: { sruid: readPv('A new unique id at each read.', (state) => () => state.nextUid()) },
  rpc: RPC,
  statistics: STATISTICS,
  configure: (host) => new Kex(host),
});
