import { defineModule } from '../../registry/module.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { Async } from './state.js';
import { variables } from './variables.js';

export { Async } from './state.js';

export default defineModule({
  name: 'async',
  doc: 'Suspends transactions to go on with them later or in a group of worker threads.',
  params,
  functions,
  pvs: variables,
  configure: (host, values) => new Async(host, values),
});
