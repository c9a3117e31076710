import { defineModule } from '../../registry/module.js';
import { commands } from './commands.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { Mqueue } from './state.js';
import { variables } from './variables.js';

export { Mqueue } from './state.js';

export default defineModule({
  name: 'mqueue',
  doc: 'Queues of key and value that all script threads share, in memory or on disk.',
  params,
  functions,
  pvs: variables,
  rpc: commands,
  statistics: {
    'mqueue:<queue>_size': 'Items in the queue.',
    'mqueue:<queue>_dropped': 'Items that left the full queue for newer ones.',
    'mqueue:<queue>_oldest_age': 'Seconds that the oldest item has waited.',
  },
  configure: (host, values, settings) => new Mqueue(host, values, settings),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
