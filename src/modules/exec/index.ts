import { defineModule } from '../../registry/module.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { Exec } from './state.js';

export { Exec } from './state.js';

export default defineModule({
  name: 'exec',
  doc:
    'Commands of the shell. Messages are handled meanwhile. At most 64 commands of a script thread run at once, and a ' +
    'mebibyte of output is read of each. What a variable holds stands in the command as it is: hand text of messages over ' +
    'in the environment (`"$$SIP_RURI"`) or as input, never inside the command.',
  params,
  functions,
  configure: (host, values) => new Exec(host, values),
  stop: (state) => state.stop(),
});
