import { defineModule } from '../../registry/module.js';
import { functions } from './functions.js';
import { params } from './params.js';
import { Sqlops } from './state.js';
import { transformations } from './transformations.js';
import { variables } from './variables.js';

export { Sqlops } from './state.js';

export default defineModule({
  name: 'sqlops',
  doc: 'SQL queries of scripts. Needs the module of a database, such as db_sqlite.',
  params,
  functions,
  pvs: variables,
  transformations,
  configure: (host, values, settings) => new Sqlops(host, values, settings),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
