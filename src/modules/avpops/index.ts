import { defineModule } from '../../registry/module.js';
import { avpFunctions } from './avp-functions.js';
import { avpCheck } from './check-function.js';
import { dbFunctions } from './db-functions.js';
import { avpOp } from './op-function.js';
import { params } from './params.js';
import { avpPushto } from './pushto.js';
import { Avpops } from './state.js';
import { substFunctions } from './subst-functions.js';

export { Avpops } from './state.js';

export default defineModule({
  name: 'avpops',
  doc:
    'Operations on AVPs, and AVPs in a database. A run that waits for the database lets others go on. The database needs a ' +
    'module of its own, such as db_sqlite.',
  params,
  functions: {
    ...avpFunctions,
    ...dbFunctions,
    ...substFunctions,
    avp_check: avpCheck,
    avp_op: avpOp,
    avp_pushto: avpPushto,
  },
  configure: (host, values, settings) => new Avpops(host, values, settings),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
