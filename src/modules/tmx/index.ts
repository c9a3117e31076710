import { defineModule } from '../../registry/module.js';
import { FUNCTIONS } from './functions.js';
import { PVS } from './pvs.js';
import { Tmx } from './state.js';
import { STATISTICS } from './statistics.js';

export { Tmx } from './state.js';

export default defineModule({
  name: 'tmx',
  doc: 'Further functions and variables of transactions.',
  depends: ['tm'],
  params: {
    precheck_trans: { type: 'int', default: 1, doc: '0: t_precheck_trans() is always false.' },
  },
  functions: FUNCTIONS,
  pvs: PVS,
  statistics: Object.fromEntries(Object.entries(STATISTICS).map(([name, s]) => [name, s.doc])),
  configure: (host, params) => new Tmx(host, params.precheck_trans !== 0),
});
