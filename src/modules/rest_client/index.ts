import { defineModule } from '../../registry/module.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { RestClient } from './state.js';

export { RestClient } from './state.js';

export default defineModule({
  name: 'rest_client',
  doc:
    'HTTP requests by the names of OpenSIPS’ module, for `async(rest_get(…), route)` and for waiting in place. A run that ' +
    'waits for an answer lets others go on.',
  params,
  functions,
  configure: (host, values) => new RestClient(host, values),
  stop: (state) => state.stop(),
});
