import { defineModule } from '../../registry/module.js';
import { commands } from './commands.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { Htable } from './state.js';
import { variables } from './variables.js';

export { Htable } from './state.js';

export default defineModule({
  name: 'htable',
  doc: 'Hash tables that all script threads share, with expiry, iteration, and loading from a database.',
  params,
  functions,
  pvs: variables,
  rpc: commands,
  eventRoutes: {
    'htable:mod-init': 'Runs once before the first message; `drop` keeps the server from starting.',
    'htable:expired:<table>': 'Runs for every expired item, seen as `$shtrecord(key)` and `$shtrecord(value)`.',
    'htable:reloaded:<table>': 'Runs after a table was loaded anew for its `reloadat`.',
  },
  configure: (host, values) => new Htable(host, values),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
